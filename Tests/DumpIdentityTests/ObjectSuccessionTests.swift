import DumpIdentity
import IPLD
import Sodium
import TestSupport
import Testing

/// A pseudonym vouches for the one before it in an object, and nobody can do so for it.
struct ObjectSuccessionTests {
    private let root: RootKey
    private let market: ModuleID

    init() throws {
        root = try Made.root()
        market = try ModuleID(Made.market)
    }

    private func keys(_ index: UInt64) throws -> PseudonymKeys {
        try root.pseudonymKeys(module: market, index: index)
    }

    private func succession(from former: UInt64 = 0, to next: UInt64 = 1) throws -> Succession {
        try Succession.sign(from: keys(former).signing, to: keys(next).signing, time: Made.time)
    }

    /// An object by the pseudonym of an index.
    private func object(_ body: Map, by index: UInt64 = 1) throws -> ModuleObject {
        let mailbox = try NodeAddress("https://node.example")
        return try ModuleObject.sign(body: body, mailboxes: [mailbox], time: Made.time, with: keys(index))
    }

    /// An object that claims a succession with these bytes.
    private func object(claiming bytes: [UInt8], by index: UInt64 = 1) throws -> ModuleObject {
        try object(Map(["succeeds": .bytes(bytes)]), by: index)
    }

    @Test func `a pseudonym follows another by the word of both`() throws {
        let succession = try succession()
        let object = try object(ModuleObject.body(vouchingBy: succession))
        #expect(try object.succession() == succession)
        #expect(try object.succession()?.former == keys(0).principal)
        #expect(try ModuleObject(verifying: object.envelope.bytes).succession() == succession)
    }

    @Test(arguments: [0, 2] as [UInt64]) func `a statement that is shown by another than the next is refused`(
        issuer: UInt64
    ) throws {
        let object = try object(ModuleObject.body(vouchingBy: succession()), by: issuer)
        #expect(throws: IdentityError.malformed(.wrongKind(field: "succeeds"))) { try object.succession() }
    }

    /// The two halves of a statement.
    private func halves(_ succession: Succession) throws -> [[UInt8]] {
        try DagCBOR.decode(succession.bytes).listValue?.compactMap(\.bytesValue) ?? []
    }

    private func statement(_ halves: [[UInt8]]) throws -> [UInt8] {
        try DagCBOR.encode(.list(halves.map { .bytes($0) }))
    }

    @Test func `the next one's half alone is refused`() throws {
        let halves = try halves(succession())
        for wrong in [[halves[1]], [halves[1], halves[1]], [halves[1], halves[0]], [[], halves[1]]] {
            let object = try object(claiming: statement(wrong))
            #expect(throws: IdentityError.self) { try object.succession() }
        }
    }

    @Test func `a half that the former signed for another is refused`() throws {
        let (mine, another) = (try halves(succession()), try halves(succession(to: 2)))
        let object = try object(claiming: statement([another[0], mine[1]]))
        #expect(throws: IdentityError.self) { try object.succession() }
    }

    @Test func `a signature that the former did not make is refused`() throws {
        var halves = try halves(succession())
        // The signature begins behind the heads of list and byte string, which are three bytes.
        halves[0] = halves[0].altered(at: 10)
        let object = try object(claiming: statement(halves))
        #expect(throws: IdentityError.invalidSignature) { try object.succession() }
    }

    @Test func `what is no statement is refused`() throws {
        for bytes in [[], [0x80], [UInt8](repeating: 0, count: 3_000)] as [[UInt8]] {
            let object = try object(claiming: bytes)
            #expect(throws: IdentityError.self) { try object.succession() }
        }
    }

    @Test func `a body with other keys, or without bytes, claims nothing`() throws {
        let bytes = Value.bytes(try succession().bytes)
        for body in [[:], ["succeeds": "me"], ["succeeds": bytes, "title": "x"], ["Succeeds": bytes]] as [Value] {
            #expect(try object(Map(body)).succession() == nil)
        }
    }
}
