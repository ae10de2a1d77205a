import CommandSupport
import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import tbtrain

/// Programs that `mpirun` starts together; what they do is checked by Tests/mpi.sh.
@Suite struct TBTrainRanksTests {
  @Test func `who was started together is told by the environment`() throws {
    func launched(_ environment: [String: String]) -> [Int] {
      Ranks.launched(in: environment).map { [$0.rank, $0.count] } ?? []
    }
    #expect(launched([:]) == [])
    #expect(launched(["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"]) == [2, 4])
    #expect(launched(["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"]) == [])
    #expect(launched(["PMI_RANK": "1", "PMI_SIZE": "2"]) == [1, 2])
    #expect(launched(["PMIX_RANK": "1", "SLURM_STEP_NUM_TASKS": "8"]) == [1, 8])
    // A batch script's own environment.
    #expect(launched(["SLURM_NTASKS": "8", "SLURM_PROCID": "0"]) == [])
  }

  @Test(arguments: [
    (
      "sweep lenet --data shapes --seeds 2 --quiet",
      "give each its part by --task, or start one without mpirun"
    ), ("assignment --data shapes --quiet", "start one without mpirun"),
  ])
  func `many runs aren't started by mpirun`(command: String, remedy: String) throws {
    try withTemporaryFolder { folder in
      let words = command.split(separator: " ").map(String.init)
      let results = try (0..<2).map { rank in
        try Tool.tbtrain.run(
          words, in: folder,
          environment: ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "2"])
      }
      #expect(results.map(\.code) == [1, 1])
      #expect(
        results[0].errors == """
          tbtrain: 2 programs were started together, and each would train every run; \(remedy)

          """)
      #expect(results[1].errors == "")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/logdir"))
    }
  }

  @Test func `what looks at a whole batch isn't trained in parts`() throws {
    let ones = Tensor(shape: [2], repeating: 1)
    let norm = BatchNorm2D(
      weight: ones, bias: ones, runningMean: ones, runningVariance: ones)
    try Ranks.checkParts(of: Sequential(["block": Sequential(["relu": ReLU()])]))
    #expect(
      throws: CommandFailure(
        "norm normalises by the whole batch, of which each rank has a part; train it alone")
    ) {
      try Ranks.checkParts(of: Sequential(["block": Sequential(["norm": norm]), "relu": ReLU()]))
    }
  }

  #if !OpenMPI
    @Test func `without the trait, programs that were started together train nothing`() throws {
      try withTemporaryFolder { folder in
        func run(_ rank: Int) throws -> Tool.Result {
          try Tool.tbtrain.run(
            ["lenet", "--quiet"], in: folder,
            environment: ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "3"])
        }
        let (first, other) = (try run(0), try run(1))
        #expect(first.code == 1 && other.code == 1)
        #expect(
          first.errors == """
            tbtrain: 3 programs were started together, but this tbtrain is built without Open MPI, so that each \
            would train for itself; build it with swift build -c release --traits OpenMPI --product tbtrain

            """)
        #expect(other.errors == "" && other.output == "")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/logdir"))
      }
    }
  #endif
}
