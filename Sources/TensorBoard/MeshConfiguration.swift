/// How the dashboard Mesh shows a mesh: camera and material of three.js, which draws it.
public struct MeshConfiguration: Sendable, Equatable {
  /// How the surface, or the points, look.
  public enum Material: Sendable, Equatable {
    /// A surface that scatters light.
    case standard(roughness: Double, metalness: Double)
    /// Edges only.
    case wireframe
    /// Points of this size, in units of the mesh.
    case points(size: Double)
  }

  /// How the surface, or the points, look; nil: as the dashboard likes.
  public var material: Material?
  /// The angle that the camera sees from top to bottom, in degrees.
  public var fieldOfView: Double
  /// What is nearer to the camera than this isn't drawn, in units of the mesh.
  public var near: Double
  /// What is farther from the camera than this isn't drawn, in units of the mesh.
  public var far: Double

  /// How a mesh is shown.
  public init(
    material: Material? = nil, fieldOfView: Double = 75, near: Double = 0.1, far: Double = 1_000
  ) {
    self.material = material
    self.fieldOfView = fieldOfView
    self.near = near
    self.far = far
  }

  /// The numbers in it, with their names.
  var numbers: [(name: String, value: Double)] {
    var numbers = [("fieldOfView", fieldOfView), ("near", near), ("far", far)]
    switch material {
    case .standard(let roughness, let metalness):
      numbers += [("roughness", roughness), ("metalness", metalness)]
    case .points(let size): numbers.append(("size", size))
    case .wireframe, nil: break
    }
    return numbers
  }

  /// As the dashboard reads it. All numbers are finite, so that Swift writes them as JSON does.
  var json: String {
    let camera =
      #""camera":{"cls":"PerspectiveCamera","fov":\#(fieldOfView),"near":\#(near),"far":\#(far)}"#
    guard let material else { return "{\(camera)}" }
    let look =
      switch material {
      case .standard(let roughness, let metalness):
        #""cls":"MeshStandardMaterial","roughness":\#(roughness),"metalness":\#(metalness)"#
      case .wireframe: #""cls":"MeshBasicMaterial","wireframe":true"#
      case .points(let size): #""cls":"PointsMaterial","size":\#(size)"#
      }
    return "{\(camera),\"material\":{\(look)}}"
  }
}
