import ArgumentParser
import Foundation
import NeuralNetworks
import Testing

@testable import tbtrain

/// What `tbtrain` says to a command line before it does anything.
@Suite struct TBTrainFlagTests {
  @Test(arguments: [
    ("--steps 0", "--steps must lie in 1 ... 1000000000, not 0"),
    ("--steps -3", "--steps must lie in 1 ... 1000000000, not -3"),
    ("--epochs 0", "--epochs must lie in 1 ... 1000000, not 0"),
    ("--images 0", "--images must lie in 1 ... 1000000000000, not 0"),
    ("--steps 5 --epochs 2", "--steps, --epochs and --images all say how long; give one of them"),
    (
      "--iterations 5 --images 2",
      "--steps, --epochs and --images all say how long; give one of them"
    ),
    ("--batch-size 0", "--batch-size must lie in 1 ... 1000000, not 0"),
    ("--batch-size 9223372036854775807", "--batch-size must lie in 1 ... 1000000, not 92233"),
    ("--learning-rate 0", "--learning-rate must be above 0, not 0.0"),
    ("--learning-rate nan", "--learning-rate must be above 0, not nan"),
    ("--learning-rate inf", "--learning-rate must be above 0, not inf"),
    ("--learning-rate -1", "--learning-rate must be above 0, not -1.0"),
    ("--epochs 9223372036854775807", "--epochs must lie in 1 ... 1000000, not 9223"),
    ("--warmup-epochs 1e30", "--warmup-epochs must lie in 0 ... 1000000, not 1e+30"),
    ("--warmup-epochs -1", "--warmup-epochs must lie in 0 ... 1000000, not -1.0"),
    ("--optimizer momentum --momentum 1", "--momentum must lie in 0 ..< 1, not 1.0"),
    ("--beta1 1", "--beta1 must lie in 0 ..< 1, not 1.0"),
    ("--epsilon 0", "--epsilon must be above 0, not 0.0"),
    ("--dropout 1", "--dropout must lie in 0 ..< 1, not 1.0"),
    ("--clip-norm 0", "--clip-norm must be above 0, not 0.0"),
    ("--label-smoothing 1.5", "--label-smoothing must lie in 0 ... 1, not 1.5"),
    ("--crop -1", "--crop must lie in 0 ... 4096, not -1"),
    ("--cutout 5000", "--cutout must lie in 0 ... 4096, not 5000"),
    ("--cifar10 bgr", "The value 'bgr' is invalid for '--cifar10 <images>'"),
    ("--width 8", "Unknown option '--width'"),
    ("--train-per-class 0", "--train-per-class must lie in 1 ... 1000000, not 0"),
    ("--test-per-class 0", "--test-per-class must lie in 1 ... 1000000, not 0"),
    ("--test-every 0", "--test-every must lie in 1 ... 1000000000, not 0"),
    ("--patience 0", "--patience must lie in 1 ... 1000000000, not 0"),
    ("--checkpoint-every 0", "--checkpoint-every must lie in 1 ... 1000000000, not 0"),
    ("--threads 0", "The value '0' is invalid for '--threads <count>': it must lie in 1 ... 4096"),
    (
      "--threads 9223372036854775807",
      "The value '9223372036854775807' is invalid for '--threads <count>': it must lie in 1"
    ),
    ("--run ../a", "--run is a name inside --logdir, not \"../a\""),
    ("--run /a", "--run is a name inside --logdir, not \"/a\""),
    // Flags without a meaning for what is trained.
    ("--momentum 0.9", "--momentum has no meaning for adam, which has --beta1, --beta2, --epsilon"),
    (
      "--optimizer sgd --momentum 0.9",
      "--momentum has no meaning for sgd, which has no such constant"
    ),
    ("--weight-decay 0.1", "--weight-decay has no meaning for adam, which has --beta1"),
    ("--optimizer adamw --weight-decay 1", "--weight-decay must lie in 0 ..< 1, not 1.0"),
    ("--optimizer momentum --beta1 0.9", "--beta1 has no meaning for momentum, which has --moment"),
    ("--init torch", "--init of lenet is one of he, xavier, truncated-normal, not torch"),
    ("--cell gru", "Unknown option '--cell'"),
    ("--optimizer adamax", "The value 'adamax' is invalid for '--optimizer <rule>'"),
    ("--schedule linear", "The value 'linear' is invalid for '--schedule <shape>'"),
    ("--activation gelu", "The value 'gelu' is invalid for '--activation <activation>'"),
    ("--init zeros", "The value 'zeros' is invalid for '--init <weights>'"),
    ("--augment rotate", "The value 'rotate' is invalid for '--augment <how>'"),
    ("--pixels 0..255", "The value '0..255' is invalid for '--pixels <pixels>'"),
    ("--seed x", "The value 'x' is invalid for '--seed <seed>'"),
    ("--steps 9999999999999999999", "The value '9999999999999999999' is invalid"),
    ("--keep-checkpoints 2,1", "--keep-checkpoints must rise from 1, not 2,1"),
    ("--class-names cat,cat", "--class-names must be different names, not cat,cat"),
    (
      "--seed 1,2", "--seed takes one value in a run; tbtrain sweep takes lists and trains them all"
    ),
    ("--nonsense", "Unknown option '--nonsense'"), ("extra", "Unexpected argument 'extra'"),
  ])
  func `wrong usage ends with 64`(flags: String, sentence: String) throws {
    let result = try #require(Tool.tbtrain.answer("lenet \(flags)"))
    #expect(result.code == 64)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("tbtrain: \(sentence)"), "\(result.errors)")
    #expect(result.errors.contains("tbtrain lenet --help"))
  }

  @Test(arguments: [
    ("rnn --hidden 0", "--hidden must lie in 1 ... 65536, not 0"),
    ("rnn --forget-bias nan", "--forget-bias must lie in -1000000 ... 1000000, not nan"),
    ("rnn --init he", "--init of rnn is one of torch, xavier, tensorflow1, not he"),
    ("rnn --dropout 0.5", "Unknown option '--dropout'"),
    ("vgg --width 0", "--width must lie in 1 ... 4096, not 0"),
    ("vgg --init torch", "--init of vgg is one of he, xavier, truncated-normal, not torch"),
    ("recipe cifar10-color --dropout 0.5", "--dropout has no meaning for vgg"),
    ("rnn --resume --steps 0", "--steps must lie in 1 ... 1000000000, not 0"),
    ("recipe gru-32 --dropout 0.5", "--dropout has no meaning for rnn"),
    ("recipe relu --steps 0", "--steps must lie in 1 ... 1000000000, not 0"),
    ("recipe adam-1e-3 --momentum 0.9", "--momentum has no meaning for adam"),
    ("sweep rnn --task 0/2", "The value '0/2' is invalid for '--task <i/n>'"),
    ("sweep rnn --task 3/2", "The value '3/2' is invalid for '--task <i/n>'"),
    ("sweep rnn --task x", "The value 'x' is invalid for '--task <i/n>'"),
    ("sweep rnn --jobs 0", "The value '0' is invalid for '--jobs <jobs>': it must be at least 1"),
    ("sweep rnn --seeds 0", "The value '0' is invalid for '--seeds <count>': it must lie in 1"),
    ("sweep rnn --seeds 2 --seed 1,2", "--seeds counts from one --seed on; give a single one"),
    ("sweep rnn --hidden 8,0", "--hidden must lie in 1 ... 65536, not 0"),
    ("sweep lenet --optimizer adam,momentum --momentum 0.5,0.9", "--momentum has no meaning for"),
    (
      "data preview --per-class 0",
      "The value '0' is invalid for '--per-class <count>': it must lie in 1 ... 100"
    ),
    ("data fetch imagenet", "there is no data set \"imagenet\" to fetch"),
    (
      "data fetch mnist --timeout 0",
      "The value '0' is invalid for '--timeout <seconds>': it must be above 0"
    ),
  ])
  func `every command refuses what can't be`(arguments: String, sentence: String) throws {
    let result = try #require(Tool.tbtrain.answer(arguments))
    #expect(result.code == 64)
    #expect(result.errors.hasPrefix("tbtrain: \(sentence)"), "\(result.errors)")
  }

  @Test(arguments: [
    "lenet --pixels -1..1 --dropout 0 --steps 10", "rnn --optimizer adamw --weight-decay 0.1",
    "lenet --iterations 10 --dense-activation tanh",
    "rnn --cell gru --init tensorflow1 --optimizer rmsprop --decay 0.99 --momentum 0.1",
    "lenet --crop 4 --cutout 8 --label-smoothing 0.1 --schedule one-cycle --test-training",
    "vgg --width 8 --cifar10 gray --optimizer adamw", "sweep vgg --width 8,16 --crop 0,4",
    "recipe cifar10-color --cutout 0", "lenet --resume --momentum 0.5",
    "sweep lenet --optimizer adam --beta1 0.1,0.3,0.6 --seeds 3",
    "recipe augmented --dropout 0.5 --activation tanh --init xavier", "recipe gru-32 --hidden 64",
  ])
  func `what can be would run`(arguments: String) {
    #expect(Tool.tbtrain.answer(arguments)?.errors == nil)
  }

  @Test func `adamw decays weights apart from the gradient`() throws {
    func adam(_ flags: String) throws -> Adam {
      let given = try TrainingFlags.parse(flags.split(separator: " ").map(String.init)).given
      let settings = try TrainingSettings(.rnn, given.single(for: .rnn))
      return try #require(settings.makeOptimizer() as? Adam)
    }
    #expect(try adam("--optimizer adamw").weightDecay == 0.01)
    #expect(try adam("--optimizer adamw --weight-decay 0.1 --beta1 0.5").weightDecay == 0.1)
    #expect(try adam("--optimizer adam").weightDecay == 0)
  }

  @Test func `the program itself ends so`() throws {
    try withTemporaryFolder { folder in
      let result = try Tool.tbtrain.run(["lenet", "--steps", "-3"], in: folder)
      #expect(result.code == 64 && result.output == "")
      #expect(result.errors == Tool.tbtrain.answer("lenet --steps -3")?.errors)
      let help = try Tool.tbtrain.run(["lenet", "--help"], in: folder)
      #expect(help.code == 0 && help.errors == "")
      #expect(help.output.hasPrefix("OVERVIEW: Train LeNet-5"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted().count == 2)
    }
  }

  @Test(arguments: ["", "lenet", "rnn", "vgg", "sweep", "sweep lenet", "recipe"])
  func `help names the exit codes`(command: String) {
    #expect(
      Tool.tbtrain.help(command).contains(
        "Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but some input was damaged, "
          + "75 another program trains the run just now, 130 interrupted."))
  }

  @Test func `help names every flag with its default`() {
    let words = Tool.tbtrain.help("lenet") + Tool.tbtrain.help("rnn")
    for (flag, value) in [
      ("--data", "shapes, for rnn digits"), ("--logdir", "logdir"),
      ("--run", "what is trained and a number: lenet-1, rnn-1"), ("--epochs", "10"),
      ("--batch-size", "64, for rnn 100, for vgg 128"), ("--optimizer", "adam"),
      (
        "--learning-rate",
        "0.01 for sgd, momentum, nesterov, adagrad; 0.001 for adam, adamw, rmsprop"
      ),
      ("--momentum", "0.9 for momentum, nesterov; 0.0 for rmsprop"),
      ("--beta1", "0.9 for adam, adamw"), ("--beta2", "0.999 for adam, adamw"),
      ("--decay", "0.9 for rmsprop"),
      ("--weight-decay", "0.01 for adamw"),
      ("--epsilon", "1e-08 for adam, adamw; 1e-10 for rmsprop"), ("--schedule", "cosine"),
      ("--warmup-epochs", "3"), ("--activation", "relu"),
      ("--dense-activation", "that of the convolutions"), ("--init", "he, for rnn torch"),
      ("--dropout", "0.5"), ("--augment", "auto"), ("--pixels", "-1..1"), ("--clip-norm", "off"),
      ("--patience", "off"), ("--test-every", "an epoch, at least 50"),
      ("--train-per-class", "all"), ("--test-per-class", "all"), ("--seed", "1"),
      ("--checkpoint-every", "an epoch"), ("--keep-checkpoints", "off"),
      ("--class-names", "the data's"), ("--cell", "lstm"), ("--hidden", "128"),
      ("--forget-bias", "1.0"), ("--threads", "one a core"),
    ] {
      guard let start = words.range(of: "\(flag) <") else {
        Issue.record("\(flag) isn't in --help")
        continue
      }
      let rest = words[start.upperBound...].prefix(160)
      #expect(rest.contains("(default: \(value))"), "\(flag): \(rest)")
    }
    for flag in ["--steps, --iterations <updates>", "--images <", "--resume", "--quiet"] {
      #expect(words.contains(flag), "\(flag)")
    }
  }

  @Test func `a flag's first sentence has 60 characters at most`() throws {
    for command in ["lenet", "rnn", "vgg", "sweep lenet", "recipe"] {
      // A flag begins a line after two spaces, its words follow in the line or after many spaces.
      let help = try #require(Tool.tbtrain.answer("\(command) --help")?.output)
      let flags = help.components(separatedBy: "\n  -").dropFirst()
      #expect(flags.count > 10)
      for flag in flags {
        let words = flag.split { $0.isWhitespace }.joined(separator: " ")
        let text = words.drop { !$0.isUppercase }
        let sentence = text.prefix { $0 != "." }
        #expect(sentence.count <= 60 && text.contains("."), "\(command): \(sentence)")
      }
    }
  }

  @Test func `every recipe can be typed`() throws {
    let names = Recipe.all.map(\.name)
    #expect(Set(names).count == names.count)
    let typed = ["adam-beta1-0.1", "augmented", "gru-128-gd-1e-3", "cifar10-color"]
    for recipe in Recipe.all {
      let settings = try TrainingSettings(recipe.network, recipe.changes())
      guard typed.contains(recipe.name) else { continue }
      let words = settings.command.split(separator: " ").dropFirst().joined(separator: " ")
      #expect(Tool.tbtrain.answer(words)?.errors == nil, "\(words)")
    }
    #expect(names.filter { $0.hasPrefix("adam") }.count == 7)
    #expect(names.filter { $0.hasPrefix("momentum") }.count == 12)
  }
}
