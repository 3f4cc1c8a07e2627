import ArgumentParser

/// How a report is printed that is one thing: lines for people, or one object for programs.
enum TextOrJSON: String, CaseIterable, ExpressibleByArgument {
    case text
    case json

    /// Prints the lines, or what `write` puts into a JSON writer; the other of the two is not made.
    func print(_ lines: @autoclosure () -> [String], _ write: (inout JSONWriter) -> Void) throws {
        try StandardOutput.use { output in
            switch self {
            case .text:
                for line in lines() { try output.write(line: line) }
            case .json:
                var json = JSONWriter()
                write(&json)
                try output.write(json.bytes)
            }
        }
    }
}
