/// Writes the rows that a query of the ledger hands over. The query can throw nothing of ours, so a failure to write is kept
/// until the query has ended.
final class RowPrinter {
    private let output: StandardOutput
    private(set) var failure: Failure?

    init(_ output: StandardOutput) { self.output = output }

    /// Writes whole lines.
    ///
    /// - Returns: whether more are wanted: not if writing failed or the reader has gone away.
    @discardableResult
    func print(_ lines: some Collection<UInt8>) -> Bool {
        attempt { () throws(Failure) in try output.write(lines) }
        return failure == nil && !output.isClosed
    }

    /// Brings what was written to the reader.
    func flush() {
        attempt { () throws(Failure) in try output.flush() }
    }

    private func attempt(_ step: () throws(Failure) -> Void) {
        guard failure == nil else { return }
        do throws(Failure) {
            try step()
        } catch {
            failure = error
        }
    }

    func finish() throws(Failure) {
        if let failure { throw failure }
    }
}
