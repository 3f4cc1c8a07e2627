import Bytes

/// The events in what a mail service posts to a webhook: JSON (RFC 8259), one object, several of them, or a list of them.
///
/// No mail begins so: every server writes a Received field before what it passes on.
package enum EventFile {
    /// Whether a file begins as such a body does, with no blank before it: a mail without a header would have one.
    package static func mayBegin(_ head: some Sequence<UInt8>) -> Bool {
        var rest = head.makeIterator()
        let first = rest.next()
        var second = rest.next()
        while let byte = second, byte.isSpace { second = rest.next() }
        return first == UInt8(ascii: "{") && second == UInt8(ascii: "\"")
            || first == UInt8(ascii: "[") && second == UInt8(ascii: "{")
    }

    /// Where the events are; empty if they are no service's that is known, nil if it is no JSON or there are more than
    /// ``Limits/events``.
    package static func events(in bytes: [UInt8]) -> [Range<Int>]? {
        guard let objects = JSONValue.objects(in: bytes), objects.count <= Limits.events else { return nil }
        let isKnown = objects.contains { range in
            JSONValue(strict: Array(bytes[range]), maximumDepth: JSONValue.maximumDepth)
                .flatMap(ServiceEventReading.init) != nil
        }
        return isKnown ? objects : []
    }

    /// The only event of a file, or nil.
    static func event(in bytes: [UInt8]) -> (event: ServiceEventReading?, count: Int)? {
        guard mayBegin(bytes.prefix(beginningBytes)), let objects = JSONValue.objects(in: bytes) else { return nil }
        guard objects.count == 1, let range = objects.first else { return (nil, objects.count) }
        return JSONValue(strict: Array(bytes[range]), maximumDepth: JSONValue.maximumDepth)
            .flatMap(ServiceEventReading.init).map { ($0, 1) }
    }

    /// How many bytes at the start show what a file is.
    static let beginningBytes = 512
}
