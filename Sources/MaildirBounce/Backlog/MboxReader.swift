import Bytes
import Glibc
import MIME

/// One message of an mbox.
struct MboxMessage: Sendable {
    /// The message without its `From ` line, unquoted.
    var bytes: [UInt8]
    /// Whether it goes on after `bytes`.
    var isCut: Bool
    /// The time of its `From ` line, seconds since 1970 UTC.
    var postmark: Int64?
    /// Its place in the mbox, from 1.
    var number: Int
}

/// Reads an mbox (RFC 4155 appendix A; qmail's mbox(5)) from its start to its end, a message at a time.
///
/// A message begins with a line `From SENDER DATE` at the start or after an empty line. Lines that had to be quoted are
/// unquoted as in mboxrd, `>>From ` to `>From `; of mboxo, which quotes `From ` alone, that also undoes the quoting.
struct MboxReader {
    private let input: BufferedInput
    private let limit: Int
    private var pending: Int64??
    private var hasBegun = false
    private var number = 0
    /// The bytes of a last message that is incomplete and was not given; `nil` if the mbox is whole so far.
    private(set) var incomplete: Int?

    private static let from: [UInt8] = Array("From ".utf8)

    /// - Parameter input: is at the first `From ` line.
    init(_ input: BufferedInput, limit: Int = messageReadLimit) {
        self.input = input
        self.limit = limit
    }

    /// Whether an mbox begins so.
    static func begins(_ head: UnsafeRawBufferPointer) -> Bool { head.starts(with: from) }

    /// The next message, or nil at the end.
    mutating func next() -> MboxMessage? {
        if !hasBegun {
            hasBegun = true
            takeFirstLine()
        }
        guard let postmark = pending else { return nil }
        pending = nil
        number += 1
        var message = MboxMessage(bytes: [], isCut: false, postmark: postmark, number: number)
        var previousIsEmpty = false
        var isMidLine = false
        while true {
            let region = input.available
            var (cursor, runStart) = (0, 0)
            while let lineEnd = Self.lineEnd(region, from: cursor) {
                let line = region[cursor..<lineEnd]
                if isMidLine {
                    isMidLine = false
                    previousIsEmpty = false
                } else {
                    if previousIsEmpty, line.starts(with: Self.from), let mark = Self.postmark(line) {
                        append(region[runStart..<cursor], to: &message)
                        input.consume(lineEnd)
                        pending = .some(mark)
                        return message
                    }
                    if line.first == UInt8(ascii: ">"), Self.isQuoted(line) {
                        append(region[runStart..<cursor], to: &message)
                        runStart = cursor + 1
                    }
                    previousIsEmpty =
                        line.count == 1 || (line.count == 2 && line.first == UInt8(ascii: "\r"))
                }
                cursor = lineEnd
            }
            append(region[runStart..<cursor], to: &message)
            input.consume(cursor)
            let rest = region.count - cursor
            if input.fill(rest + 1) > rest { continue }
            append(input.available[...], to: &message)
            input.consume(rest)
            if rest == input.capacity {
                isMidLine = true
                continue
            }
            return isWhole(message, endsMidLine: rest > 0 || isMidLine) ? message : nil
        }
    }

    private mutating func takeFirstLine() {
        input.fill(input.capacity)
        let region = input.available
        guard let end = Self.lineEnd(region, from: 0) else { return }
        pending = .some(Self.postmark(region[..<end]))
        input.consume(end)
    }

    /// Whether a message at the end of an mbox is complete. A truncated report would count now, and the complete one
    /// again.
    private mutating func isWhole(_ message: MboxMessage, endsMidLine: Bool) -> Bool {
        let isWhole = input.fault == nil && !endsMidLine && (message.isCut || Self.isClosed(message.bytes))
        if !isWhole { incomplete = message.bytes.count }
        return isWhole
    }

    /// Whether a multipart message has its last delimiter (RFC 2046 section 5.1.1); other messages have no mark of
    /// their end.
    private static func isClosed(_ bytes: [UInt8]) -> Bool {
        let message = Message(parsing: bytes)
        guard message.parts.first?.type.isMultipart == true,
            let boundary = message.parameter("boundary", ofPart: 0), !boundary.isEmpty
        else { return true }
        let delimiter = Array("--\(boundary)--".utf8)
        var rest = bytes[...]
        while !rest.starts(with: delimiter) {
            guard let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) else { return false }
            rest = rest[(lineEnd + 1)...]
        }
        return true
    }

    private func append(_ part: Slice<UnsafeRawBufferPointer>, to message: inout MboxMessage) {
        guard !part.isEmpty else { return }
        let room = limit - message.bytes.count
        if part.count > room { message.isCut = true }
        message.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: part.prefix(room)))
    }

    /// The index after the line feed that ends the line at `start`; `nil` if none is in the window.
    private static func lineEnd(_ region: UnsafeRawBufferPointer, from start: Int) -> Int? {
        region.firstIndex(of: UInt8(ascii: "\n"), in: start..<max(start, region.count)).map { $0 + 1 }
    }

    /// `>From `, `>>From `, …
    private static func isQuoted(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        line.drop { $0 == UInt8(ascii: ">") }.starts(with: from)
    }

    /// The date of a line `From SENDER DATE`: a time in it, or `nil` if the line is not such a line. Text that begins
    /// with `From ` and was not quoted has no date.
    private static func postmark(_ line: Slice<UnsafeRawBufferPointer>) -> Int64? {
        // Nobody writes longer ones.
        let text = Array(line.prefix(256))
        var index = from.count
        // The sender may have blanks in it.
        for _ in 0..<4 {
            while index < text.count, text[index] != UInt8(ascii: " ") { index += 1 }
            while index < text.count, text[index] == UInt8(ascii: " ") { index += 1 }
            guard index < text.count else { return nil }
            if let seconds = MailDate.seconds(text.span, in: index..<text.count) { return seconds }
        }
        return nil
    }
}
