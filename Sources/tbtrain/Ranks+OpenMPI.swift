#if OpenMPI
  import COpenMPI
  import CommandSupport
  import Datasets
  import NeuralNetworks
  import Tensors

  /// The programs that train one run together, one a rank: those that `mpirun` started, or this one alone.
  ///
  /// Each rank computes the gradients of its part of a batch, then all have their sum. It is made in the
  /// order of the ranks, whatever arrives first: a rank is sent one slice of all ranks' gradients, adds them
  /// up, and sends the sum to all. So a number of ranks gives the same bits every time, and on each of them;
  /// and each sends and receives twice its gradients, however many ranks there are.
  ///
  /// MPI belongs to the process and is called from one thread: one value joins, in the main thread.
  final class Ranks {
    /// Which one this is.
    let rank: Int
    let count: Int
    /// How many run on this machine.
    let neighbors: Int
    /// Threads of each, if nothing is said: the machine's processors, divided by its ranks.
    let threads: Int

    /// Whether the others wait for gradients, and not for the first one's word.
    var isTraining = false
    private var isOver = false
    private var isBroken = false
    /// What this rank has of everything, then the sum; so many slices as there are ranks.
    private var scalars: [Float] = []
    /// This rank's slice of every rank.
    private var received: [Float] = []

    /// Seconds that who was asked to stop waits for others: `mpirun` leaves it one, in which it saves.
    private static let patience = 0.3

    /// This program alone.
    init() { (rank, count, neighbors, threads) = (0, 1, 1, Parallel.workers) }

    /// Joins the programs that were started together with this one, if there are any.
    init(environment: [String: String]) throws {
      guard Self.launched(in: environment) != nil else {
        (rank, count, neighbors, threads) = (0, 1, 1, Parallel.workers)
        return
      }
      var job = copenmpi_job()
      guard copenmpi_begin(&job) == 0 else { throw Silence() }
      (rank, count, neighbors) = (Int(job.rank), Int(job.count), Int(job.neighbors))
      let all = job.all_processors > 0 ? Int(job.all_processors) : Parallel.workers
      let own = job.own_processors > 0 ? Int(job.own_processors) : all
      threads = max(1, min(own, all / neighbors))
    }

    // MARK: Beginning and ending

    /// Does what all ranks do, and ends them together, with the first one's exit code. What one alone fails
    /// in ends the others at once.
    func together(_ body: () throws -> Void) throws {
      guard count > 1 else { return try body() }
      do {
        try body()
        try tell(last: .done)
      } catch let status as ExitStatus {
        try tell(last: status)
        throw status
      } catch {
        if isFirst, !isTraining, !isBroken {
          try tell(last: .failed)
          throw error
        }
        Console.tell(isFirst ? "\(error)" : "rank \(rank) of \(count): \(error)")
        copenmpi_abort(ExitStatus.failed.rawValue)
      }
    }

    /// Makes a training on the first rank, then on the others.
    func each(_ make: () throws -> Training) throws -> Training {
      guard count > 1 else { return try make() }
      let first = isFirst ? try make() : nil
      if let first { try Self.checkParts(of: first.model) }
      let wanted = try tell(first?.fingerprint ?? 0)
      let own = try first ?? make()
      guard own.fingerprint == wanted else {
        throw CommandFailure(
          """
          begins otherwise than rank 0: all need the same program, data and run, and processors of one \
          instruction set (TENSORS_INSTRUCTION_SET=avx2 asks for one)
          """)
      }
      return own
    }

    /// The first rank's number, which it says to the others.
    ///
    /// - Throws: `ExitStatus` on the others where the first one ended.
    @discardableResult
    func tell(_ number: UInt64 = 0, last status: ExitStatus? = nil) throws -> UInt64 {
      guard count > 1, !isOver else { return number }
      if isBroken { copenmpi_abort(status?.rawValue ?? ExitStatus.failed.rawValue) }
      var words = [number, status == nil ? 0 : 1, UInt64(status?.rawValue ?? 0)]
      let isHeard = words.withUnsafeMutableBufferPointer { words in
        isDone { copenmpi_tell(words.baseAddress, Int32(words.count), &$0) }
      }
      guard isHeard else { throw Silence() }
      guard words[1] == 1 else { return words[0] }
      isOver = true
      _ = copenmpi_end()
      let last = ExitStatus(rawValue: Int32(truncatingIfNeeded: words[2])) ?? .failed
      if !isFirst, last != .done { throw last }
      return number
    }

    // MARK: Steps

    /// Adds up the ranks' parts of a batch.
    ///
    /// - Parameters:
    ///   - gradients: of this rank's part; then of the batch.
    ///   - part: the loss of this rank's part, as a share of the batch's.
    func sum(
      _ gradients: inout NamedTensors, _ part: CrossEntropy, of batch: Batch,
      _ interruption: Interruption
    ) throws(Silence) -> BatchResult {
      let own = BatchResult.scalars(part, interruption)
      guard count > 1 else { return BatchResult(own, of: batch) }
      let total = gradients.reduce(own.count) { $0 + $1.tensor.count }
      let slice = (total + count - 1) / count
      if scalars.count != slice * count {
        scalars = Array(repeating: 0, count: slice * count)
        received = scalars
      }
      let isSummed = scalars.withUnsafeMutableBufferPointer { scalars in
        received.withUnsafeMutableBufferPointer { received in
          var at = scalars.update(fromContentsOf: own)
          for (_, tensor) in gradients {
            at = tensor.withUnsafeBufferPointer { scalars[at...].update(fromContentsOf: $0) }
          }
          let (all, slices) = (scalars.baseAddress, received.baseAddress)
          guard isDone(interruption, { copenmpi_scatter(all, slices, Int32(slice), &$0) }) else {
            return false
          }
          Self.addSlices(of: slice, in: received)
          return isDone(interruption) { copenmpi_gather(slices, all, Int32(slice), &$0) }
        }
      }
      guard isSummed else {
        isBroken = true
        throw Silence()
      }
      var at = own.count
      for name in gradients.names {
        gradients[name]?.withUnsafeMutableBufferPointer { tensor in
          _ = tensor.update(fromContentsOf: scalars[at..<at + tensor.count])
          at += tensor.count
        }
      }
      return BatchResult(Array(scalars.prefix(own.count)), of: batch)
    }

    /// Adds the other ranks' slices to the first one's, in their order.
    private static func addSlices(of slice: Int, in received: UnsafeMutableBufferPointer<Float>) {
      Parallel.forEachRange(slice, chunk: 1 << 14) { range in
        for start in stride(from: slice, to: received.count, by: slice) {
          for index in range { received[index] += received[start + index] }
        }
      }
    }

    /// Whether all ranks have done what is begun, however long that takes.
    ///
    /// It is looked for all the time at first, then with pauses: the first rank may be testing, and has the
    /// others' processors for it.
    private func isDone(
      _ interruption: Interruption? = nil, _ begin: (inout MPI_Request?) -> Int32
    ) -> Bool {
      var request: MPI_Request?
      guard begin(&request) == 0 else { return false }
      let began = ContinuousClock.now
      var asked: ContinuousClock.Instant?
      while true {
        let now = ContinuousClock.now
        var isDone: Int32 = 0
        let isLong: Int32 = now - began > .milliseconds(20) ? 1 : 0
        guard copenmpi_look(&request, &isDone, isLong) == 0 else { return false }
        if isDone != 0 { return true }
        guard isFirst, let interruption, interruption.isRequested else { continue }
        if now - (asked ?? now) > .seconds(Self.patience) { return false }
        asked = asked ?? now
      }
    }
  }

  extension Training {
    /// A number that is another one where other steps would follow.
    fileprivate var fingerprint: UInt64 {
      // Fowler, Noll and Vo's hash (FNV-1a), of words.
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      func take(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
      let text = "\(Tool.version) \(Kernels.instructionSet) \(settings.recorded)"
      for byte in text.utf8 { take(UInt64(byte)) }
      for number in [firstStep] + data.training.labels {
        take(UInt64(truncatingIfNeeded: number))
      }
      for tensors in [model.parameters, optimizer.slots] {
        for (_, tensor) in tensors {
          tensor.withUnsafeBufferPointer { for scalar in $0 { take(UInt64(scalar.bitPattern)) } }
        }
      }
      return hash
    }
  }
#endif
