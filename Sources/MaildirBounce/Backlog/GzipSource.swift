import CZlib

/// The contents of a gzip file (RFC 1952), with all members, like gzip(1). Needs 40 KiB.
final class GzipSource: ByteSource {
    private let input: BufferedInput
    // On the heap: zlib keeps a pointer to it.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isReady = false
    private var hasEnded = false
    private var isBetweenMembers = true

    /// The two bytes with which every gzip member begins.
    static let magic: [UInt8] = [0x1F, 0x8B]
    /// The largest window, and the header of gzip instead of zlib's (zlib.h, inflateInit2).
    private static let windowBits: Int32 = 15 + 16

    init(_ input: BufferedInput) {
        self.input = input
        stream.initialize(to: z_stream())
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        if !isReady {
            let size = Int32(MemoryLayout<z_stream>.size)
            guard inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
                throw .damaged("cannot be unpacked: zlib has no memory")
            }
            isReady = true
        }
        var count = 0
        while count == 0, !hasEnded {
            count = try inflateSome(into: buffer)
        }
        return count
    }

    private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        input.fill(1)
        let packed = input.available
        if isBetweenMembers, try endsHere() { return 0 }
        guard !packed.isEmpty else { throw input.fault ?? .damaged("ends early: its gzip data are incomplete") }
        isBetweenMembers = false
        // zlib does not write to what it reads; its declaration only lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: packed.baseAddress?.assumingMemoryBound(to: Bytef.self))
        stream.pointee.avail_in = uInt(packed.count)
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: Bytef.self)
        let room = uInt(min(buffer.count, Int(Int32.max)))
        stream.pointee.avail_out = room
        let code = inflate(stream, Z_NO_FLUSH)
        input.consume(packed.count - Int(stream.pointee.avail_in))
        let count = Int(room - stream.pointee.avail_out)
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            inflateReset(stream)
            isBetweenMembers = true
        default: throw .damaged("is damaged: its gzip data cannot be unpacked from here on")
        }
        return count
    }

    /// Whether nothing but padding follows the last member.
    private func endsHere() throws(SourceFault) -> Bool {
        if input.available.isEmpty, input.fault == nil {
            hasEnded = true
            return true
        }
        if let fault = input.fault, input.available.isEmpty { throw fault }
        input.fill(Self.magic.count)
        if input.available.starts(with: Self.magic) { return false }
        // Tapes and some writers pad with zeros; gzip(1) ignores them, too.
        while input.fill(1) > 0 {
            guard input.available.allSatisfy({ $0 == 0 }) else {
                throw .damaged("has something after its gzip data that is not gzip")
            }
            input.consume(input.available.count)
        }
        hasEnded = true
        return true
    }
}
