import CommandSupport
import Datasets
import NeuralNetworks
import Tensors

/// What came of a batch, whoever computed its parts.
struct BatchResult: Equatable {
  /// The mean cross entropy in nats.
  var loss: Float
  /// The share of correct predictions, 0 to 1.
  var accuracy: Float
  /// Whether a program was asked to stop.
  var isAskedToStop: Bool

  /// A part as scalars, which are added up over the parts.
  static func scalars(_ part: CrossEntropy, _ interruption: Interruption) -> [Float] {
    [part.mean, Float(part.correctCount), interruption.isRequested ? 1 : 0]
  }

  /// The sum of all parts of a batch.
  init(_ sum: [Float], of batch: Batch) {
    loss = sum[0]
    accuracy = sum[1] / Float(batch.wholeCount)
    isAskedToStop = sum[2] > 0
  }
}

extension Ranks {
  /// Whether this is the rank that logs, prints, tests and saves.
  var isFirst: Bool { rank == 0 }

  /// What to type before the command that all of them ran.
  var launcher: String { count > 1 ? "mpirun -n \(count) " : "" }

  /// Whether a batch can be learned from in parts.
  ///
  /// - Throws: `CommandFailure` for a network with a layer that looks at the batch as a whole.
  static func checkParts(of model: Sequential) throws {
    for named in model.layers {
      if let inner = named.layer as? Sequential { try checkParts(of: inner) }
      guard !(named.layer is BatchNorm2D) else {
        throw CommandFailure(
          """
          \(named.name) normalises by the whole batch, of which each rank has a part; train it alone
          """)
      }
    }
  }

  /// Another rank has died, can't be reached, or is so late that who was asked to stop doesn't wait.
  struct Silence: Error, CustomStringConvertible {
    let description = "another rank doesn't answer"
  }

  /// Which program this is, and how many were started together; nil for one that was started alone. Open
  /// MPI's `mpirun` says it, MPICH's, and Slurm's `srun --mpi=pmix`.
  static func launched(in environment: [String: String]) -> (rank: Int, count: Int)? {
    let names = [
      ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
      ("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),
    ]
    for (rank, count) in names {
      guard let rank = environment[rank].flatMap({ Int($0) }),
        let count = environment[count].flatMap({ Int($0) }), count > 1
      else { continue }
      return (rank, count)
    }
    return nil
  }

  /// - Throws: `CommandFailure` in a program that was started together with others, for what each would do again.
  static func checkAlone(in environment: [String: String], else remedy: String) throws {
    guard let (rank, count) = launched(in: environment) else { return }
    // One says it for all.
    guard rank == 0 else { throw ExitStatus.failed }
    throw CommandFailure(
      """
      \(count) programs were started together, and each would train every run; \(remedy)
      """)
  }
}

#if !OpenMPI
  /// The programs that train one run together: without Open MPI, this one alone.
  final class Ranks {
    let (rank, count, neighbors, threads) = (0, 1, 1, Parallel.workers)
    var isTraining = false

    init() {}

    /// - Throws: `CommandFailure` in a program that was started together with others: each would train a run
    ///   of its own.
    init(environment: [String: String]) throws {
      guard let (rank, count) = Self.launched(in: environment) else { return }
      // One says it for all.
      guard rank == 0 else { throw ExitStatus.failed }
      throw CommandFailure(
        """
        \(count) programs were started together, but this tbtrain is built without Open MPI, so that each \
        would train for itself; build it with swift build -c release --traits OpenMPI --product tbtrain
        """)
    }

    func together(_ body: () throws -> Void) throws { try body() }

    func each(_ make: () throws -> Training) throws -> Training { try make() }

    func tell(_ number: UInt64) throws -> UInt64 { number }

    func sum(
      _ gradients: inout NamedTensors, _ part: CrossEntropy, of batch: Batch,
      _ interruption: Interruption
    ) throws(Silence) -> BatchResult {
      BatchResult(BatchResult.scalars(part, interruption), of: batch)
    }
  }
#endif
