import Testing

@testable import Classifier

@Suite("addresses as text")
struct AddressTextTests {
    @Test("stand once in a list, however they are written")
    func once() {
        var list: [String] = []
        for value in [
            "Bob@Dest.Example", "<bob@dest.example>", "\"bob\"@dest.example", "\"B. B.\"@dest.example",
            "\"b. b.\"@DEST.example", "bób@dest.example", "BÓB@dest.example", "bobb@dest.example", "nobody",
        ] {
            AddressText.add(firstIn: value.utf8.span, to: &list)
        }
        #expect(
            list == ["bob@dest.example", "\"b. b.\"@dest.example", "bób@dest.example", "bobb@dest.example"])
        let all = AddressText.all(in: list.joined(separator: ", ").utf8.span, limit: 9)
        #expect(list == all)
    }

    @Test("have the parts before the first and behind the last sign")
    func parts() {
        #expect("bob@dest.example".domainPart == "dest.example" && "bob@dest.example".localPart == "bob")
        #expect("a@b@c".domainPart == "c" && "a@b@c".localPart == "a")
        #expect("bob".domainPart == "bob" && "bob".localPart == "bob")
        #expect("bob@".domainPart == nil && "".domainPart == nil && "@b".localPart == "@b")
    }

    @Test("name statuses of one digit and of several alike")
    func statuses() {
        #expect(StatusCode(5, 1, 1).description == "5.1.1" && StatusCode(4, 7, 0).description == "4.7.0")
        #expect(StatusCode(5, 7, 26).description == "5.7.26" && StatusCode(5, 4, 316).description == "5.4.316")
    }
}
