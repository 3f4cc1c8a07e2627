@testable import Maildir

/// The rules that hold for every name that a file in a Maildir can have, as far as this one breaks them.
func brokenRules(_ name: MessageName) -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ rule: String) { if !holds { broken.append(rule) } }
    expect(!name.unique.isEmpty && name.bytes.starts(with: name.unique), "the unique part stands first")
    expect(MessageName(name.bytes) == name, "the name is a name")
    for other in [name.withFlags("S"), name.addingFlags("FS"), name.withFlags(""), name.withFlags(name.flags)] {
        expect(other.unique == name.unique, "flags leave the unique part alone")
        expect(MessageName(other.bytes) == other, "with flags it is a name of legal length")
        expect(other.deliverySeconds == name.deliverySeconds || name.unique.count < 11, "flags leave the time alone")
    }
    let flags = Array(name.flags.utf8)
    expect(zip(flags, flags.dropFirst()).allSatisfy { $0 < $1 }, "flags are sorted, each once")
    for number in [1, NameCandidates.maximumNumber] {
        let numbered = name.numbered(number)
        expect(MessageName(numbered.bytes) == numbered, "numbered it is a name of legal length")
        expect(numbered != name, "a number makes another name")
        expect(numbered.flags == name.flags, "a number leaves the flags alone")
    }
    if let seconds = name.deliverySeconds {
        let range = MessageName.earliestDeliverySeconds...MessageName.latestDeliverySeconds
        expect(range.contains(seconds), "the time is one at which mail can have come")
    }
    let isSafe = name.printable.unicodeScalars.allSatisfy { scalar in
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    expect(isSafe, "it prints safely")
    expect(unescaped(name.printable) == name.bytes, "two names never print alike")
    return broken
}

/// The bytes that a printed name stands for.
private func unescaped(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") {
            bytes.append(UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16) ?? 0)
            rest = rest.dropFirst(3)
        } else {
            bytes.append(byte)
        }
    }
    return bytes
}
