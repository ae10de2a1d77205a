import Tensors

/// The order of scalars in files, which is PyTorch's, and in memory.
///
/// Convolution weights are OIHW in files and HWIO in memory, dense weights `[out, in]` and
/// `[in, out]`. Other tensors are the same in both.
enum PyTorchLayout {
  /// A parameter as memory holds it.
  static func fromFile(_ tensor: Tensor) -> Tensor { moved(tensor, [2, 3, 1, 0]) }

  /// A parameter as files hold it.
  static func toFile(_ tensor: Tensor) -> Tensor { moved(tensor, [3, 2, 0, 1]) }

  private static func moved(_ tensor: Tensor, _ order: [Int]) -> Tensor {
    switch tensor.rank {
    case 4: Permutation(shape: tensor.shape, order: order)(tensor)
    case 2: Permutation(shape: tensor.shape, order: [1, 0])(tensor)
    default: tensor
    }
  }
}
