/// A TOML 1.0 text that was read (https://toml.io/en/v1.0.0).
///
/// Dates and times are refused, since our files do not have them, and so is NUL, which the system takes for the end of
/// a string.
package struct TOMLDocument: Equatable, Sendable {
    /// The longest text that is read, in bytes.
    package static let sizeLimit = 1 << 20
    /// The maximum nesting of a value, counting names and brackets: `[a.b]` and `c = [[1]]` are five.
    package static let depthLimit = 64

    package let root: TOMLTable

    /// Parses a text; never crashes, whatever its contents.
    package init(_ text: [UInt8]) throws(TOMLError) {
        guard text.count <= Self.sizeLimit else {
            throw TOMLError(
                "the text is longer than \(Self.sizeLimit) bytes", at: TOMLPosition(line: 1, column: 1))
        }
        var parser = TOMLParser(text)
        root = try parser.document()
    }

    package init(_ text: String) throws(TOMLError) { try self.init(Array(text.utf8)) }
}

/// Why a text cannot be parsed, as a sentence for its author, and where.
package struct TOMLError: Error, Equatable, Sendable {
    package let message: String
    package let position: TOMLPosition

    package init(_ message: String, at position: TOMLPosition) {
        self.message = message
        self.position = position
    }
}
