/// Input gradients of signals that are zero outside of small windows: only the windows are looked at,
/// and the results are windows again, as large as the fields of what was in them.
///
/// The sums are those of the whole maps in another order.
extension Kernels {
  /// The input gradient of a convolution.
  ///
  /// - Parameter geometry: that of the whole maps.
  package static func convolutionInputGradient(
    _ windows: SignalWindows, weight: Tensor, _ geometry: ConvolutionGeometry
  ) -> SignalWindows {
    precondition(
      windows.map == geometry.output && windows.channels == geometry.outChannels,
      "windows into \(windows.map) × \(windows.channels) for a convolution to \(geometry.output)")
    let (kernel, stride) = (geometry.kernel, geometry.stride)
    let (size, corners) = windows.fields(of: kernel, stride: stride, padding: geometry.padding)
    // The kernels for convolutions are made for long runs of weights.
    guard kernel.width * geometry.inChannels >= 16 else {
      return added(windows, weight: weight, geometry, size: size, corners: corners)
    }
    // Each window is a little image of its own, without padding.
    let own = ConvolutionGeometry(
      input: [size.height, size.width, geometry.inChannels], kernel: kernel,
      outChannels: geometry.outChannels, stride: stride, padding: Padding(0))
    let gradient = convolutionGradients(
      .plain(windows.scalars), x: nil, weight: weight, own, wantsInput: true,
      wantsParameters: false
    ).input
    guard let gradient else { preconditionFailure("the input's gradient was asked for") }
    return SignalWindows(cropping: gradient, at: corners, map: geometry.input)
  }

  /// The same by one matrix product: what each scalar brings to its field, then the fields added up.
  private static func added(
    _ windows: SignalWindows, weight: Tensor, _ geometry: ConvolutionGeometry, size: Extent,
    corners: [SignalWindows.Corner]
  ) -> SignalWindows {
    let (kernel, stride, channels) = (geometry.kernel, geometry.stride, geometry.inChannels)
    let (target, inside) = SignalWindows.placed(size, at: corners, in: geometry.input)
    let run = kernel.width * channels
    let positions = windows.size.height * windows.size.width
    let fields = product(
      Matrix(
        windows.scalars, rows: windows.count * positions, columns: geometry.outChannels),
      Matrix(weight, rows: kernel.height * run, columns: geometry.outChannels).transposed)
    var result = Tensor(zeros: [windows.count, target.height, target.width, channels])
    let fieldWindows = SignalWindows(
      fields.reshaped(
        to: [windows.count, windows.size.height, windows.size.width, kernel.height * run]),
      at: windows.corners, map: windows.map)
    forEachWindow(of: fieldWindows, to: &result) { index, from, to in
      let (old, new) = (corners[index], inside[index])
      for y in 0..<windows.size.height {
        // A field's place in the new window, and the part of it that lies inside.
        let top = old.y + y * stride.height - new.y
        let rows = max(0, -top)..<max(max(0, -top), min(kernel.height, target.height - top))
        for x in 0..<windows.size.width {
          let left = old.x + x * stride.width - new.x
          let first = max(0, -left) * channels
          let end = max(first, min(kernel.width, target.width - left) * channels)
          let field = from + (y * windows.size.width + x) * kernel.height * run
          for ky in rows {
            let start = ((top + ky) * target.width + left) * channels
            for at in first..<end { to[start + at] += field[ky * run + at] }
          }
        }
      }
    }
    return SignalWindows(result, at: inside, map: geometry.input)
  }

  /// Each scalar back at its switch, zero elsewhere; where pooling windows overlap, contributions add.
  package static func maxUnpool(_ windows: SignalWindows, _ switches: Switches) -> SignalWindows {
    let pooling = switches.pooling
    let (target, inside) = placed(windows, under: pooling)
    precondition(
      windows.corners.allSatisfy { (0..<switches.batch).contains($0.image) },
      "windows into images that the switches of \(switches.batch) don't have")
    var result = Tensor(zeros: [windows.count, target.height, target.width, pooling.channels])
    switches.withUnsafePointer { switches in
      forEachWindow(of: windows, to: &result) { index, from, to in
        let (corner, new) = (windows.corners[index], inside[index])
        let image = switches + corner.image * pooling.outputCount
        var next = 0
        for y in corner.y..<corner.y + windows.size.height {
          let top = y * pooling.stride.height - pooling.padding.top - new.y
          for x in corner.x..<corner.x + windows.size.width {
            let left = x * pooling.stride.width - pooling.padding.left - new.x
            let place = (y * pooling.outputWidth + x) * pooling.channels
            for channel in 0..<pooling.channels {
              let value = from[next]
              next += 1
              guard value != 0 else { continue }
              let (row, column) = Int(image[place + channel])
                .quotientAndRemainder(dividingBy: pooling.window.width)
              to[((top + row) * target.width + left + column) * pooling.channels + channel] +=
                value
            }
          }
        }
      }
    }
    return SignalWindows(
      result, at: inside, map: Extent(height: pooling.height, width: pooling.width))
  }

  /// The input gradient of `averagePool`.
  package static func averageUnpool(
    _ windows: SignalWindows, _ pooling: PoolingGeometry, countsPadding: Bool
  ) -> SignalWindows {
    let (target, inside) = placed(windows, under: pooling)
    let channels = pooling.channels
    var result = Tensor(zeros: [windows.count, target.height, target.width, channels])
    forEachWindow(of: windows, to: &result) { index, from, to in
      let (corner, new) = (windows.corners[index], inside[index])
      for y in 0..<windows.size.height {
        let top = (corner.y + y) * pooling.stride.height - pooling.padding.top
        let rows = max(0, top)..<min(pooling.height, top + pooling.window.height)
        for x in 0..<windows.size.width {
          let left = (corner.x + x) * pooling.stride.width - pooling.padding.left
          let columns = max(0, left)..<min(pooling.width, left + pooling.window.width)
          let counted = (
            min(pooling.window.height, pooling.height + pooling.padding.bottom - top),
            min(pooling.window.width, pooling.width + pooling.padding.right - left)
          )
          let area = countsPadding ? counted.0 * counted.1 : rows.count * columns.count
          let place = (y * windows.size.width + x) * channels
          for row in rows {
            for column in columns {
              let start = ((row - new.y) * target.width + column - new.x) * channels
              for channel in 0..<channels {
                to[start + channel] += from[place + channel] / Float(area)
              }
            }
          }
        }
      }
    }
    return SignalWindows(
      result, at: inside, map: Extent(height: pooling.height, width: pooling.width))
  }

  /// The windows of a pooling's input that hold all that windows of its output come from.
  private static func placed(
    _ windows: SignalWindows, under pooling: PoolingGeometry
  ) -> (size: Extent, corners: [SignalWindows.Corner]) {
    precondition(
      windows.map == Extent(height: pooling.outputHeight, width: pooling.outputWidth)
        && windows.channels == pooling.channels,
      "windows into \(windows.map) × \(windows.channels) for another pooling's output")
    let (size, corners) = windows.fields(
      of: pooling.window, stride: pooling.stride, padding: pooling.padding)
    return SignalWindows.placed(
      size, at: corners, in: Extent(height: pooling.height, width: pooling.width))
  }

  /// Calls `body` for each window, on several threads, with its scalars and those of its result.
  private static func forEachWindow(
    of windows: SignalWindows, to result: inout Tensor,
    _ body: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    guard windows.count > 0 else { return }
    let (from, to) = (windows.scalars.count / windows.count, result.count / windows.count)
    result.withUnsafeMutableBufferPointer { result in
      windows.scalars.withUnsafeBufferPointer { scalars in
        guard let scalars = scalars.baseAddress, let result = result.baseAddress else { return }
        Parallel.forEachRange(windows.count, chunk: imageChunk) { range in
          for index in range { body(index, scalars + index * from, result + index * to) }
        }
      }
    }
  }
}
