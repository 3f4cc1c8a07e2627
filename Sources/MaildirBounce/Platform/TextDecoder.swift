import ArgumentParser
import Glibc
import MIME

/// Makes UTF-8 of a text in another charset, piece by piece.
///
/// An invalid sequence becomes one byte that is never in UTF-8, so that the reader of the line detects it.
final class TextDecoder {
    /// A byte that no UTF-8 holds.
    private static let wrong: UInt8 = 0xFF
    private static let blockBytes = 16 << 10
    private let handle: iconv_t
    /// How many bytes of an invalid sequence are skipped.
    private let unit: Int
    /// The beginning of a character whose rest has not come yet.
    private var rest: [UInt8] = []

    /// `nil` if this system has no such converter.
    ///
    /// - Parameter name: as iconv(3) knows the charset.
    init?(_ name: String) {
        guard let handle = iconv_open("UTF-8", name), handle != iconv_t(bitPattern: -1) else { return nil }
        self.handle = handle
        unit = name.hasPrefix("UTF-16") ? 2 : name.hasPrefix("UTF-32") ? 4 : 1
    }

    deinit { iconv_close(handle) }

    /// Adds the next piece of the text to a buffer, in UTF-8.
    func decode(_ bytes: UnsafeRawBufferPointer, isLast: Bool, into buffer: inout [UInt8]) {
        var input = rest + bytes
        rest = []
        let count = input.count
        var used = 0
        input.withUnsafeMutableBytes { raw in
            while used < count {
                var from = raw.baseAddress.map { ($0 + used).assumingMemoryBound(to: CChar.self) }
                var left = count - used
                let stop = convert(&from, &left, &buffer)
                used = count - left
                if stop == .incomplete { break }
                if stop == .wrong {
                    buffer.append(TextDecoder.wrong)
                    used = min(used + unit, count)
                }
            }
        }
        if used < count {
            if isLast { buffer.append(TextDecoder.wrong) } else { rest = Array(input[used...]) }
        }
        guard isLast else { return }
        var (from, left): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        _ = convert(&from, &left, &buffer)
    }

    /// Why a conversion stopped.
    private enum Stop {
        /// All is converted, or the block is full.
        case done
        /// What comes next is wrong in this charset.
        case wrong
        /// What comes next is the beginning of a character.
        case incomplete
    }

    /// Converts as much as fits into a block.
    private func convert(
        _ from: inout UnsafeMutablePointer<CChar>?, _ left: inout Int, _ buffer: inout [UInt8]
    ) -> Stop {
        withUnsafeTemporaryAllocation(byteCount: TextDecoder.blockBytes, alignment: 1) { block in
            var to = block.baseAddress?.assumingMemoryBound(to: CChar.self)
            var room = block.count
            let status = iconv(handle, &from, &left, &to, &room)
            let stop: Stop =
                switch status == -1 ? errno : 0 {
                case EILSEQ: .wrong
                case EINVAL: .incomplete
                default: .done
                }
            buffer.append(contentsOf: block[..<(block.count - room)])
            return stop
        }
    }
}

/// The charset of a list, by any name that mail or the web has for it.
struct ListCharset: ExpressibleByArgument {
    private let label: String
    private let name: String

    init?(argument: String) {
        label = argument
        name = Charset.canonicalName(argument)
        // What this answers for ASCII and for what it does not know.
        guard name != "ASCII" || ["ascii", "us-ascii"].contains(argument.lowercased()) else { return nil }
    }

    /// What makes UTF-8 of it; `nil` if it is UTF-8.
    func decoder() throws(Failure) -> TextDecoder? {
        if name == "UTF-8" || name == "ASCII" { return nil }
        guard let decoder = TextDecoder(name) else {
            throw Failure(
                ExitStatus.usage,
                "this system cannot read the charset \(label) (\(name)): install glibc's gconv modules, or convert the list to "
                    + "UTF-8")
        }
        return decoder
    }
}
