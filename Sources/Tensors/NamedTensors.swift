/// Tensors by name, in a fixed order: parameters, gradients, optimizer slots, checkpoints.
///
/// Names nest with dots, as PyTorch's do: `conv1.weight`, `block.conv.bias`.
public struct NamedTensors: Sendable, Equatable {
  /// The names, in order of insertion.
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]

  /// No tensors.
  public init() {}

  /// The tensor of a name; assigning nil removes it.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if tensors[name] == nil, newValue != nil { names.append(name) }
      if newValue == nil, tensors[name] != nil { names.removeAll { $0 == name } }
      tensors[name] = newValue
    }
    _modify {
      let wasThere = tensors[name] != nil
      yield &tensors[name]
      let isThere = tensors[name] != nil
      if isThere && !wasThere { names.append(name) }
      if wasThere && !isThere { names.removeAll { $0 == name } }
    }
  }

  /// The number of tensors.
  public var count: Int { names.count }

  /// The same tensors, each name with `prefix` and a dot before it.
  public func prefixed(_ prefix: String) -> NamedTensors {
    var result = NamedTensors()
    for (name, tensor) in self { result["\(prefix).\(name)"] = tensor }
    return result
  }

  /// Adds the other's tensors; where a name is in both, the other's wins.
  public mutating func merge(_ other: NamedTensors) {
    for (name, tensor) in other { self[name] = tensor }
  }
}

extension NamedTensors: Sequence {
  /// Names and tensors, in order of insertion.
  public func makeIterator() -> some IteratorProtocol<(name: String, tensor: Tensor)> {
    names.lazy.compactMap { name in tensors[name].map { (name: name, tensor: $0) } }.makeIterator()
  }
}
