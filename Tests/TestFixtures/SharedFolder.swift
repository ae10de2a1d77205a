import Foundation
public import Testing

/// The folder of large fixtures that may lie beside the package: `../shared` of the package's root.
public enum SharedFolder {
  /// Its path, whether it is there or not.
  public static let path: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.deletingLastPathComponent().appending(path: "shared").path
  }()

  /// The path of something in it.
  public static func path(_ inside: String) -> String { "\(path)/\(inside)" }
}

/// For `@Test(.enabled(if: sharedIsThere, "…"))`: whether the fixtures beside the package are there.
public let sharedIsThere = FileManager.default.fileExists(
  atPath: SharedFolder.path("fixtures/lenet"))

/// The sentence for tests that are skipped without them.
public let needsShared: Comment = "needs ../shared/fixtures"
