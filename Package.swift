// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled with the same strictness; `scripts/check-imports` holds the direction of imports.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Every function of another library is found when the program starts. Found when it is first called, all registers
/// would be saved on the stack, with what they hold of keys.
let bound: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"], .when(platforms: [.linux]))
]

let package = Package(
    name: "dump",
    products: [
        .executable(name: "dump", targets: ["dump"]),
        .library(name: "Capabilities", targets: ["Capabilities"]),
        .library(name: "ComponentClient", targets: ["ComponentClient"]),
        .library(name: "DumpIdentity", targets: ["DumpIdentity"]),
        .library(name: "IPLD", targets: ["IPLD"]),
        .library(name: "Sodium", targets: ["Sodium"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: strict),
        .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "IPLD", dependencies: ["Sodium"], swiftSettings: strict),
        .target(name: "DumpIdentity", dependencies: ["IPLD", "Sodium"], swiftSettings: strict),
        .target(
            name: "Capabilities", dependencies: ["Deflate", "DumpIdentity", "IPLD", "Sodium"], swiftSettings: strict),
        .target(
            name: "ComponentClient",
            dependencies: [
                "Capabilities", "Deflate", "DumpIdentity", "IPLD", "Sodium",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], swiftSettings: strict),
        .target(
            name: "PseudonymStore",
            dependencies: [
                "Capabilities", "DumpIdentity", "IPLD", "Sodium", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .target(
            name: "AuthAPI",
            dependencies: [
                "Capabilities", "Deflate", "DumpIdentity", "IPLD", "PseudonymStore", "Sodium",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "dump",
            dependencies: [
                "AuthAPI", "Capabilities", "DumpIdentity", "IPLD", "PseudonymStore", "Sodium",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict, linkerSettings: bound),
        .target(
            name: "LiveNode", dependencies: ["AuthAPI", "DumpIdentity", "IPLD"], path: "Tests/LiveNode",
            swiftSettings: strict),
        .executableTarget(
            name: "RevocationDelay",
            dependencies: ["AuthAPI", "Capabilities", "ComponentClient", "DumpIdentity", "IPLD", "LiveNode", "Sodium"],
            path: "Tests/RevocationDelay", swiftSettings: strict, linkerSettings: bound),
        .executableTarget(
            name: "Flood",
            dependencies: [
                "AuthAPI", "Capabilities", "DumpIdentity", "IPLD", "LiveNode", "Sodium",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Flood", swiftSettings: strict, linkerSettings: bound),
        .target(
            name: "TestSupport", dependencies: ["DumpIdentity", "IPLD", "Sodium"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "SodiumTests", dependencies: ["Sodium", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "DeflateTests", dependencies: ["Deflate"], swiftSettings: strict),
        .testTarget(name: "IPLDTests", dependencies: ["IPLD", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DumpIdentityTests", dependencies: ["DumpIdentity", "IPLD", "Sodium", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CapabilitiesTests",
            dependencies: ["Capabilities", "Deflate", "DumpIdentity", "IPLD", "Sodium", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ComponentClientTests",
            dependencies: ["Capabilities", "ComponentClient", "DumpIdentity", "IPLD", "Sodium", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PseudonymStoreTests",
            dependencies: [
                "Capabilities", "DumpIdentity", "IPLD", "PseudonymStore", "Sodium", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AuthAPITests",
            dependencies: [
                "AuthAPI", "Capabilities", "ComponentClient", "Deflate", "DumpIdentity", "IPLD", "PseudonymStore",
                "Sodium", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict, linkerSettings: bound),
        .testTarget(
            name: "dumpTests", dependencies: ["dump", "Capabilities", "DumpIdentity", "IPLD", "Sodium", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
