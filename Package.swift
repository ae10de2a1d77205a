// swift-tools-version: 6.2
import PackageDescription

// Rooms, lowest first: a room depends only on rooms above it in this file, never in a circle.

/// Language features that every Swift target is built with.
let strictFeatures: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Our C is optimised in debug builds too, so that the tests are fast. SwiftPM accepts such flags in a
/// package that another one depends on, of tools version 6.2 or later.
let optimised: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra"])]
/// Rooms of loops over scalars, pixels and nodes, which take a third of the tests' time where they aren't.
let optimisedInDebug = ["Images", "TensorBoard", "Tensors", "Datasets", "ModelFiles"]
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

/// The network of what serves. SwiftPM neither fetches nor builds it without the trait.
let dataServer = Trait.trait(
  name: "DataServer",
  description: "The data server for TensorBoard and tbevents serve, with their network: gRPC, HTTP."
)
let network: [Target.Dependency] = [
  .product(
    name: "GRPCCore", package: "grpc-swift-2", condition: .when(traits: [dataServer.name])),
  .product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport",
    condition: .when(traits: [dataServer.name])),
]
let http: [Target.Dependency] = ["NIOCore", "NIOHTTP1", "NIOPosix"].map { name in
  .product(name: name, package: "swift-nio", condition: .when(traits: [dataServer.name]))
}

/// One training over several machines. Nobody else needs Open MPI, to build or to run.
let openMPI = Trait.trait(
  name: "OpenMPI", description: "tbtrain trains one run in several programs that mpirun starts."
)

let package = Package(
  name: "swift-tensorboard",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "TensorBoard", targets: ["TensorBoard", "EventFiles", "Images"]),
    .library(name: "JPEGImages", targets: ["JPEGImages", "Images"]),
    .library(name: "TensorBoardFoundation", targets: ["TensorBoardFoundation"]),
    .library(name: "TensorBoardCharts", targets: ["TensorBoardCharts", "Charts"]),
    .library(name: "TensorBoardMetrics", targets: ["TensorBoardMetrics"]),
    .library(name: "TensorBoardLogging", targets: ["TensorBoardLogging"]),
    .library(
      name: "NeuralNetworks", targets: ["NeuralNetworks", "Tensors", "Datasets", "ModelFiles"]),
    .library(
      name: "Visualization",
      targets: [
        "Visualization", "VisualizationSheets", "ModelFiles", "NeuralNetworks", "Tensors", "Images",
      ]),
    .executable(name: "tbtrain", targets: ["tbtrain"]),
    .executable(name: "deconv", targets: ["deconv"]),
    .executable(name: "tbevents", targets: ["tbevents"]),
    .executable(name: "tensorboard-data-server", targets: ["DataServer"]),
  ],
  traits: [dataServer, openMPI],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
  ],
  targets: [
    // C: ours and the system's.
    .target(name: "CKernels", cSettings: optimised),
    .target(name: "CCRC32C", cSettings: optimised),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "COpenMPI", pkgConfig: "ompi-c",
      providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),

    // What everyone may stand on.
    .target(name: "CheckedArithmetic"),
    .target(name: "Files"),
    .target(name: "TextOutput"),
    .target(name: "ProtobufWire"),
    .target(name: "NumPyFiles", dependencies: ["CheckedArithmetic"]),
    .target(
      name: "Images", dependencies: ["CPNG", "Files", "CheckedArithmetic"],
      exclude: ["make_font.py", "DejaVuSans-LICENSE.txt"]),
    .target(name: "JPEGImages", dependencies: ["CJPEG", "Images", "CheckedArithmetic"]),
    .target(name: "Charts", dependencies: ["Images", "TextOutput"]),

    // The logger.
    .target(name: "EventFiles", dependencies: ["ProtobufWire", "Files", "CCRC32C"]),
    .target(
      name: "TensorBoard", dependencies: ["EventFiles", "Images", "ProtobufWire", "Files"]),
    .target(name: "Reports", dependencies: ["EventFiles", "Charts", "Images", "TextOutput"]),
    .target(
      name: "LogDirectories", dependencies: ["EventFiles", "ProtobufWire", "Files"]),
    .target(name: "TensorBoardData", dependencies: ["EventFiles", "ProtobufWire", "Files"]),
    .target(name: "TensorBoardFoundation", dependencies: ["TensorBoard"]),
    .target(name: "TensorBoardCharts", dependencies: ["TensorBoard", "Charts"]),
    .target(name: "TensorBoardMetrics", dependencies: ["TensorBoard", metrics]),
    .target(name: "TensorBoardLogging", dependencies: ["TensorBoard", logging]),

    // The training core.
    .target(name: "Tensors", dependencies: ["CKernels", "CheckedArithmetic"]),
    .target(name: "NeuralNetworks", dependencies: ["Tensors", "CheckedArithmetic"]),
    .target(
      name: "Datasets",
      dependencies: ["Tensors", "Images", "Files", "CheckedArithmetic", "CZlib"]),
    .target(name: "DatasetFetching", dependencies: ["Datasets", "Files"]),
    .target(
      name: "ModelFiles",
      dependencies: [
        "NeuralNetworks", "Tensors", "ProtobufWire", "Files", "TextOutput", "CheckedArithmetic",
      ]),

    // Looking inside.
    .target(name: "Visualization", dependencies: ["NeuralNetworks", "Tensors", "TextOutput"]),
    .target(
      name: "VisualizationSheets",
      dependencies: [
        "Visualization", "NeuralNetworks", "Tensors", "TensorBoard", "Charts", "Images",
        "TextOutput",
      ]),

    // Commands.
    .target(
      name: "CommandSupport",
      dependencies: [
        "TensorBoard", "Charts", "Images", "NumPyFiles", "Files", "TextOutput", argumentParser,
      ]),
    .executableTarget(
      name: "tbtrain",
      dependencies: [
        "CommandSupport", "VisualizationSheets", "Visualization", "ModelFiles", "DatasetFetching",
        "Datasets", "Files", "NeuralNetworks", "Tensors", "TensorBoard", "Reports", "EventFiles",
        "JPEGImages", "Charts", "Images", "TextOutput", argumentParser,
        .target(name: "COpenMPI", condition: .when(traits: [openMPI.name])),
      ]),
    .executableTarget(
      name: "deconv",
      dependencies: [
        "CommandSupport", "VisualizationSheets", "Visualization", "ModelFiles", "Datasets",
        "NeuralNetworks", "Tensors", "TensorBoard", "Charts", "JPEGImages", "Images", "Files",
        "TextOutput", argumentParser,
      ]),
    .executableTarget(
      name: "tbevents",
      dependencies: [
        "CommandSupport", "LogDirectories", "Reports", "TensorBoard", "TensorBoardData",
        "EventFiles", "Charts", "Images", "NumPyFiles", "Files", "TextOutput", argumentParser,
      ] + http),

    .executableTarget(
      name: "DataServer",
      dependencies: ["TensorBoardData", "CommandSupport", "Files", argumentParser] + network),

    // Examples, each a program of a page.
    .executableTarget(
      name: "example-own-loop", dependencies: ["TensorBoard"], path: "Examples/OwnLoop"),
    .executableTarget(
      name: "example-hyperparameters", dependencies: ["TensorBoard"],
      path: "Examples/Hyperparameters"),
    .executableTarget(
      name: "example-projector", dependencies: ["TensorBoard", "Images"],
      path: "Examples/Projector"),
    .executableTarget(
      name: "example-metrics",
      dependencies: [
        "TensorBoardMetrics", "TensorBoard",
        .product(name: "Metrics", package: "swift-metrics"),
      ], path: "Examples/Metrics"),

    // Tests, one target a room, and benchmarks, one program a subject.
    .target(
      name: "TestFixtures", dependencies: ["Datasets", "Tensors"], path: "Tests/TestFixtures"),
    .testTarget(name: "CheckedArithmeticTests", dependencies: ["CheckedArithmetic"]),
    .testTarget(name: "FilesTests", dependencies: ["Files"]),
    .testTarget(name: "TextOutputTests", dependencies: ["TextOutput"]),
    .testTarget(name: "ProtobufWireTests", dependencies: ["ProtobufWire"]),
    .testTarget(
      name: "EventFilesTests", dependencies: ["EventFiles", "ProtobufWire", "CCRC32C"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TensorBoardTests",
      dependencies: [
        "TensorBoard", "EventFiles", "Images", "ProtobufWire", "Files", "benchmark-log",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TensorBoardMetricsTests",
      dependencies: ["TensorBoardMetrics", "TensorBoard", metrics]),
    .testTarget(
      name: "TensorBoardLoggingTests",
      dependencies: ["TensorBoardLogging", "TensorBoard", logging]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "TensorBoard", "EventFiles", "Images"], exclude: ["Fixtures"]),
    .testTarget(
      name: "LogDirectoriesTests", dependencies: ["LogDirectories", "EventFiles", "ProtobufWire"]),
    .testTarget(
      name: "TensorBoardDataTests",
      dependencies: ["TensorBoardData", "EventFiles", "ProtobufWire", "Files"]),
    .testTarget(name: "NumPyFilesTests", dependencies: ["NumPyFiles"]),
    .testTarget(name: "ChartsTests", dependencies: ["Charts", "Images"]),
    .testTarget(name: "ImagesTests", dependencies: ["Images"], exclude: ["Fixtures"]),
    .testTarget(
      name: "JPEGImagesTests", dependencies: ["JPEGImages", "Images"], exclude: ["Fixtures"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels"]),
    .testTarget(
      name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "Tensors", "TestFixtures"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Datasets", "Tensors", "JPEGImages", "Images", "TestFixtures"]),
    .testTarget(
      name: "DatasetFetchingTests", dependencies: ["DatasetFetching", "Datasets"]),
    .testTarget(
      name: "ModelFilesTests",
      dependencies: [
        "ModelFiles", "Visualization", "NeuralNetworks", "Tensors", "ProtobufWire", "TestFixtures",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "VisualizationTests",
      dependencies: [
        "VisualizationSheets", "Visualization", "ModelFiles", "Datasets", "NeuralNetworks",
        "Tensors", "Charts", "Images", "TestFixtures",
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "VisualizationSheetsTests",
      dependencies: [
        "VisualizationSheets", "Visualization", "NeuralNetworks", "Tensors", "TensorBoard",
        "EventFiles", "Charts", "Images",
      ]),
    .testTarget(
      name: "ReadmeTests",
      dependencies: [
        "TensorBoard", "TensorBoardCharts", "TensorBoardMetrics",
        .product(name: "Metrics", package: "swift-metrics"), "EventFiles", "Datasets",
        "NeuralNetworks", "Tensors", "ModelFiles",
        "VisualizationSheets", "Visualization", "Images",
      ]),
    .testTarget(
      name: "CommandSupportTests",
      dependencies: [
        "CommandSupport", "TensorBoard", "Charts", "Images", "NumPyFiles", "TextOutput",
        argumentParser,
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "tbtrain", "deconv", "tbevents", "DataServer", "example-own-loop",
        "example-hyperparameters",
        "example-projector", "example-metrics", "CommandSupport", "TensorBoard", "EventFiles",
        "Files", "Images", "ModelFiles", "NeuralNetworks", "Tensors",
      ], exclude: ["Fixtures"]),
    .executableTarget(
      name: "reference-run", dependencies: ["TensorBoard", "Images"],
      path: "Tests/Conformance/ReferenceRun"),
    .executableTarget(
      name: "network-run",
      dependencies: ["ModelFiles", "Visualization", "NeuralNetworks", "Tensors"],
      path: "Tests/Conformance/NetworkRun"),
    .target(name: "BenchmarkSupport", path: "Tests/Benchmarks/Support"),
    .executableTarget(
      name: "benchmark-log", dependencies: ["BenchmarkSupport", "TensorBoard", "Images"],
      path: "Tests/Benchmarks/Log",
      exclude: ["faults.py", "peer.py"]),
    .executableTarget(
      name: "benchmark-read", dependencies: ["BenchmarkSupport", "EventFiles"],
      path: "Tests/Benchmarks/Read", exclude: ["readers.py"]),
    .executableTarget(
      name: "benchmark-train",
      dependencies: ["BenchmarkSupport", "Datasets", "NeuralNetworks", "Tensors"],
      path: "Tests/Benchmarks/Train", exclude: ["vgg_peer.py"]),
    .executableTarget(
      name: "benchmark-forward",
      dependencies: ["BenchmarkSupport", "ModelFiles", "NeuralNetworks", "Tensors"],
      path: "Tests/Benchmarks/Forward", exclude: ["peer.py"]),
    .executableTarget(
      name: "benchmark-deconv",
      dependencies: [
        "BenchmarkSupport", "Visualization", "ModelFiles", "NeuralNetworks", "Tensors",
      ],
      path: "Tests/Benchmarks/Deconv", exclude: ["peer.py"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)

// The fuzzing room, Tests/Fuzz: built by its run.sh alone, with sanitizers and libFuzzer. Its programs stand
// in this manifest because readers are `package`; a program's settings can only be reached in a library, so
// that there is no tbtrain then, and no test.
if Context.environment["FUZZ"] != nil {
  let training = package.targets.filter { $0.name == "tbtrain" }.flatMap(\.dependencies)
  package.targets.removeAll { $0.type == .test || $0.name == "tbtrain" }
  package.products.removeAll { $0.name == "tbtrain" }
  for target in package.targets where target.name == "Tensors" {
    target.swiftSettings = [.define("EXACT_MEMORY")]
  }
  let support: [Target.Dependency] = ["FuzzSupport"]
  package.targets += [
    .target(name: "tbtrain", dependencies: training, exclude: ["main.swift"]),
    .target(name: "FuzzDriver", path: "Tests/Fuzz/Driver"),
    .target(
      name: "FuzzSupport", dependencies: ["FuzzDriver", "Files", "ProtobufWire"],
      path: "Tests/Fuzz/Support"),
    .executableTarget(
      name: "fuzz-logs",
      dependencies: support + [
        "EventFiles", "CCRC32C", "Files", "ProtobufWire", "TensorBoardData",
      ],
      path: "Tests/Fuzz/Logs"),
    .executableTarget(
      name: "fuzz-models",
      dependencies: support + ["ModelFiles", "NeuralNetworks", "Tensors", "Files", "ProtobufWire"],
      path: "Tests/Fuzz/Models"),
    .executableTarget(
      name: "fuzz-data",
      dependencies: support + ["DatasetFetching", "Datasets", "JPEGImages", "Images", "Files"],
      path: "Tests/Fuzz/Data"),
    .executableTarget(
      name: "fuzz-pages", dependencies: support + ["Reports"], path: "Tests/Fuzz/Pages"),
    .executableTarget(
      name: "fuzz-recipes", dependencies: support + ["tbtrain", "ModelFiles", "NeuralNetworks"],
      path: "Tests/Fuzz/Recipes"),
    .executableTarget(
      name: "fuzz-kernels", dependencies: ["CKernels", "CCRC32C"], path: "Tests/Fuzz/Kernels"),
  ]
}

for target in package.targets where target.type != .system {
  target.swiftSettings = (target.swiftSettings ?? []) + strictFeatures
  if optimisedInDebug.contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
  }
  if Context.environment["WARNINGS_AS_ERRORS"] != nil {
    target.swiftSettings?.append(.treatAllWarnings(as: .error))
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}

// For `DOCUMENTATION=1 swift package generate-documentation`; nobody who depends on us resolves it.
if Context.environment["DOCUMENTATION"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}
