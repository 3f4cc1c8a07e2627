/// Takes new rows of a table from any source.
package protocol RowSink {
    mutating func append(_ row: [RowValue]) throws
    /// To be called after the last row.
    mutating func finish() throws
}
