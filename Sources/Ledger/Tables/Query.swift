/// A prepared statement. Parameters count from 1, columns from 0.
package protocol Query: AnyObject {
    func bind(_ index: Int32, _ value: Int64?) throws
    func bind(_ index: Int32, _ value: String?) throws
    func bind(_ index: Int32, _ value: [UInt8]?) throws

    /// Whether there is a row.
    func step() throws -> Bool

    /// Makes the statement ready for the next execution; a failure has been thrown by `step` already.
    func reset()

    func isNull(_ column: Int32) -> Bool
    func integer(_ column: Int32) -> Int64
    func optionalText(_ column: Int32) -> String?

    /// The bytes of a blob until the next step; `nil` if the column is NULL.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer?

    /// Executes a statement without result rows.
    func execute() throws
}

extension Query {
    package func bind(_ index: Int32, _ value: RowValue) throws {
        switch value {
        case .integer(let value): try bind(index, value)
        case .text(let value): try bind(index, value)
        case .bytes(let value): try bind(index, value)
        }
    }

    package func bind(_ index: Int32, _ value: Int) throws { try bind(index, Int64(value)) }

    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    package func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    /// Calls `body` with the bytes of a blob; `nil` if the column is NULL.
    package func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        blob(column).map(body)
    }

    package func fingerprint(_ column: Int32) -> Fingerprint {
        withBytes(column, Fingerprint.init(bytes:)) ?? Fingerprint(high: 0, low: 0)
    }

    package func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } ?? [] }
}
