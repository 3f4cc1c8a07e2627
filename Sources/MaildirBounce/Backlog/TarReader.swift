/// A file in a tar archive.
struct TarMember: Equatable {
    /// Its path, as the archive has it.
    var path: [UInt8]
    /// Bytes.
    var size: Int64
    /// When it was last written, in seconds since 1970 UTC.
    var modified: Int64
}

/// Reads a tar archive from its start to its end: the old form, ustar and pax (POSIX.1-2001, pax(1)), and the long
/// names and sizes of GNU tar. Only regular files are returned; links, folders and devices contain no mail.
final class TarReader {
    private static let block = 512
    /// The maximum size of an extended header, in bytes: a path has 4,096.
    private static let extraLimit: Int64 = 1 << 20
    /// The largest file that a header may state, in bytes: 4 EiB. File systems end far below it.
    static let largestSize: Int64 = 1 << 62

    private let input: BufferedInput
    /// What is left of the current member, and its padding.
    private var left: Int64 = 0
    private var padding: Int64 = 0
    private var hasEnded = false
    /// Why the archive was not read to its end; `nil` if it is whole so far.
    private(set) var fault: SourceFault?

    init(_ input: BufferedInput) { self.input = input }

    /// Whether an archive begins so.
    static func begins(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.count >= block else { return false }
        let header = UnsafeRawBufferPointer(rebasing: head[..<block])
        return header.allSatisfy { $0 == 0 } || hasChecksum(header)
    }

    /// The next regular file, whose content ``read(into:)`` then gives; nil at the end.
    func next() -> TarMember? {
        var path: [UInt8]?
        var size: Int64?
        while !hasEnded {
            guard input.skip(left + padding) else { return end(.damaged("ends early, within a file")) }
            (left, padding) = (0, 0)
            guard input.fill(Self.block) >= Self.block else {
                return end(
                    .damaged(
                        input.available.isEmpty
                            ? "ends early, without the empty blocks that end a tar archive"
                            : "ends early, within a header"))
            }
            let header = UnsafeRawBufferPointer(rebasing: input.available[..<Self.block])
            if header.allSatisfy({ $0 == 0 }) { return end(nil) }
            guard Self.hasChecksum(header), let stated = Self.number(header[124..<136]), Self.isSize(stated) else {
                return end(.damaged("is damaged: a tar header in it makes no sense"))
            }
            let kind = header[156]
            let own = Self.path(header)
            let modified = Self.number(header[136..<148]) ?? 0
            input.consume(Self.block)
            switch kind {
            case UInt8(ascii: "L"), UInt8(ascii: "x"):
                guard stated <= Self.extraLimit, let text = take(stated) else {
                    return end(.damaged("ends early, or is damaged: a tar header in it is incomplete"))
                }
                if kind == UInt8(ascii: "L") {
                    path = Array(text.prefix { $0 != 0 })
                } else {
                    for (key, value) in Self.records(text) {
                        if key == "path" { path = value }
                        // An empty value removes an earlier one.
                        guard key == "size", !value.isEmpty else { continue }
                        guard let stated = Int64(String(decoding: value, as: UTF8.self)), Self.isSize(stated) else {
                            return end(.damaged("is damaged: a tar header in it states a size that no file has"))
                        }
                        size = stated
                    }
                }
            case UInt8(ascii: "2")...UInt8(ascii: "6"):
                // What has no content; some writers give folders a size.
                (path, size) = (nil, nil)
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
                open(size ?? stated)
                guard own.last != UInt8(ascii: "/") else { continue }
                return TarMember(path: path ?? own, size: left, modified: modified)
            default:
                open(size ?? stated)
                // A global header does not describe a single file.
                if kind != UInt8(ascii: "g"), kind != UInt8(ascii: "K") { (path, size) = (nil, nil) }
            }
        }
        return nil
    }

    /// Reads all that follows the archive's end, so that its writer does not die of a closed pipe.
    func drain() { while input.fill(1) > 0 { input.consume(input.available.count) } }

    /// Whether a file can be so large; what comes close to 2^63 would overflow with its padding.
    private static func isSize(_ size: Int64) -> Bool { (0...largestSize).contains(size) }

    private func open(_ size: Int64) {
        left = size
        padding = (Int64(Self.block) - left % Int64(Self.block)) % Int64(Self.block)
    }

    private func end(_ fault: SourceFault?) -> TarMember? {
        hasEnded = true
        self.fault = fault.map { input.fault ?? $0 }
        return nil
    }

    /// The content of a header that is a file of its own.
    private func take(_ size: Int64) -> [UInt8]? {
        open(size)
        var text: [UInt8] = []
        while left > 0 {
            let there = input.fill(1)
            if there == 0 { return nil }
            let step = min(there, Int(left))
            text.append(contentsOf: input.available[..<step])
            input.consume(step)
            left -= Int64(step)
        }
        return text
    }

    // MARK: header fields

    /// Octal digits, or base 256 if the first bit is set (GNU tar).
    private static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            var value = Int64(first & 0x3F)
            for byte in field.dropFirst() {
                guard value < Int64.max >> 8 else { return nil }
                value = value << 8 | Int64(byte)
            }
            return first & 0x40 == 0 ? value : nil
        }
        var value: Int64 = 0
        for byte in field.drop(while: { $0 == UInt8(ascii: " ") || $0 == 0 }) {
            guard byte != 0, byte != UInt8(ascii: " ") else { break }
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
            value = value << 3 | Int64(byte & 7)
        }
        return value
    }

    /// Whether the header's sum over its bytes is right, its own field taken as blanks.
    private static func hasChecksum(_ header: UnsafeRawBufferPointer) -> Bool {
        guard let stated = number(header[148..<156]), stated > 0 else { return false }
        var (unsigned, signed): (Int64, Int64) = (0, 0)
        for (index, byte) in header.enumerated() {
            let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            unsigned += Int64(byte)
            // Some old programs summed signed characters.
            signed += Int64(Int8(bitPattern: byte))
        }
        return stated == unsigned || stated == signed
    }

    private static func path(_ header: UnsafeRawBufferPointer) -> [UInt8] {
        let name = header[0..<100].prefix { $0 != 0 }
        let prefix = header[345..<500].prefix { $0 != 0 }
        // GNU tar keeps times in the place of the prefix; its magic has a blank where ustar's has a NUL.
        guard header[257..<263].elementsEqual(Array("ustar\0".utf8)), !prefix.isEmpty else { return Array(name) }
        return Array(prefix) + [UInt8(ascii: "/")] + Array(name)
    }

    /// The records `LENGTH KEY=VALUE\n` of a pax header.
    private static func records(_ text: [UInt8]) -> [(key: String, value: [UInt8])] {
        var records: [(key: String, value: [UInt8])] = []
        var rest = text[...]
        while let blank = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
            length > blank - rest.startIndex + 1, length <= rest.count
        {
            let record = rest[(blank + 1)..<(rest.startIndex + length)]
            rest = rest[(rest.startIndex + length)...]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
            var value = record[(equals + 1)...]
            if value.last == UInt8(ascii: "\n") { value.removeLast() }
            records.append((String(decoding: record[..<equals], as: UTF8.self), Array(value)))
        }
        return records
    }
}

/// The content of the current member.
extension TarReader: ByteSource {
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        guard left > 0 else { return 0 }
        let there = input.fill(1)
        guard there > 0 else { throw input.fault ?? .damaged("ends early, within a file") }
        let count = min(there, buffer.count, Int(min(left, Int64(Int.max))))
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.available[..<count]))
        input.consume(count)
        left -= Int64(count)
        return count
    }
}
