import Tensors
import Testing

@testable import ModelFiles

struct ImageMetadataTests {
  /// What ultralytics leaves in a classifier that it exports.
  @Test func ultralyticsIsRead() {
    let metadata = ImageMetadata([
      "description": "Ultralytics YOLO11n-cls model", "author": "Ultralytics", "stride": "1",
      "task": "classify", "batch": "1", "imgsz": "[224, 192]", "channels": "3",
      "names": "{0: 'tench', 1: 'goldfish', 2: \"potter's wheel\", 3: 'chow, chow'}",
    ])
    #expect(metadata.classNames == ["tench", "goldfish", "potter's wheel", "chow, chow"])
    #expect(metadata.size == Extent(height: 224, width: 192))
    #expect(metadata.mean == nil && metadata.std == nil && metadata.layout == nil)
  }

  /// All that prepares an image in one entry.
  private static let timm = """
    {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "input_size": [3, 288, 288],
     "crop_pct": 0.95, "label_names": ["a", "b"], "pool_size": null, "custom": {"x": [{}]}}
    """

  @Test(arguments: [
    [
      "mean": "(0.485, 0.456, 0.406)", "std": "(0.229, 0.224, 0.225)",
      "input_size": "(3, 288, 288)", "crop_pct": "0.95", "label_names": "['a', 'b']",
    ],
    ["pretrained_cfg": Self.timm],
    [
      "mean": "0.485 0.456 0.406", "STD": "0.229,0.224,0.225", "size": "288", "crop_pct": "0.95",
      "classes": "a\nb",
    ],
    [
      "mean": "[123.675, 116.28, 103.53]", "std": "[58.395, 57.12, 57.375]",
      "crop_size": "{\"height\": 288, \"width\": 288}", "size": "{'shortest_edge': 303}",
      "crop_pct": ".95", "id2label": "{\"0\": \"a\", \"1\": \"b\"}",
    ],
    [
      "image_mean": "[0.485, 0.456, 0.406]", "image_std": "[0.229, 0.224, 0.225]",
      "input_size": "[1, 288, 288, 3]", "crop_pct": "0.95", "label2id": "{'b': 1, 'a': 0}",
    ],
  ])
  func othersSayTheSameInOtherWords(entries: [String: String]) throws {
    let metadata = ImageMetadata(entries)
    #expect(metadata.classNames == ["a", "b"])
    #expect(metadata.size == Extent(height: 288, width: 288))
    #expect(metadata.cropShare == 0.95)
    for (found, wanted) in [
      (metadata.mean, [0.485, 0.456, 0.406] as [Float]), (metadata.std, [0.229, 0.224, 0.225]),
    ] {
      let found = try #require(found)
      #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-6 } && found.count == 3)
    }
  }

  @Test func onnxHasWordsOfItsOwn() {
    let metadata = ImageMetadata([
      "Image.NominalPixelRange": "Normalized_1_1", "Image.BitmapPixelFormat": "Bgr8",
      "layout": "NHWC",
    ])
    #expect(metadata.range == .minusOneToOne && metadata.isBlueFirst && metadata.layout == "NHWC")
    #expect(ImageMetadata(["Image.NominalPixelRange": "NominalRange_0_255"]).range == .bytes)
  }

  @Test(arguments: [
    ("names", "{0: 'a', 2: 'c'}"), ("names", "{0: 'a'"), ("names", "{}"), ("names", "[]"),
    ("names", "[1, [2]]"), ("names", "a"), ("names", "{0: 'a', 0: 'b'}"), ("mean", "[]"),
    ("mean", "[0.1, nan]"), ("mean", "[1e400]"), ("mean", "none"), ("mean", "[1,2,3,4,5]"),
    ("std", "[0, 1, 1]"), ("std", "-1"), ("imgsz", "0"), ("imgsz", "[224.5]"),
    ("imgsz", "99999999999999999999"), ("imgsz", "[]"), ("imgsz", "[1,2,3,4,5]"),
    ("crop_pct", "7"), ("names", String(repeating: "[", count: 100_000)), ("", ""),
  ])
  func whatCannotBeUnderstoodIsAsIfItWereNotThere(key: String, text: String) {
    #expect(ImageMetadata([key: text]) == ImageMetadata([:]))
  }

  @Test(arguments: [
    ("[1, 2,]", MetadataValue.listed([.word("1"), .word("2")])),
    ("('a',)", .listed([.word("a")])), ("'it\\'s'", .word("it's")),
    ("{'a': (1, None)}", .named([.init(key: "a", value: .listed([.word("1"), .word("None")]))])),
    ("[1, 2", .word("[1, 2")), ("a, b", .word("a, b")), ("", .word("")), ("[,]", .word("[,]")),
  ])
  func valuesAreThoseOfPythonAndJSON(text: String, value: MetadataValue) {
    #expect(MetadataValue(text) == value)
  }
}
