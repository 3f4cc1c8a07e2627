import Bytes
import Glibc
import Ledger

/// Prints the addresses whose suppression changes, as they are found, and asks whether to commit.
final class SidePrinter {
    private let printer: RowPrinter
    private var suppressed = 0
    private var mayBeMailed = 0

    private let output: StandardOutput
    private let isConfirmed: Bool

    /// - Parameter isConfirmed: whether nobody needs to be asked.
    init(_ output: StandardOutput, isConfirmed: Bool) {
        printer = RowPrinter(output)
        self.output = output
        self.isConfirmed = isConfirmed
    }

    var count: Int { suppressed + mayBeMailed }
    var failure: Failure? { printer.failure }

    func add(_ change: SideChange) {
        let line: String
        switch change {
        case .suppressed(let row):
            suppressed += 1
            line = "+ \(row.address)  suppressed: \(row.suppression.why)"
        case .mayBeMailed(let row):
            mayBeMailed += 1
            line = "- \(row.address)  may be mailed; was suppressed: \(row.suppression.why)"
        }
        printer.print((terminalSafe(line) + "\n").utf8)
    }

    func add(_ change: PolicyChange) {
        if let after = change.after {
            add(.suppressed(SuppressedAddress(address: change.address, suppression: after)))
        } else if let before = change.before {
            add(.mayBeMailed(SuppressedAddress(address: change.address, suppression: before)))
        }
    }

    /// Prints the totals, and flushes the output.
    func finish() {
        printer.print("Addresses that change sides: \(suppressed) suppressed, \(mayBeMailed) may be mailed\n".utf8)
        printer.flush()
    }

    /// Prints what would change, and asks.
    func approve(needsConsent: Bool) -> Bool {
        finish()
        guard failure == nil else { return false }
        if isConfirmed { return true }
        guard isatty(STDIN_FILENO) == 1 else { return false }
        if !needsConsent { return true }
        writeQuestion("Commit this? No scan can write to the ledger until you answer. [y/N] ")
        let answer = readLine(strippingNewline: true) ?? ""
        return ["y", "yes"].contains(answer.lowercased())
    }

    /// What to say at the end, and the exit status.
    ///
    /// - Parameter isDone: whether it was committed.
    func end(_ isDone: Bool) throws(Failure) -> Int32 {
        if let failure { throw failure }
        if isDone {
            try output.write(line: "Committed.")
            return ExitStatus.success
        }
        let isAsked = isatty(STDIN_FILENO) == 1
        throw Failure(
            ExitStatus.temporaryFailure,
            isAsked ? "nothing was changed" : "nothing was changed: nobody is there to ask; add --yes to commit this")
    }
}

private func writeQuestion(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
