// swift-tools-version: 6.2
import PackageDescription

// The libraries and those of their tests that use many tasks at once, to be built for the thread sanitizer: the rest of the project would take
// minutes. Everything here is the project's own, through the links in `Sources` and `Tests`; a target that gains a
// dependency there gains it here.

/// As in the project's own package.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The suites whose names end in "ConcurrencyTests"; `scripts/test-threads` sees to it that none is left out.
let concurrencyTests = [
    "UCAN/VerifierConcurrencyTests.swift"
]

let package = Package(
    name: "Threads",
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: strict),
        .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "IPLD", dependencies: ["Sodium"], swiftSettings: strict),
        .target(name: "DumpIdentity", dependencies: ["IPLD", "Sodium"], swiftSettings: strict),
        .target(
            name: "Capabilities", dependencies: ["Deflate", "DumpIdentity", "IPLD", "Sodium"], swiftSettings: strict),
        .testTarget(
            name: "CapabilitiesTests", dependencies: ["Capabilities", "Deflate", "DumpIdentity", "IPLD", "Sodium"],
            sources: concurrencyTests + ["Support"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
