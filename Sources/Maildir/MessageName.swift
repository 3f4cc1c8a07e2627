import Bytes

/// The file name of one message in a Maildir, as the bytes it has on disk.
///
/// A Maildir name is `UNIQUE` while the message is new and `UNIQUE:2,FLAGS` once a mail reader has moved it to cur/ (D.
/// J. Bernstein, "Using maildir format", https://cr.yp.to/proto/maildir.html). The name is bytes, not text: it may be
/// invalid UTF-8 and may hold line feeds or terminal escapes. Print ``printable``, never the bytes.
public struct MessageName: Hashable, Comparable, Sendable {
    /// The longest file name that Linux takes, in bytes (NAME_MAX).
    public static let maximumLength = 255

    /// The first second that can be the time of a delivery: 1 January 1995, the year in which qmail introduced the
    /// Maildir. A smaller number at the start of a name is a message number or a date, not a time.
    public static let earliestDeliverySeconds: Int64 = 788_918_400

    /// The last second that can be the time of a delivery: 7 February 2106, the end of an unsigned 32-bit clock.
    public static let latestDeliverySeconds: Int64 = 4_294_967_295

    /// The name as it is in the folder.
    public let bytes: [UInt8]

    /// The name for `bytes`; `nil` if it cannot be the name of a message: empty, longer than ``maximumLength``, with a
    /// slash or a NUL in it, or starting with a dot.
    public init?(_ bytes: [UInt8]) {
        guard let first = bytes.first, first != UInt8(ascii: "."), bytes.count <= Self.maximumLength,
            !bytes.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") })
        else { return nil }
        self.bytes = bytes
    }

    /// The name for the UTF-8 bytes of `text`, under the same conditions.
    public init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// For names that the kernel has just listed, or that were built here.
    init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The part that identifies the message in the Maildir and does not change with its flags: everything before the
    /// first colon. It includes fields such as `,S=1234` that Courier and Dovecot add. It is never empty: a colon that
    /// is first belongs to it, so that `:2,S` and `:2,F`, which no mail program writes, remain two messages.
    public var unique: ArraySlice<UInt8> {
        bytes[..<infoStart]
    }

    /// The flags after `:2,`, as letters in ASCII order, each once: `F` flagged, `R` replied, `S` seen, `T` trashed and
    /// so on; lower-case letters are Dovecot's keywords. Empty if there are none.
    public var flags: String {
        let info = bytes[infoStart...]
        guard info.starts(with: Self.infoPrefix) else { return "" }
        return Self.normalized(info.dropFirst(Self.infoPrefix.count).prefix(while: \.isLetter))
    }

    /// When the message was delivered, in seconds since 1970 UTC: the decimal number before the first dot, as in the
    /// Maildir convention. `nil` if the name does not start with a number and a dot, or if mail cannot have been
    /// delivered to a Maildir at that time.
    public var deliverySeconds: Int64? {
        var seconds: Int64 = 0
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                return seconds >= Self.earliestDeliverySeconds ? seconds : nil
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            seconds = seconds * 10 + Int64(byte - UInt8(ascii: "0"))
            if seconds > Self.latestDeliverySeconds { return nil }
        }
        return nil
    }

    /// The name with exactly these flags: `UNIQUE:2,FLAGS`. Only ASCII letters count; they are sorted, as the
    /// convention demands, and each occurs once.
    ///
    /// If that would be longer than ``maximumLength``, the name is `UNIQUE` alone: mail readers take a name without
    /// `:2,` in cur/ for a message without flags, and losing flags is better than being unable to move the message.
    public func withFlags(_ flags: String) -> MessageName {
        let unique = self.unique
        let letters = flags.utf8.count < 2 ? flags : Self.normalized(flags.utf8)
        guard unique.count + Self.infoPrefix.count + letters.utf8.count <= Self.maximumLength else {
            return MessageName(unchecked: Array(unique))
        }
        var bytes = [UInt8]()
        bytes.reserveCapacity(unique.count + Self.infoPrefix.count + letters.utf8.count)
        bytes += unique
        bytes += Self.infoPrefix
        bytes += letters.utf8.lazy.filter(\.isLetter)
        return MessageName(unchecked: bytes)
    }

    /// The name with these flags added.
    func addingFlags(_ added: String) -> MessageName {
        withFlags(flags + added)
    }

    /// The name to try if another message has this one: `_N` is appended to the unique part, but before fields such as
    /// `,S=1234`, which mail servers read; the flags stay. If it gets too long, these fields are left out, and then the
    /// unique part is truncated.
    func numbered(_ number: Int) -> MessageName {
        let mark = Array("_\(number)".utf8)
        let unique = self.unique
        let info = infoStart == bytes.endIndex ? [] : Self.infoPrefix + flags.utf8
        let comma = unique.dropFirst().firstIndex(of: UInt8(ascii: ",")) ?? unique.endIndex
        var stem = unique[..<comma]
        var fields = unique[comma...]
        if unique.count + mark.count + info.count > Self.maximumLength {
            fields = []
            stem = stem.prefix(max(1, Self.maximumLength - mark.count - info.count))
        }
        return MessageName(unchecked: Array([Array(stem), mark, Array(fields), info].joined()))
    }

    /// The name as text that is safe on a terminal: everything except plain, visible UTF-8 is written as `\xNN`.
    public var printable: String {
        escapedForTerminal(bytes)
    }

    /// The order of the bytes.
    public static func < (left: MessageName, right: MessageName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// Calls `body` with the name as a C string, which lives on the stack.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            buffer[bytes.count] = 0
            return body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }

    /// What comes between the unique part and the flags.
    private static let infoPrefix: [UInt8] = Array(":2,".utf8)

    /// Where the unique part ends.
    private var infoStart: Int {
        bytes.dropFirst().firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
    }

    private static func normalized(_ letters: some Sequence<UInt8>) -> String {
        String(decoding: Set(letters.filter(\.isLetter)).sorted(), as: UTF8.self)
    }
}

extension MessageName: CustomStringConvertible {
    /// The same as ``printable``, so that a name cannot reach a terminal unescaped by string interpolation.
    public var description: String { printable }
}
