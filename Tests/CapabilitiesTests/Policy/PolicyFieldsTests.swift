import IPLD
import Testing

@testable import Capabilities

struct PolicyFieldsTests {
    @Test func `the policy of fields has one shape for one name and for several`() {
        #expect(
            Policy.fields(["a"]).value == [["all", ".fields", ["or", [["==", ".", "a"]]]]])
        #expect(
            Policy.fields(["a", "b"]).value == [["all", ".fields", ["or", [["==", ".", "a"], ["==", ".", "b"]]]]])
    }

    @Test(arguments: [[], ["a"], ["a", "b"], ["", "*", "é"]])
    func `the policy of fields is what parsing its value gives`(names: [String]) throws {
        let policy = Policy.fields(names)
        #expect(try Policy(policy.value).statements == policy.statements)
    }

    @Test(
        arguments: [
            (["a"], true), (["b", "a", "a"], true), ([], true), (["c"], false), (["a", "c"], false), ([1], false),
        ] as [(Value, Bool)])
    func `only the named fields are allowed`(fields: Value, allowed: Bool) throws {
        #expect(try Policy.fields(["a", "b"]).allows(["fields": fields]) == allowed)
    }

    @Test(arguments: [[:], ["fields": .null], ["fields": "a"], ["Fields": ["a"]]] as [Value])
    func `arguments without a list of fields are not allowed`(arguments: Value) throws {
        #expect(try !Policy.fields(["a"]).allows(arguments))
        #expect(try !Policy.fields([]).allows(arguments))
    }

    @Test func `without names no field is allowed`() throws {
        #expect(try Policy.fields([]).allows(["fields": []]))
        #expect(try !Policy.fields([]).allows(["fields": ["a"]]))
    }

    @Test func `names that only look the same are told apart`() throws {
        #expect(try !Policy.fields(["\u{E9}"]).allows(["fields": ["e\u{301}"]]))
    }

    @Test func `the policy of fields is readable up to the limit of statements`() throws {
        let names = (0..<999).map(String.init)
        _ = try Policy(Policy.fields(Array(names.dropLast())).value)
        #expect(throws: PolicyError.limitExceeded) { try Policy(Policy.fields(names).value) }
    }
}
