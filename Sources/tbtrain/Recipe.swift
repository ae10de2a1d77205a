/// An experiment by name: a network and flags.
struct Recipe: Sendable {
  let name: String
  let network: NetworkKind
  /// The flags in which it differs from the others.
  let own: String
  /// What others got, test accuracies in percent.
  let reference: String

  /// The recipe of a name.
  static func named(_ name: String) -> Recipe? { all.first { $0.name == name } }

  /// The settings' changes that it stands for.
  func changes() throws -> [SettingChange] {
    let shared = own.contains("--epochs") ? "" : network == .rnn ? Self.rows : Self.tutorial
    return try [SettingChange](
      typed: (shared + own).split(separator: " ").map(String.init), for: network)
  }

  /// The assignment's experiments: LeNet on CIFAR-10 (or any images), recurrent nets on MNIST's rows; and
  /// a training of today.
  static let all: [Recipe] = (table + cells.map(recurrent).joined() + others)
    .split(separator: "\n").map { line in
      let parts = line.split(separator: " | ").map(String.init)
      return Recipe(
        name: parts[0], network: network(of: parts[1]), own: parts[1],
        reference: parts.count > 2 ? parts[2] : "")
    }

  private static func network(of flags: String) -> NetworkKind {
    flags.contains("--cell") ? .rnn : flags.contains("--width") ? .vgg : .lenet
  }

  /// The recurrent layers, and what so many units of each got; but for 128 units with 50,000 images, and with
  /// 150,000 GRUs of 50 and 300.
  private static let cells = [
    ("rnn", [64: "85.6", 128: "91.5", 256: "88.3"]), ("lstm", [128: "95.2"]),
    (
      "gru",
      [
        32: "89.9", 50: "97.3", 64: "93.9", 128: "95.2", 256: "95.7", 300: "98.2", 512: "96.2",
        1_024: "95.9",
      ]
    ),
  ]

  /// What the LeNet experiments share: TensorFlow 1's tutorial, 20 epochs of 10,000 images.
  private static let tutorial =
    "--batch-size 50 --steps 4000 --schedule constant --warmup-epochs 0 --init truncated-normal "
    + "--dropout 0.5 --augment none --pixels 0..1 "

  /// What the recurrent experiments share.
  private static let rows =
    "--batch-size 100 --epochs 20 --schedule constant --warmup-epochs 0 --augment none "
    + "--pixels 0..1 "

  /// A line each: name, own flags, reference.
  private static let table = """
    adam-1e-2 | --optimizer adam --learning-rate 1e-2 | 10.0, 30.5
    adam-1e-3 | --optimizer adam --learning-rate 1e-3 | 56.5, 53.1
    adam-1e-4 | --optimizer adam --learning-rate 1e-4 | 51.4
    adam-1e-5 | --optimizer adam --learning-rate 1e-5 | 39.3
    adam-beta1-0.1 | --optimizer adam --learning-rate 1e-3 --beta1 0.1 | 53.0
    adam-beta1-0.3 | --optimizer adam --learning-rate 1e-3 --beta1 0.3 | 53.2
    adam-beta1-0.6 | --optimizer adam --learning-rate 1e-3 --beta1 0.6 | 53.9
    gd-1e-2 | --optimizer sgd --learning-rate 1e-2 | 45.8
    gd-1e-3 | --optimizer sgd --learning-rate 1e-3 | 33.5
    gd-1e-4 | --optimizer sgd --learning-rate 1e-4 | 23.5
    momentum-0.1-1e-3 | --optimizer momentum --momentum 0.1 --learning-rate 1e-3 | 35.1
    momentum-0.3-1e-3 | --optimizer momentum --momentum 0.3 --learning-rate 1e-3 | 35.0
    momentum-0.6-1e-3 | --optimizer momentum --momentum 0.6 --learning-rate 1e-3 | 39.7
    momentum-0.5-1e-2 | --optimizer momentum --momentum 0.5 --learning-rate 1e-2
    momentum-0.5-1e-3 | --optimizer momentum --momentum 0.5 --learning-rate 1e-3
    momentum-0.5-1e-4 | --optimizer momentum --momentum 0.5 --learning-rate 1e-4
    momentum-0.9-1e-2 | --optimizer momentum --momentum 0.9 --learning-rate 1e-2 | 49.0; the \
    first steps kill filters, --clip-norm saves them
    momentum-0.9-1e-3 | --optimizer momentum --momentum 0.9 --learning-rate 1e-3 | 44.6
    momentum-0.9-1e-4 | --optimizer momentum --momentum 0.9 --learning-rate 1e-4 | 31.8
    momentum-0.99-1e-2 | --optimizer momentum --momentum 0.99 --learning-rate 1e-2
    momentum-0.99-1e-3 | --optimizer momentum --momentum 0.99 --learning-rate 1e-3
    momentum-0.99-1e-4 | --optimizer momentum --momentum 0.99 --learning-rate 1e-4
    adagrad-1e-2 | --optimizer adagrad --learning-rate 1e-2
    adagrad-1e-3 | --optimizer adagrad --learning-rate 1e-3
    adagrad-1e-4 | --optimizer adagrad --learning-rate 1e-4
    relu | --activation relu --learning-rate 1e-3 | 49.0, 50.8
    relu-xavier | --activation relu --learning-rate 1e-3 --init xavier
    tanh | --activation tanh --learning-rate 1e-3
    tanh-xavier | --activation tanh --learning-rate 1e-3 --init xavier
    tanh-dense | --dense-activation tanh --learning-rate 1e-3 | 44.7, 51.9
    sigmoid | --activation sigmoid --learning-rate 1e-3 | slow: 22 at 600 steps, 29.5 at 1000
    sigmoid-xavier | --activation sigmoid --learning-rate 1e-3 --init xavier
    samples-1000 | --learning-rate 1e-3 --train-per-class 100
    samples-4000 | --learning-rate 1e-3 --train-per-class 400
    samples-8000 | --learning-rate 1e-3 --train-per-class 800 | 49.0
    samples-10000 | --learning-rate 1e-3 --train-per-class 1000
    augmented | --epochs 10 --batch-size 64 --optimizer adam --learning-rate 1e-3 --schedule \
    cosine --warmup-epochs 3 --init he --dropout 0 --augment flip --pixels -1..1 | 61.1, 60.2, \
    59.5

    """

  private static func recurrent(_ cell: String, references: [Int: String]) -> String {
    let sizes = [32, 50, 64, 128, 256, 300, 512, 1_024].map { units in
      let reference = references[units].map { " | \($0)" } ?? ""
      return
        "\(cell)-\(units) | --cell \(cell) --hidden \(units) --learning-rate 1e-3\(reference)\n"
    }
    return sizes.joined() + """
      \(cell)-128-rmsprop | --cell \(cell) --optimizer rmsprop --learning-rate 1e-3
      \(cell)-128-gd | --cell \(cell) --optimizer sgd --learning-rate 1e-1

      """
  }

  private static let others = """
    gru-128-gd-1e-3 | --cell gru --init tensorflow1 --optimizer sgd --learning-rate 1e-3 | 46.1 \
    with 50,000 images
    cifar10-color | --width 32 --epochs 20 --batch-size 128 --optimizer adamw --learning-rate 1e-2 \
    --weight-decay 0.05 --schedule one-cycle --label-smoothing 0.1 --augment flip --crop 4 --cutout 8
    """
}
