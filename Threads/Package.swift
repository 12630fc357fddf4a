// swift-tools-version: 6.2
import PackageDescription

// The libraries and those of their tests that use many tasks at once, to be built for the thread sanitizer: the rest of
// the project would take minutes. With DUMP_WHOLE_TESTS set, all tests of `Sodium`, `DumpIdentity` and `PseudonymStore`
// instead, for `scripts/sanitize`. Everything here is the project's own, through the links in `Sources` and `Tests`; a
// target that gains a dependency there gains it here.

/// As in the project's own package.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Locks that the sanitizer sees: wherever `Synchronization` is imported, `VisibleLocks` is meant.
let visible = strict + [.unsafeFlags(["-module-alias", "Synchronization=VisibleLocks"])]

/// The suites whose names end in "ConcurrencyTests"; `scripts/test-threads` sees to it that none is left out.
let concurrencyTests = [
    "Grant/LiveRevocationsConcurrencyTests.swift",
    "Status/StatusListsConcurrencyTests.swift",
    "UCAN/CacheConcurrencyTests.swift",
    "UCAN/ReplayGuardConcurrencyTests.swift",
    "UCAN/VerifierConcurrencyTests.swift",
]

let concurrency: [Target] = [
    .testTarget(
        name: "CapabilitiesTests",
        dependencies: ["Capabilities", "Deflate", "DumpIdentity", "IPLD", "Sodium", "TestSupport", "VisibleLocks"],
        sources: concurrencyTests + ["Support"], swiftSettings: visible)
]

let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let wholeTests: [Target] = [
    .target(
        name: "PseudonymStore",
        dependencies: ["Capabilities", "DumpIdentity", "IPLD", "Sodium", "VisibleLocks", database],
        swiftSettings: visible),
    .testTarget(name: "SodiumTests", dependencies: ["Sodium", "TestSupport", "VisibleLocks"], swiftSettings: visible),
    .testTarget(
        name: "DumpIdentityTests", dependencies: ["DumpIdentity", "IPLD", "Sodium", "TestSupport", "VisibleLocks"],
        swiftSettings: visible),
    .testTarget(
        name: "PseudonymStoreTests",
        dependencies: [
            "Capabilities", "DumpIdentity", "IPLD", "PseudonymStore", "Sodium", "TestSupport", "VisibleLocks", database,
        ], swiftSettings: visible),
]

let isWhole = Context.environment["DUMP_WHOLE_TESTS"] != nil

let package = Package(
    name: "Threads",
    dependencies: isWhole ? [.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")] : [],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .target(name: "VisibleLocks"),
        .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: strict),
        .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "IPLD", dependencies: ["Sodium"], swiftSettings: strict),
        .target(
            name: "DumpIdentity", dependencies: ["IPLD", "Sodium", "VisibleLocks"], swiftSettings: visible),
        .target(
            name: "Capabilities", dependencies: ["Deflate", "DumpIdentity", "IPLD", "Sodium", "VisibleLocks"],
            swiftSettings: visible),
        .target(
            name: "TestSupport", dependencies: ["DumpIdentity", "IPLD", "Sodium", "VisibleLocks"],
            path: "Tests/TestSupport", swiftSettings: visible),
    ] + (isWhole ? wholeTests : concurrency),
    swiftLanguageModes: [.v6]
)
