import Benchmark
import Capabilities
import DumpIdentity
import IPLD
import Sodium

/// The signatures set the limit: everything is measured beside the bare calls to libsodium on the same bytes.
let benchmarks: @Sendable () -> Void = {
    Benchmark("x1 decode 1 KiB", configuration: Pair.configuration) { benchmark, scene in
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) {
            blackHole(try! Delegation(decoding: scene.padded.envelope.bytes))
        }
    } setup: { try Scene() }

    Benchmark("x2 dids", configuration: Pair.configuration) { benchmark, scene in
        let did = scene.chain[0].issuer.did
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(try! Principal(did: did)) }
    } setup: { try Scene() }
    Benchmark("x2 did encode", configuration: Pair.configuration) { benchmark, scene in
        let did = scene.chain[0].issuer
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(did.did) }
    } setup: { try Scene() }
    Benchmark("x3 sha 1K", configuration: Pair.configuration) { benchmark, scene in
        let b = scene.padded.envelope.bytes
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(Hashing.sha256(b)) }
    } setup: { try Scene() }
    Benchmark("x4 policy parse", configuration: Pair.configuration) { benchmark, scene in
        let v = scene.chain[0].policy.value
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(try! Policy(v)) }
    } setup: { try Scene() }
    Benchmark("x5 envelope", configuration: Pair.configuration) { benchmark, scene in
        let b = scene.padded.envelope.bytes
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(try! Envelope(decoding: b)) }
    } setup: { try Scene() }
    Benchmark("x6 value", configuration: Pair.configuration) { benchmark, scene in
        let b = scene.padded.envelope.bytes
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) { blackHole(try! DagCBOR.decode(b)) }
    } setup: { try Scene() }
    Benchmark("policy", configuration: Pair.configuration) { benchmark, scene in
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(1)) }) {
            blackHole(try! scene.chain[0].policy.allows(.map(scene.invocation(1).arguments)))
        }
    } setup: { try Scene() }
    Benchmark("mint", configuration: Pair.configuration) { benchmark, scene in
        Pair().measure(benchmark, reference: { blackHole(scene.signBare()) }) {
            blackHole(try! scene.mint())
        }
    } setup: { try Scene() }
    Benchmark("verify 1", configuration: Pair.configuration) { benchmark, scene in
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(2)) }) {
            blackHole(try! scene.verify(1))
        }
    } setup: { try Scene() }
    Benchmark("verify 3", configuration: Pair.configuration) { benchmark, scene in
        Pair().measure(benchmark, reference: { blackHole(scene.checkBare(4)) }) {
            blackHole(try! scene.verify(3))
        }
    } setup: { try Scene() }
}
