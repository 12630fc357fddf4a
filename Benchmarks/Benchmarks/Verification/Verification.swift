import Benchmark
import Capabilities
import IPLD

/// The signatures set the limit: what we do is measured beside the bare calls to libsodium on the same bytes. Each name
/// ends in the ratio that it should not exceed.
let benchmarks: @Sendable () -> Void = {
    Benchmark("verify, 1 proof / 2 checks: 1.10", configuration: Pair.configuration) { benchmark, scene in
        try Pair().measure(benchmark, reference: { scene.checkBare(2) }, ours: { try scene.verify(1) })
    } setup: {
        try Scene()
    }

    Benchmark("verify, 3 proofs / 4 checks: 1.10", configuration: Pair.configuration) { benchmark, scene in
        try Pair().measure(benchmark, reference: { scene.checkBare(4) }, ours: { try scene.verify(3) })
    } setup: {
        try Scene()
    }

    Benchmark("verify, 1 proof cached / 1 check: 1.20", configuration: Pair.configuration) { benchmark, scene in
        try Pair().measure(benchmark, reference: { scene.checkInvocation(1) }, ours: { try scene.verifyCached(1) })
    } setup: {
        try Scene()
    }

    Benchmark("verify, 3 proofs cached / 1 check: 1.20", configuration: Pair.configuration) { benchmark, scene in
        try Pair().measure(benchmark, reference: { scene.checkInvocation(3) }, ours: { try scene.verifyCached(3) })
    } setup: {
        try Scene()
    }

    Benchmark("mint a grant / 1 signature: 1.30", configuration: Pair.configuration) { benchmark, scene in
        try Pair().measure(benchmark, reference: { scene.signBare() }, ours: { try scene.mint() })
    } setup: {
        try Scene()
    }

    Benchmark("decode 1 KiB / 1 check: 0.100", configuration: Pair.configuration) { benchmark, scene in
        let bytes = scene.padded.envelope.bytes
        try Pair().measure(
            benchmark, reference: { scene.checkBare(1) }, ours: { try Delegation(decoding: bytes) })
    } setup: {
        try Scene()
    }

    Benchmark("evaluate the policy / 1 check: 0.020", configuration: Pair.configuration) { benchmark, scene in
        let (policy, arguments) = (scene.chain[0].policy, Value.map(Scene.arguments))
        try Pair().measure(
            benchmark, reference: { scene.checkBare(1) }, ours: { try policy.allows(arguments) })
    } setup: {
        try Scene()
    }

    Benchmark("verify on 1 core / on all, by core: 1.11", configuration: Scaling.configuration) { benchmark, scene in
        Scaling.measure(benchmark) { blackHole(try? scene.verify(1)) }
    } setup: {
        try Scene()
    }

    Benchmark("1,000,000 revocations: 200 ns, 64 bytes", configuration: Held.configuration) { benchmark, held in
        held.measure(benchmark)
    } setup: {
        try Held(count: 1_000_000)
    }
}
