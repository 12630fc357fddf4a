internal import Capabilities
internal import DumpIdentity
internal import Foundation
internal import IPLD
internal import Sodium

/// The first inputs of every target, made by the project's own code.
enum Seeds {
    /// Writes a folder for each target, with a file for each input that is named by its hash.
    static func write(to folder: URL) throws {
        for target in Target.allCases {
            let place = folder.appending(path: target.rawValue)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for input in try inputs(of: target) {
                target.check(input)
                let name = Hashing.sha256(input).prefix(10).map { String(format: "%02x", $0) }.joined()
                try Data(input).write(to: place.appending(path: name))
            }
        }
    }

    private static func inputs(of target: Target) throws -> [[UInt8]] {
        switch target {
        case .cbor: try values().map { try DagCBOR.encode($0) } + tokens()
        case .json: try texts()
        case .envelope: try tokens()
        case .container: try containers()
        case .policy: try policies()
        case .status: try lists()
        case .account: try accounts()
        }
    }

    // MARK: Values

    private static func values() -> [Value] {
        let cid = CID.of(dagCBOR: [0xA0])
        let scalars: [Value] = [
            .null, true, false, 0, 23, 24, 255, 256, 65_536, .int(.max), -1, -25, .int(.min), .float(0), .float(-0.0),
            .float(1.5), .float(1e300), .float(.leastNonzeroMagnitude), "", "a", "é", "e\u{301}", "\u{1F600}",
            "\"\\\n\u{0}/", .bytes([]), .bytes([1, 2, 3]), .bytes([UInt8](repeating: 7, count: 300)), .link(cid),
        ]
        let controls = String(String.UnicodeScalarView((0...0x20 as ClosedRange<UInt8>).map(Unicode.Scalar.init)))
        let nested = (0..<60).reduce(Value.int(1)) { inner, _ in [inner] }
        return scalars + [
            [], [:], .list(scalars), ["a": 1, "b": [2, 3], "aa": ["": .link(cid)]], nested,
            ["/": 1], ["/": ["bytes": 1], "a": 2], ["/": .bytes([1])], .string(controls),
            .map(Map(unsorted: (0..<30).map { Map.Entry(key: "k\($0)", value: .int(Int64($0))) }) ?? Map()),
        ]
    }

    private static func texts() throws -> [[UInt8]] {
        let written = try values().flatMap { [try DagJSON.encode($0), try DagJSON.encode($0, pretty: true)] }
        let free = [
            " {\t\"b\" :\r\n1 , \"a\":[ ] } ", #""\u00e9\ud83d\uDE00\/\b\f\n\r\t\"\\""#,
            #""\u0008\u000c\u000a\u000d\u0009\u0022\u005c\u002f""#,
            "-0", "1e3", "1E+3", "10e-1",
            "-0.0", "1e-999", "1e999", #"{"\u002f":{"bytes":"AQ"}}"#, #"{"/":"x"}"#, #"{"/":{"bytes":"A"}}"#,
            #"{"a":1,"a":2}"#, "9223372036854775808", #""\ud800""#, "tru", "[1,]",
        ]
        return (written + free).map { Array($0.utf8) }
    }

    // MARK: Signed things

    private static func delegations() throws -> [Delegation] {
        let (owner, viewer, component) = (Party.owner, Party.viewer, Party.component)
        let policies: [Policy] = [.empty, .fields(["name", "email"]), .fields([])]
        let nonce = RandomSource { [UInt8](repeating: 7, count: $0) }
        let longNonce = RandomSource { [UInt8](repeating: 8, count: 2 * $0) }
        let meta: Value = ["status_list": ["idx": 5, "uri": .string(StatusTarget.uri)], "a": [1, .bytes([2])]]
        return try policies.map {
            try Delegation.sign(
                to: viewer.principal, subject: owner.principal, command: .profileRead, policy: $0,
                meta: meta.mapValue, notBefore: Party.time, expiration: Party.time + 60, with: owner.key(),
                random: nonce)
        } + [
            Delegation.sign(
                to: component.principal, subject: nil, command: Command("/"), policy: .empty, expiration: nil,
                with: viewer.key(), random: nonce),
            Delegation.sign(
                to: component.principal, subject: viewer.principal, command: Command("/a/b"), policy: .empty,
                expiration: 0, with: viewer.key(), random: longNonce),
        ]
    }

    /// Delegations, invocations, a revocation, and a thing of another kind.
    private static func tokens() throws -> [[UInt8]] {
        let delegations = try delegations()
        let arguments: Value = ["fields": ["name"], "a": ["b": [.float(1), .bytes([1]), .null]]]
        let invocations = try [
            Invocation.sign(
                .profileRead, on: Party.owner.principal, audience: Party.component.principal,
                arguments: arguments.mapValue ?? Map(), proofs: delegations.prefix(2).map(\.cid),
                nonce: [UInt8](repeating: 3, count: 16), expiration: Party.time + 60, with: Party.viewer.key()),
            Invocation.sign(
                Command("/a/b"), on: Party.owner.principal, arguments: Map(), nonce: [], expiration: nil,
                with: Party.owner.key()),
            Revocation.sign(delegations[0].cid, with: Party.owner.key()).invocation,
        ]
        var payload = invocations[0].envelope.payload
        payload["meta"] = ["a": 1]
        payload["cause"] = .link(delegations[0].cid)
        payload["iat"] = .int(Party.time)
        let name = try RevocationName(bytes: [UInt8](repeating: 5, count: RevocationName.length))
        let position = try FeedPosition(epoch: [UInt8](repeating: 6, count: FeedPosition.epochLength), sequence: 7)
        let contents: [RevocationStatement.Content] = [
            .revoked([name]), .snapshot([name], piece: 1, of: 2), .snapshot([], piece: 1, of: 1), .alive(Party.time),
        ]
        let statements = try contents.map {
            try RevocationStatement.sign($0, at: position, with: Party.owner.key()).bytes
        }
        return try delegations.map(\.envelope.bytes) + invocations.map(\.envelope.bytes) + statements + [
            Envelope.sign(payload, tag: Invocation.tag, with: Party.viewer.key()).bytes,
            Envelope.sign(payload, tag: "dump/obj@1.0.0", with: Party.viewer.key()).bytes,
        ]
    }

    private static func containers() throws -> [[UInt8]] {
        let tokens = try tokens()
        let sets = [[], [tokens[0]], Array(tokens.prefix(5)), tokens, [[], [1], [1, 2]]]
        return try sets.flatMap { set in
            try Container.Encoding.allCases.map { try Container(set).encoded($0) }
        }
    }

    // MARK: Accounts

    private static func accounts() throws -> [[UInt8]] {
        let codes = [
            "0000-0000-0000-0000-0000-0000-0098", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ69",
            "0123-4567-89AB-CDEF-GHJK-MNPQ-RS05", "TVWX-YZ77-7777-7777-7777-7777-7782",
        ]
        let written =
            codes + [codes[2].lowercased(), codes[0].replacing("0", with: "O"), codes[3].replacing("-", with: " ")]
        // Without content: the target adds it.
        let heads = [(1, 8_192), (3, 1 << 28), (11, 1 << 20), (1, 1 << 31)].flatMap { operations, memory in
            [Value.null, .bytes([UInt8](repeating: 4, count: RecoveryWrap.length))].map { recovery -> Value in
                [
                    "format": .string(AccountExport.format), "operations": .int(Int64(operations)),
                    "memory": .int(Int64(memory)), "salt": .bytes([UInt8](repeating: 2, count: 16)),
                    "root": .bytes([UInt8](repeating: 3, count: RecoveryWrap.length)), "recovery": recovery,
                ]
            }
        }
        let pairs: [(Party, Party)] = [
            (.owner, .viewer), (.viewer, .component), (.component, .owner), (.owner, .stranger),
        ]
        let successions = try pairs.map { try Succession.sign(from: $0.key(), to: $1.key(), time: Party.time) }
        let files = try [0, 1, 2, 3, 4].map {
            try Successions(successions.prefix($0).map { .bytes($0.bytes) }).encoded()
        }
        return try written.map { Array($0.utf8) } + heads.map { try DagCBOR.encode($0) } + successions.map(\.bytes)
            + files
    }

    // MARK: Policies and status lists

    private static func policies() throws -> [[UInt8]] {
        let arguments: [Value] = [
            [:], ["fields": ["name", "email"]], ["a": 1, "b": .float(2), "c": ["x", .bytes([1, 2]), ["d": .null]]],
        ]
        let statements: [Value] = [
            ["==", ".a", 1], ["!=", ".b", "x"], ["<", ".a", 2], ["<=", ".b", .float(2)], [">", ".a", 0],
            [">=", ".c[1][0]", 1], ["like", ".c[0]", "*x\\**"], ["and", [["==", ".", [:]]]], ["or", []],
            ["not", ["==", ".a?", .null]], ["all", ".fields", ["or", [["==", ".", "name"], ["==", ".", "email"]]]],
            ["any", ".c[]?", ["==", ".[\"d\"][-1:2]", "y"]], ["all", ".c[0:2]", ["any", ".[]", ["like", ".", "*"]]],
        ]
        // All of these hold on the last arguments.
        let holding: [Value] = [
            ["==", ".a", 1], ["<=", ".b", .float(2)], ["like", ".c[0]", "*x"], ["not", ["==", ".a", 2]],
            ["any", ".c", ["==", ".d", .null]], ["or", [["==", ".a", 3], ["!=", ".c[1]", "y"]]],
        ]
        let policies = statements.map { Value.list([$0]) } + [.list(statements), .list(holding), []]
        return try policies.flatMap { policy in
            try arguments.map { try DagCBOR.encode(policy) + DagCBOR.encode($0) }
        }
    }

    private static func lists() throws -> [[UInt8]] {
        let header = #"{"alg":"EdDSA","typ":"statuslist+jwt","kid":"x"}"#
        return try [0, 64, 20_000].flatMap { count -> [[UInt8]] in
            var list = StatusList(count: count)
            for index in stride(from: 5, to: count, by: 37) { try list.revoke(index) }
            let token = try StatusListToken(
                uri: StatusTarget.uri, issuer: Party.owner.principal, issuedAt: Party.time,
                expiration: Party.time + 60, timeToLive: 30, list: list
            ).signed(with: Party.owner.key())
            let claims = try Base64URL.decode(token.split(separator: ".")[1])
            guard case .map(var map) = try DagJSON.decode(claims), var status = map["status_list"]?.mapValue,
                let compressed = status["lst"]?.stringValue
            else { return [] }
            status["lst"] = nil
            map["status_list"] = .map(status)
            let open = try DagJSON.encode(.map(map))
            return [
                Array(token.utf8), Array(header.utf8) + [0] + claims + [0],
                Array((header + "\0" + open + "\0").utf8) + (try Base64URL.decode(compressed)),
            ]
        }
    }
}
