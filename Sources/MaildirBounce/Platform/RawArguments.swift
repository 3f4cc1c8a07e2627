import CArguments
import Glibc

/// The command line's arguments, as text and as bytes.
///
/// Swift's own `CommandLine` is empty if /proc is not mounted. It also gives arguments only as `String`, with U+FFFD
/// for bytes that are not UTF-8; a file with such a name could not be opened.
enum RawArguments {
    /// All that is after the program's name.
    static let texts = bytes.dropFirst().map { String(decoding: $0, as: UTF8.self) }

    /// The paths given in `arguments`, with the original bytes of the command line if the text has lost them.
    static func paths(of arguments: [String]) -> [BytePath] {
        guard arguments.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else {
            return arguments.map(BytePath.init)
        }
        let raw = bytes
        var from = 0
        return arguments.map { argument in
            guard let index = raw[from...].firstIndex(where: { String(decoding: $0, as: UTF8.self) == argument }) else {
                return BytePath(argument)
            }
            from = index + 1
            return BytePath(raw[index])
        }
    }

    /// The arguments as main() got them, the program's name first.
    private static var bytes: [[UInt8]] {
        guard let vector = carguments_vector() else { return [] }
        return (0..<Int(carguments_count())).compactMap { index in
            vector[index].map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }
}
