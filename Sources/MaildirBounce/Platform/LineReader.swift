import Bytes
import Glibc

/// The lines of a file or of standard input, one after the other, in constant memory.
///
/// A byte order mark at the start and a CR before a line's end are not part of the text.
final class LineReader {
    /// How many bytes a line may have: 64 KiB.
    static let lineLimit = 64 << 10
    private static let chunkBytes = 64 << 10

    struct Line {
        /// Counts from 1.
        let number: Int
        /// Without the line's end; empty if it is too long.
        let bytes: [UInt8]
        let isTooLong: Bool

        /// Bytes that are not UTF-8 become U+FFFD, which is in no address.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// What the lines come from, for a message.
    let name: String
    private let descriptor: Int32
    private let decoder: TextDecoder?
    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false

    /// - Parameters:
    ///   - path: nil or `-` for standard input.
    ///   - decoder: what makes UTF-8 of the text; `nil` if it is UTF-8.
    init(_ path: String?, decoder: TextDecoder? = nil) throws(Failure) {
        self.decoder = decoder
        guard let path, path != "-" else {
            name = "standard input"
            descriptor = STDIN_FILENO
            return
        }
        let bytes = RawArguments.paths(of: [path]).first ?? BytePath(path)
        descriptor = bytes.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        name = path
        guard descriptor >= 0 else { throw Failure(ExitStatus.noInput, "\(path): \(systemMessage(errno))") }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next line, or nothing at the end.
    func next() throws(Failure) -> Line? {
        var isTooLong = false
        // How much of the buffer is known to hold no line's end.
        var searched = 0
        while true {
            if let end = buffer.span.firstIndex(of: UInt8(ascii: "\n"), in: (start + searched)..<buffer.count) {
                defer { start = end + 1 }
                return line(buffer[start..<end], isTooLong: isTooLong)
            }
            searched = buffer.count - start
            if searched > LineReader.lineLimit {
                isTooLong = true
                buffer.removeAll(keepingCapacity: true)
                (start, searched) = (0, 0)
            }
            if try !fill() {
                guard searched > 0 || isTooLong else { return nil }
                defer { start = buffer.count }
                return line(buffer[start...], isTooLong: isTooLong)
            }
        }
    }

    /// What comes next, however much that is, for a reader that divides it otherwise; nil at the end.
    func nextPiece() throws(Failure) -> [UInt8]? {
        if start == buffer.count, try !fill() { return nil }
        defer { start = buffer.count }
        let isFirst = number == 0
        number = 1
        let piece = buffer[start...]
        return Array(isFirst && piece.starts(with: [0xEF, 0xBB, 0xBF]) ? piece.dropFirst(3) : piece)
    }

    private func line(_ content: ArraySlice<UInt8>, isTooLong: Bool) -> Line {
        number += 1
        var content = content
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
        let isTooLong = isTooLong || content.count > LineReader.lineLimit
        return Line(number: number, bytes: isTooLong ? [] : Array(content), isTooLong: isTooLong)
    }

    /// Reads more; false at the end.
    private func fill() throws(Failure) -> Bool {
        if isAtEnd { return false }
        buffer.removeSubrange(..<start)
        start = 0
        var problem: Int32 = 0
        let got = withUnsafeTemporaryAllocation(byteCount: LineReader.chunkBytes, alignment: 1) { chunk in
            let answer = systemCall { read(descriptor, chunk.baseAddress, chunk.count) }
            let got = max(answer.value, 0)
            problem = answer.error
            let bytes = UnsafeRawBufferPointer(rebasing: chunk[..<got])
            if let decoder {
                decoder.decode(bytes, isLast: answer.value == 0, into: &buffer)
            } else {
                buffer.append(contentsOf: bytes)
            }
            return got
        }
        guard problem == 0 else {
            throw Failure(ExitStatus.ioError, "cannot read \(name): \(systemMessage(problem))")
        }
        isAtEnd = got == 0
        // The converter may have kept bytes until the end.
        return !isAtEnd || !buffer.isEmpty && decoder != nil
    }
}
