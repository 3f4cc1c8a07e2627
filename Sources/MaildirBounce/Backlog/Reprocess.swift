import Classifier
import Glibc
import Ledger

/// The options of a run over a backlog.
struct ReprocessOrder {
    var sources: [BytePath]
    var ledger: String
    var period: Period
    var threads: Int
    var isDryRun: Bool
    /// How verdicts are printed, or nil for not at all.
    var format: ListFormat?
    var progress: ProgressMode
    var settings: Settings
    var policy: Policy
    var trust: TrustRule
    var capture: CaptureTable
    /// The Maildir that is counted in this ledger by the configuration, or nil.
    var countedMaildir: String?
}

/// Counts a backlog in the ledger, or prints what that would do. The sources are only read.
///
/// Batches are committed as in a scan; since nothing is moved, a killed run has counted whole batches, and the next one
/// recognises their messages by their keys.
struct Reprocess {
    private let order: ReprocessOrder
    private let output: StandardOutput
    private let ledger: LedgerStore
    private let notes: BacklogNotes
    private let progress: ProgressBox
    private var report: VerdictListing?
    private var tally = BacklogTally()
    private var batch: [BacklogMessage] = []
    private var batchWeight = 0
    private var batchSize = BatchSize(maximum: Scan.batchCount)
    private var last: BacklogItem?

    /// Runs.
    ///
    /// - Returns: the exit status, where everything that could be read was taken.
    static func run(_ order: ReprocessOrder, output: StandardOutput) throws -> Int32 {
        let progress = ProgressBox(order, output)
        let notes = BacklogNotes(Log()) { progress.value.clear() }
        guard order.sources.contains(where: Backlog.isThere) else {
            for source in order.sources { notes.miss(source.text, "is not there; check the path") }
            return ExitStatus.noInput
        }
        let ledger =
            order.isDryRun
            ? try LedgerStore.openForDryRun(order.ledger, order.policy)
            // What a power cut takes back the next run counts: the sources stay.
            : try CountedLedger.making(order.ledger, order.policy, counted: order.countedMaildir, durability: .normal)
        StopSignal.watch()
        // The next message starts on its own line.
        defer { progress.value.clear() }
        var run = Reprocess(order, output: output, ledger: ledger, notes: notes, progress: progress)
        return try run.run()
    }

    private init(
        _ order: ReprocessOrder, output: StandardOutput, ledger: LedgerStore, notes: BacklogNotes,
        progress: ProgressBox
    ) {
        self.order = order
        self.output = output
        self.ledger = ledger
        self.notes = notes
        self.progress = progress
        report = order.format.map { VerdictListing(format: $0, width: output.width) }
    }

    private mutating func run() throws -> Int32 {
        let started = Int64(time(nil))
        if let header = report?.header { try output.write(header.utf8) }
        let reading = BacklogReading(
            settings: order.settings, trust: order.trust, capture: order.capture, threads: order.threads,
            keepsVerdicts: report != nil, notes: notes)
        let (ledger, output, isDryRun) = (self.ledger, self.output, order.isDryRun)
        let backlog = Backlog(order.sources, notes: notes) { folder throws(LedgerError) in
            try ledger.maildirs(filedInto: folder)
        }
        try reading.run(backlog, while: { StopSignal.pending == nil && !(isDryRun && output.isClosed) }) {
            item, message in
            last = item
            guard order.period.contains(message.event.arrival) else {
                tally.outside += 1
                return
            }
            tally.add(message)
            batch.append(message)
            batchWeight += message.weight
            if batch.count >= batchSize.count || batchWeight >= Scan.batchBytes { try finishBatch() }
            progress.value.update(done: backlog.bytesDone, tally)
        }
        try finishBatch()
        progress.value.clear()
        notes.finish()
        if !order.isDryRun, tally.run.read > 0 { try record(started: started) }
        try printEnd()
        try checkReader()
        if let signal = StopSignal.pending { throw stopped(signal) }
        return status
    }

    private var status: Int32 {
        if notes.missed > 0 { return ExitStatus.noInput }
        if tally.run.read + tally.outside == 0, notes.strangers > 0 || order.sources.contains(BytePath("-")) {
            Log().error("no message in the sources; name Maildirs, mbox files, tar archives or folders of mails")
            return ExitStatus.dataError
        }
        return ExitStatus.success
    }

    private func stopped(_ signal: Int32) -> Failure {
        let place = last.map { ", at \($0.text)" } ?? ""
        let done = order.isDryRun ? "nothing was changed" : "each of them counted; run it again for the rest"
        return StopSignal.failure(signal, after: tally.run.read, "\(place), \(done)")
    }

    private mutating func finishBatch() throws {
        guard !batch.isEmpty else { return }
        try checkReader()
        var batch = self.batch
        self.batch.removeAll(keepingCapacity: true)
        batchWeight = 0
        batchSize.next()
        try ledger.restoreKeys(of: &batch)
        let events = batch.map(\.event)
        let outcomes = order.isDryRun ? try ledger.preview(events) : try ledger.commit(events)
        for outcome in outcomes { tally.add(outcome) }
        for message in batch {
            guard let verdict = message.verdict, let file = message.file,
                let lines = report?.lines(
                    verdict, file: file, withheld: message.withheld,
                    canary: try ledger.canaryTarget(of: message.event))
            else { continue }
            try output.write(lines)
        }
    }

    /// Ends a run whose verdicts nobody can read, before it counts more.
    private func checkReader() throws(Failure) {
        guard report != nil, !order.isDryRun else { return }
        try output.checkReader(
            after: tally.run.read - batch.count,
            "run it again: what was counted does not count twice, and its lines are printed again")
    }

    private func record(started: Int64) throws(LedgerError) {
        let run = tally.run.record(
            maildir: order.sources.first.map { FilePath.resolved($0.text) }, started: started, ended: Int64(time(nil)),
            left: notes.missed)
        try ledger.recordRun(run)
    }

    private func printEnd() throws {
        // A line of text would spoil what a program reads.
        guard (order.format ?? .text) == .text else { return }
        guard order.isDryRun else { return try output.write(line: tally.sentence) }
        try output.write(line: "")
        try output.write(line: "Nothing was changed. Without --dry-run it would be:")
        try output.write(line: "    " + tally.sentence)
        let summary = try ledger.previewSummary(at: Int64(time(nil)), limit: PreviewTable.namedAddresses)
        for line in PreviewTable(width: output.width).addressLines(summary) { try output.write(line: line) }
    }
}

extension Backlog {
    /// Whether a source can be looked for at all: standard input always can.
    static func isThere(_ source: BytePath) -> Bool {
        source.bytes == [UInt8(ascii: "-")] || source.withCString { access($0, F_OK) } == 0
    }
}

/// The progress of a run, to be cleared before a line is written.
final class ProgressBox {
    var value: Progress

    init(_ order: ReprocessOrder, _ output: StandardOutput) {
        // Verdicts on a terminal show the progress themselves.
        let isHidden = order.format != nil && output.width != nil
        value = Progress(isHidden ? .never : order.progress, total: { Backlog.size(of: order.sources) })
    }
}
