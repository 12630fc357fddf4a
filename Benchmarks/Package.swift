// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who only uses the libraries has to fetch what measures them.
let package = Package(
    name: "dump-benchmarks",
    dependencies: [
        .package(name: "dump", path: ".."),
        // Without its default trait, which takes jemalloc from the system to count allocations.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.29.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Verification",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "Capabilities", package: "dump"),
                .product(name: "DumpIdentity", package: "dump"),
                .product(name: "IPLD", package: "dump"), .product(name: "Sodium", package: "dump"),
            ],
            path: "Benchmarks/Verification",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ],
    swiftLanguageModes: [.v6]
)
