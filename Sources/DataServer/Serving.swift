// All that has to do with the network, and the only file that the package's trait changes.

import CommandSupport
import TensorBoardData

#if DataServer
  import Dispatch
  import Foundation
  import GRPCCore
  import GRPCNIOTransportHTTP2Posix

  /// Serves until the process ends.
  ///
  /// - Parameters:
  ///   - bound: Is called with the port once requests are answered.
  ///   - failed: Is called where the port can't be bound, and ends the process.
  func serve(
    _ provider: DataProvider, host: String, port: UInt16,
    bound: @escaping @Sendable (Int) throws -> Void,
    failed: @escaping @Sendable (String) -> Never
  ) throws -> Never {
    let host = host == "localhost" ? "127.0.0.1" : host
    let transport = HTTP2ServerTransport.Posix(
      address: host.contains(":")
        ? .ipv6(host: host, port: Int(port)) : .ipv4(host: host, port: Int(port)),
      transportSecurity: .plaintext,
      config: .defaults { config in
        // The names of very many runs.
        config.rpc.maxRequestPayloadSize = 64 << 20
      })
    let server = GRPCServer(transport: transport, services: [Service(provider: provider)])
    Task {
      do {
        try await server.serve()
        exit(0)
      } catch {
        failed("\(host):\(port) can't be listened at: \(error)")
      }
    }
    Task {
      // Where binding fails, the other task says so.
      guard let address = try? await transport.listeningAddress else { return }
      do {
        try bound(address.ipv4?.port ?? address.ipv6?.port ?? 0)
      } catch {
        Console.tell("\(error)")
        exit(1)
      }
    }
    dispatchMain()
  }

  /// The service's methods, each of which takes and gives bytes.
  private struct Service: RegistrableRPCService {
    let provider: DataProvider

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
      for method in DataProvider.Method.allCases {
        register(method.rawValue, with: &router) { request throws(DataProvider.Failure) in
          [try provider.answer(method, to: request)]
        }
      }
      register(DataProvider.streamingMethod, with: &router) {
        request throws(DataProvider.Failure) in try provider.blob(request)
      }
    }

    private func register<Transport: ServerTransport>(
      _ method: String, with router: inout RPCRouter<Transport>,
      answer: @escaping @Sendable ([UInt8]) throws(DataProvider.Failure) -> [[UInt8]]
    ) {
      router.registerHandler(
        forMethod: MethodDescriptor(
          fullyQualifiedService: DataProvider.service, method: method),
        deserializer: Bytes(), serializer: Bytes()
      ) { stream, _ in
        let request = try await ServerRequest(stream: stream)
        let messages: [[UInt8]]
        do throws(DataProvider.Failure) {
          messages = try answer(request.message)
        } catch {
          throw Self.rpcError(error)
        }
        return StreamingServerResponse { writer in
          for message in messages { try await writer.write(message) }
          return [:]
        }
      }
    }

    /// A failure in gRPC's terms.
    private static func rpcError(_ failure: DataProvider.Failure) -> RPCError {
      switch failure {
      case .invalidArgument(let reason): RPCError(code: .invalidArgument, message: reason)
      case .notFound(let reason): RPCError(code: .notFound, message: reason)
      case .resourceExhausted(let reason): RPCError(code: .resourceExhausted, message: reason)
      }
    }
  }

  /// Messages are bytes here; the room of the data knows what is in them.
  private struct Bytes: MessageSerializer, MessageDeserializer {
    func serialize<Contiguous: GRPCContiguousBytes>(_ message: [UInt8]) -> Contiguous {
      Contiguous(message)
    }

    func deserialize<Contiguous: GRPCContiguousBytes>(_ bytes: Contiguous) -> [UInt8] {
      bytes.withUnsafeBytes { Array($0) }
    }
  }
#else
  /// Without the trait there is no network.
  func serve(
    _ provider: DataProvider, host: String, port: UInt16,
    bound: @escaping @Sendable (Int) throws -> Void, failed: @escaping @Sendable (String) -> Never
  ) throws {
    throw CommandFailure(
      "this was built without its network; build it with "
        + "swift build -c release --traits DataServer --product tensorboard-data-server")
  }
#endif
