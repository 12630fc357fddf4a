// swift-tools-version: 6.2
import PackageDescription

// The fuzzed programs: a package of their own, because what they run has to be compiled for fuzzing, and because
// nobody who uses the project should have to build them. The libraries are the project's own, through the links in
// `Sources`; a target that gains a dependency there gains it here.

/// As in the project's own package.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Counts what an input reaches, and lets libFuzzer see what is compared.
let fuzzed: [SwiftSetting] = strict + [.unsafeFlags(["-sanitize=fuzzer"])]

let package = Package(
    name: "Fuzz",
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CLibFuzzer"),
        .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: fuzzed),
        .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: fuzzed),
        .target(name: "IPLD", dependencies: ["Sodium"], swiftSettings: fuzzed),
        .target(name: "DumpIdentity", dependencies: ["IPLD", "Sodium"], swiftSettings: fuzzed),
        .target(
            name: "Capabilities", dependencies: ["Deflate", "DumpIdentity", "IPLD", "Sodium"], swiftSettings: fuzzed),
        .executableTarget(
            name: "Fuzz", dependencies: ["CLibFuzzer", "Capabilities", "DumpIdentity", "IPLD", "Sodium"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
            // gold, which some toolchains link with, does not take libFuzzer.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ],
    swiftLanguageModes: [.v6]
)
