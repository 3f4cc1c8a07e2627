/// Writes the rows of a ledger query. The query cannot throw our errors, so a write failure is kept until the query has
/// ended.
final class RowPrinter {
    private let output: StandardOutput
    private(set) var failure: Failure?

    init(_ output: StandardOutput) { self.output = output }

    /// Writes whole lines.
    ///
    /// - Returns: whether more rows are wanted: false if writing failed or the reader is gone.
    @discardableResult
    func print(_ lines: some Collection<UInt8>) -> Bool {
        attempt { () throws(Failure) in try output.write(lines) }
        return failure == nil && !output.isClosed
    }

    /// Flushes the output.
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
