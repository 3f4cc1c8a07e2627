/// A prepared statement. Parameters count from 1, columns from 0.
class Query {
    func bind(_ index: Int32, _ value: Int64?) throws {}
    func bind(_ index: Int32, _ value: String?) throws {}
    func bind(_ index: Int32, _ value: [UInt8]?) throws {}

    /// Whether there is a row.
    func step() throws -> Bool { false }

    /// Makes the statement ready for the next execution; a failure has been thrown by `step` already.
    func reset() {}

    func isNull(_ column: Int32) -> Bool { true }
    func integer(_ column: Int32) -> Int64 { 0 }
    func optionalText(_ column: Int32) -> String? { nil }

    /// The bytes of a blob until the next step; nothing where the column is NULL.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer? { nil }

    final func bind(_ index: Int32, _ value: RowValue) throws {
        switch value {
        case .integer(let value): try bind(index, value)
        case .text(let value): try bind(index, value)
        case .bytes(let value): try bind(index, value)
        }
    }

    final func bind(_ index: Int32, _ value: Int) throws { try bind(index, Int64(value)) }

    /// Executes a statement that gives no rows.
    func execute() throws {
        defer { reset() }
        _ = try step()
    }

    final func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    final func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    /// Lends the bytes of a blob; nothing where the column is NULL.
    final func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        blob(column).map(body)
    }

    final func fingerprint(_ column: Int32) -> Fingerprint {
        withBytes(column, Fingerprint.init(bytes:)) ?? Fingerprint(high: 0, low: 0)
    }

    final func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } ?? [] }
}
