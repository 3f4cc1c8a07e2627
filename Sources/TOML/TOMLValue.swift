/// Where something is in a text.
package struct TOMLPosition: Equatable, Sendable {
    /// The line, counted from 1.
    package let line: Int
    /// The column in characters (Unicode scalars), counted from 1. A byte order mark is not counted.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

extension TOMLPosition: CustomStringConvertible {
    /// The line and the column, `3:14`.
    package var description: String { "\(line):\(column)" }
}

/// A value of a TOML text, and where it starts.
///
/// A table starts at the bracket of its header or at its brace; one that only dotted keys name, at its name.
package struct TOMLValue: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case string(String)
        case integer(Int)
        case float(Double)
        case bool(Bool)
        case array([TOMLValue])
        case table(TOMLTable)
    }

    package let content: Content
    package let position: TOMLPosition

    package init(_ content: Content, at position: TOMLPosition) {
        self.content = content
        self.position = position
    }
}

extension TOMLValue {
    /// The text, or `nil` if the value is something else; the other properties likewise.
    package var string: String? { if case .string(let string) = content { string } else { nil } }
    package var integer: Int? { if case .integer(let integer) = content { integer } else { nil } }
    package var float: Double? { if case .float(let float) = content { float } else { nil } }
    package var bool: Bool? { if case .bool(let bool) = content { bool } else { nil } }
    package var array: [TOMLValue]? { if case .array(let array) = content { array } else { nil } }
    package var table: TOMLTable? { if case .table(let table) = content { table } else { nil } }
}

/// A table of a TOML text: its entries in the order of the text.
package struct TOMLTable: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let key: String
        /// Where the key starts; of a dotted key, this part of it.
        package let keyPosition: TOMLPosition
        package let value: TOMLValue
    }

    package let entries: [Entry]
    /// The index of each entry, by its key.
    private let indexes: [String: Int]

    /// - Parameter indexes: the index of each entry, by its key.
    init(entries: [Entry], indexes: [String: Int]) {
        self.entries = entries
        self.indexes = indexes
    }

    /// The entry `key`, or `nil` if there is none.
    package subscript(key: String) -> Entry? { indexes[key].map { entries[$0] } }
}
