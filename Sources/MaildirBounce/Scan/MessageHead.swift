import Bytes
import Glibc

/// The beginning of a message that a mail server writes into our standard input.
enum MessageHead {
    /// How much is read at least, and how long a "From " line can be, in bytes. Longer lines are not "From " lines.
    static let size = 64 << 10

    /// Reads some bytes of a message, without the line `From SENDER DATE` that local(8) of Postfix, and others, put before
    /// it (mbox(5)). In a header field a colon follows the name, so no field is taken for it.
    ///
    /// - Throws: a failure with status 65 if there is nothing, with 74 if it cannot be read.
    static func read(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var head: [UInt8] = []
        // A "From " line must be complete before it is removed.
        repeat {
            guard try readMore(descriptor, &head) else { break }
        } while head.count < size && mayBeSeparator(head) && !head.contains(UInt8(ascii: "\n"))
        let message = withoutSeparator(head)
        if message.isEmpty {
            // The line may have come alone in the first piece.
            var rest: [UInt8] = []
            if try readMore(descriptor, &rest) { return rest }
            throw Failure(
                ExitStatus.dataError, "there is no message on standard input; give one, as in deliver < mail.eml")
        }
        return message
    }

    /// All of a message if it has no more bytes than `limit`, else somewhat more than these.
    static func readRest(after head: [UInt8], from descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes = head
        while bytes.count <= limit, try readMore(descriptor, &bytes) {}
        return bytes
    }

    private static let mark = Array("From ".utf8)

    private static func mayBeSeparator(_ head: [UInt8]) -> Bool {
        head.count < mark.count ? mark.starts(with: head) : head.starts(with: mark)
    }

    static func withoutSeparator(_ head: [UInt8]) -> [UInt8] {
        guard head.starts(with: mark) else { return head }
        guard let end = head.firstIndex(of: UInt8(ascii: "\n")) else {
            // The line alone, without its end, is not a message; an overlong one is not a "From " line.
            return head.count < size ? [] : head
        }
        return Array(head[(end + 1)...])
    }

    /// Adds what one read(2) gives; false at the end.
    private static func readMore(_ descriptor: Int32, _ head: inout [UInt8]) throws(Failure) -> Bool {
        let (got, error) = withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { chunk in
            let answer = systemCall { Glibc.read(descriptor, chunk.baseAddress, chunk.count) }
            if answer.value > 0 { head.append(contentsOf: chunk[..<answer.value]) }
            return (answer.value, answer.error)
        }
        guard error == 0 else {
            throw Failure(ExitStatus.ioError, "cannot read standard input: \(systemMessage(error))")
        }
        return got > 0
    }
}
