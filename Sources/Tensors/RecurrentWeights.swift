/// A recurrent layer's parameters, under PyTorch's names and with its order of gates.
///
/// Gradients of them are held so too. Files hold the transposes: `[gates · hidden, inputs]` and `[gates · hidden, hidden]`.
public struct RecurrentWeights: Sendable {
  /// From the input to the gates, `[inputs, gates · hidden]`: `weight_ih_l0`.
  public var input: Tensor
  /// From the state to the gates, `[hidden, gates · hidden]`: `weight_hh_l0`.
  public var recurrent: Tensor
  /// `[gates · hidden]`: `bias_ih_l0`.
  public var inputBias: Tensor
  /// `[gates · hidden]`: `bias_hh_l0`.
  public var recurrentBias: Tensor

  /// Parameters that are already there.
  public init(input: Tensor, recurrent: Tensor, inputBias: Tensor, recurrentBias: Tensor) {
    let width = recurrent.shape.last ?? 0
    precondition(
      input.rank == 2 && recurrent.rank == 2 && input.shape[1] == width
        && inputBias.shape == [width] && recurrentBias.shape == [width],
      """
      recurrent weights are [in, gates · hidden] and [hidden, gates · hidden] with biases, got \
      \(input.shape), \(recurrent.shape), \(inputBias.shape) and \(recurrentBias.shape)
      """)
    self.input = input
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
  }
}
