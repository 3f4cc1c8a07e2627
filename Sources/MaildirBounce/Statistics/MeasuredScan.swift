import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL
import Maildir

/// A scan that writes its metrics to a file.
enum MeasuredScan {
    /// Runs the scan, and writes the result to the file at `path`, even if it failed.
    ///
    /// A run that finds another one at work leaves the file to that one.
    static func run(_ order: ScanOrder, metrics path: String, output: StandardOutput) throws {
        let start = MonotonicClock.milliseconds
        var tally = ScanTally()
        var problem: (any Error)?
        do {
            guard try Scan.run(order, output: output, tally: &tally) else { return }
        } catch {
            problem = error
        }
        let now = Int64(time(nil))
        let metrics = ScanMetrics(
            maildir: FilePath.resolved(order.maildir), ended: now, milliseconds: MonotonicClock.milliseconds - start,
            status: problem.map { Failure($0)?.status ?? ExitStatus.ioError } ?? ExitStatus.success, tally: tally,
            waiting: waiting(order),
            ledger: problem == nil ? figures(order, at: now) : nil)
        do throws(SystemError) {
            try MetricsFile(path: path).write(metrics.text)
        } catch {
            let sentence =
                "cannot write the metrics to \(path): \(error); name a file in a folder that this user "
                + "may write"
            guard problem != nil else { throw Failure(ExitStatus.cannotCreate, "the scan is done, but \(sentence)") }
            Log().warning(sentence)
        }
        if let problem { throw problem }
    }

    /// `nil` if new/ cannot be listed: the failed scan has said why.
    private static func waiting(_ order: ScanOrder) -> WaitingMessages? {
        guard let maildir = try? Maildir(opening: order.maildir) else { return nil }
        return try? WaitingMessages(in: maildir)
    }

    /// `nil` if another program has just made the ledger unreadable, which the next scan will report.
    private static func figures(_ order: ScanOrder, at now: Int64) -> LedgerFigures? {
        guard let ledger = try? LedgerStore(path: order.ledger, mode: .readOnly, policy: order.policy) else {
            return nil
        }
        return try? LedgerFigures(ledger, order.canary, hooks: order.hooks, at: now)
    }
}
