import Glibc

/// The command line's arguments as bytes.
///
/// Swift hands arguments out as `String`, with U+FFFD for bytes that are no UTF-8; a file so named could not be opened.
enum RawArguments {
    /// The paths that `arguments` stand for: the very bytes of the command line where the text alone has lost them.
    static func paths(of arguments: [String]) -> [BytePath] {
        guard arguments.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else {
            return arguments.map(BytePath.init)
        }
        var raw: [[UInt8]] = []
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index] else { break }
            raw.append(
                Array(UnsafeBufferPointer(start: argument, count: strlen(argument)).map(UInt8.init(bitPattern:))))
        }
        var from = 0
        return arguments.map { argument in
            guard let index = raw[from...].firstIndex(where: { String(decoding: $0, as: UTF8.self) == argument }) else {
                return BytePath(argument)
            }
            from = index + 1
            return BytePath(raw[index])
        }
    }
}
