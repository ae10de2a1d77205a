internal import Synchronization

/// What a convolution's kernels read instead of its weights. It takes as long to make as the convolution
/// of some images, so a network that is used again finds it with its weights: it hangs on their memory,
/// and goes when that changes or is freed.
enum PreparedForm: Hashable, Sendable {
  /// In panels, each group's behind the other.
  case packed(groups: Int)
  /// Transformed for Winograd's tiles.
  case tiles
  /// As the input gradient's convolution takes them: turned, in and out exchanged, each group by itself.
  case flipped(groups: Int)
  /// With zeros between rows and columns.
  case dilated(Extent)

  /// A form of contents under a shape: tensors of several shapes may share memory.
  struct Key: Hashable, Sendable {
    let form: PreparedForm
    let shape: [Int]
  }
}

extension PooledMemory {
  /// A form of the contents, which `make` gives if it isn't there.
  func prepared(_ form: PreparedForm.Key, make: () -> Tensor) -> Tensor {
    if let found = prepared.withLock({ $0[form] }) { return found }
    // Outside of the lock: two threads may make the same, and one of them is kept.
    let made = make()
    return prepared.withLock { forms in
      if let other = forms[form] { return other }
      forms[form] = made
      return made
    }
  }

  /// The contents are about to change.
  func forgetPreparedForms() { prepared.withLock { $0.removeAll() } }
}
