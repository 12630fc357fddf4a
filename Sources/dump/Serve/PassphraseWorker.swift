internal import AuthAPI
internal import DumpIdentity
internal import Foundation
internal import Sodium
internal import Subprocess
internal import SystemPackage

/// Argon2id in a process of its own: it takes 256 MiB for most of a second, which the node does not have to keep, and
/// which is gone, whatever happens, when the process ends.
///
/// The passphrase goes through a pipe, the key comes back through one; neither is an argument or in the environment.
/// The key comes back sealed to a key pair of this one hashing: what buffers of others keep of it opens nothing.
/// Frame: salt (16 bytes), operations and memory (8 bytes each, big-endian), public key (32 bytes), passphrase.
enum PassphraseWorker {
    /// The only argument of the worker process.
    static let argument = "hash-passphrase"

    /// A hasher that runs a worker for each passphrase.
    static func hasher() -> PassphraseHasher {
        PassphraseHasher { passphrase, salt, cost in
            let receiver = try SigningKey.random()
            let head = salt + bytes(cost.operations) + bytes(cost.memory) + receiver.publicKey
            let frame = head + passphrase.bytes.copyForTransfer()
            let result = try await Subprocess.run(
                .path("/proc/self/exe"), arguments: [argument], input: .array(frame), output: .bytes(limit: 128))
            guard result.terminationStatus.isSuccess else { throw APIError.failed }
            return try receiver.openSecret(sealed: result.standardOutput, in: .scratch)
        }
    }

    /// The worker: reads one frame, writes one sealed key.
    static func runAndExit() -> Never {
        // A worker whose memory could reach a file hashes nothing.
        guard ProcessMemory.close() else { exit(1) }
        let frame = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        guard frame.count > 64 else { exit(1) }
        do {
            let cost = PasswordHash.Cost(operations: number(frame[16..<24]), memory: number(frame[24..<32]))
            let passphrase = try SecretBytes(Array(frame[64...]), in: .scratch)
            let key = try PasswordHash.deriveKey(from: passphrase, salt: Array(frame[..<16]), cost: cost)
            let sealed = try Sealing.seal(key.copyForTransfer(), to: Array(frame[32..<64]))
            FileHandle.standardOutput.write(Data(sealed))
            exit(0)
        } catch {
            exit(1)
        }
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
