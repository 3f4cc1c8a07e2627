import Bytes
import Glibc

/// Why the rest of a source cannot be read.
enum SourceFault: Error, Equatable {
    /// The system failed; an `errno` value.
    case system(Int32)
    /// What is wrong with the content, as the end of a sentence about it.
    case damaged(String)

    /// What is wrong, for a line that names the source.
    var sentence: String {
        switch self {
        case .system(let code): "cannot be read on: \(systemMessage(code))"
        case .damaged(let sentence): sentence
        }
    }
}

/// A sequential source of bytes that cannot be read twice.
protocol ByteSource: AnyObject {
    /// Reads some bytes and returns how many; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int
}

/// A file or a pipe.
final class DescriptorSource: ByteSource {
    private let descriptor: Int32
    private let isOwned: Bool
    private let onRead: (Int) -> Void

    /// - Parameters:
    ///   - isOwned: whether to close the descriptor in the end.
    ///   - onRead: called with the number of bytes of each read.
    init(_ descriptor: Int32, isOwned: Bool, onRead: @escaping (Int) -> Void) {
        self.descriptor = descriptor
        self.isOwned = isOwned
        self.onRead = onRead
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let answer = systemCall { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
        guard answer.error == 0 else { throw .system(answer.error) }
        onRead(answer.value)
        return answer.value
    }
}

/// A source with a look-ahead window.
///
/// A fault ends the input: everything read before it is delivered first, and ``fault`` says why there is no more.
final class BufferedInput {
    /// The window's usual size, in bytes.
    static let capacity = 256 << 10

    let capacity: Int
    private let source: any ByteSource
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    private(set) var fault: SourceFault?

    init(_ source: any ByteSource, capacity: Int = BufferedInput.capacity) {
        self.source = source
        self.capacity = capacity
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// What is in the window. Valid until the next call of a function of this input.
    var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

    func consume(_ count: Int) { start += count }

    /// Reads until the window has `count` bytes, or all that is left, or is full.
    ///
    /// - Returns: how many there are.
    @discardableResult
    func fill(_ count: Int) -> Int {
        let wanted = min(count, capacity)
        if end - start >= wanted || isAtEnd { return end - start }
        if start > 0 {
            if end > start, let base = buffer.baseAddress { memmove(base, base + start, end - start) }
            end -= start
            start = 0
        }
        while end < wanted, !isAtEnd {
            do {
                let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
                end += got
                if got == 0 { isAtEnd = true }
            } catch {
                fault = error
                isAtEnd = true
            }
        }
        return end
    }

    /// Skips bytes; returns whether there were that many.
    func skip(_ count: Int64) -> Bool {
        var left = count
        while left > 0 {
            let there = fill(1)
            if there == 0 { return false }
            let step = Int(min(Int64(there), left))
            consume(step)
            left -= Int64(step)
        }
        return true
    }

    /// Reads to the end, and keeps at most `limit` bytes.
    func readAll(limit: Int) -> (bytes: [UInt8], isCut: Bool) {
        var bytes: [UInt8] = []
        while true {
            let there = fill(1)
            if there == 0 { return (bytes, false) }
            let taken = min(there, limit - bytes.count)
            bytes.append(contentsOf: available[..<taken])
            if taken < there { return (bytes, true) }
            consume(taken)
        }
    }
}
