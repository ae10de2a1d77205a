import Tensors

/// The order of scalars in files, which is PyTorch's, and in memory.
///
/// Convolution weights are OIHW in files and HWIO in memory, dense weights `[out, in]` and
/// `[in, out]`. Other tensors are the same in both.
enum PyTorchLayout {
  /// A parameter as memory holds it.
  static func fromFile(_ tensor: Tensor) -> Tensor {
    switch tensor.rank {
    case 4:
      moved(
        tensor,
        to: [tensor.shape[2], tensor.shape[3], tensor.shape[1], tensor.shape[0]],
        axes: [2, 3, 1, 0])
    case 2: Kernels.transposed(tensor, rows: tensor.shape[0], columns: tensor.shape[1])
    default: tensor
    }
  }

  /// A parameter as files hold it.
  static func toFile(_ tensor: Tensor) -> Tensor {
    switch tensor.rank {
    case 4:
      moved(
        tensor,
        to: [tensor.shape[3], tensor.shape[2], tensor.shape[0], tensor.shape[1]],
        axes: [3, 2, 0, 1])
    case 2: Kernels.transposed(tensor, rows: tensor.shape[0], columns: tensor.shape[1])
    default: tensor
    }
  }

  /// The tensor with its four dimensions in another order.
  private static func moved(_ tensor: Tensor, to shape: [Int], axes: [Int]) -> Tensor {
    let strides = tensor.shape.indices.map { tensor.shape[($0 + 1)...].reduce(1, *) }
    let step = axes.map { strides[$0] }
    return Tensor(uninitializedShape: shape) { result in
      tensor.withUnsafeBufferPointer { scalars in
        var next = 0
        for first in 0..<shape[0] {
          for second in 0..<shape[1] {
            for third in 0..<shape[2] {
              let base = first * step[0] + second * step[1] + third * step[2]
              for fourth in 0..<shape[3] {
                result.initializeElement(at: next, to: scalars[base + fourth * step[3]])
                next += 1
              }
            }
          }
        }
      }
    }
  }
}
