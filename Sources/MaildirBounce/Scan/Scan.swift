import Bytes
import Classifier
import Glibc
import Ledger
import Maildir

/// The options of a scan.
struct ScanOrder {
    var maildir: String
    var ledger: String
    var archive: String?
    /// How many messages at most, or nil for all.
    var limit: Int?
    /// How verdicts are printed, or nil for not at all.
    var format: ListFormat?
    var settings: Settings
    var policy: Policy
    var trust: TrustRule
    var capture = CaptureTable()
    var isVerbose: Bool
    /// `--cur`: also the bounces in cur/ that nobody has opened.
    var takesCur = false
    /// `--new-ledger`: whatever the Maildir was counted in, from now on it is this ledger.
    var beginsAnew = false
    /// How many threads read and classify. The result does not depend on it, nor on the next option.
    var threads = defaultThreadCount
    /// The maximum number of messages in a commit.
    var batchCount = Scan.batchCount
    /// What the metrics say of canaries.
    var canary = CanarySettings()
    /// The names of the hooks, for the metrics.
    var hooks: [String] = []

    /// A message under the path that was given, for a report.
    func file(_ name: MessageName, in folder: Maildir.Folder = .new) -> String {
        BytePath(maildir).appending(folder.rawValue.utf8).appending(name.bytes).text
    }
}

/// Counts the messages in new/ in the ledger and moves them.
///
/// The order makes a message count exactly once even if the program is killed at any point: first the ledger commits a
/// batch, keys and counters in one transaction, then the batch's files are moved, then the folders are synchronised.
/// Killed in between, the next run finds known keys in new/ and only moves them.
struct Scan {
    /// The default maximum number of messages in a commit.
    static let batchCount = 5_000
    /// The weight of a batch at which it is committed sooner, in bytes.
    static let batchBytes = 8 << 20

    private let order: ScanOrder
    private let output: StandardOutput
    private let log: Log
    private let maildir: Maildir
    private let archive: Archive?
    private let ledger: LedgerStore
    private var report: VerdictListing?
    private var tally = ScanTally()
    private var batch: [ScannedMessage] = []
    private var batchWeight = 0
    private var batchSize: BatchSize
    /// Where the messages of the batch are.
    private var folder = Maildir.Folder.new
    /// Names in new/ whose messages no batch had yet.
    private var waiting = 0
    /// The moves of the batch that was committed last.
    private var moves: BackgroundWork<BatchMove.Problems>?
    /// Its messages, if their verdicts are to be printed.
    private var moving: [ScannedMessage] = []
    /// What could not be read.
    private var denied = Leftovers()
    /// What was counted and could not be moved.
    private var immovable = Leftovers()
    /// How many of these an earlier run has counted, so that this run did nothing for them.
    private var standing = 0

    /// Runs the scan. If another run holds the Maildir, says so and returns false.
    ///
    /// - Parameter tally: what was done, also where the run fails.
    static func run(_ order: ScanOrder, output: StandardOutput, tally: inout ScanTally) throws -> Bool {
        let log = Log(isVerbose: order.isVerbose)
        let maildir = try Maildir(opening: order.maildir)
        // Before anything is made or counted: a run that could count and not move would be no use to anybody.
        for folder in ["new", "cur"] { try checkMovable("\(order.maildir)/\(folder)") }
        if let archive = order.archive { try checkArchive(archive) }
        guard let lock = try RunLock.tryAcquire(on: maildir) else {
            log.note("another run is at work on \(order.maildir); nothing to do for this one")
            return false
        }
        defer { lock.release() }
        let ledger = try CountedLedger.open(order, maildir)
        // All of them, also where there is a limit: what cannot be moved must not stand in the way of what can.
        let names = try maildir.listNew()
        guard !names.isEmpty || order.takesCur else {
            try ledger.recordLapses()
            if order.isVerbose { try output.write(line: ScanTally().sentence) }
            return true
        }
        StopSignal.watch()
        var scan = Scan(order, output: output, log: log, maildir: maildir, ledger: ledger)
        defer { tally = scan.tally }
        do {
            try scan.run(names)
            // After the reports: one that waited answers its canary in time.
            try ledger.recordLapses()
        } catch {
            // What was committed is moved all the same, before the lock goes.
            do { try scan.finishMoves() } catch let second { log.warning("\(second)") }
            scan.denied.tell(log, "read")
            scan.immovable.tell(log, "moved")
            throw error
        }
        return true
    }

    private static func checkMovable(_ folder: String) throws(Failure) {
        do throws(SystemError) {
            try FilePath.checkWritable(folder: folder)
        } catch {
            throw Failure(
                ExitStatus.cannotCreate,
                "cannot move messages in \(folder): \(error); run as the owner of the Maildir, or use --dry-run")
        }
    }

    private static func checkArchive(_ archive: String) throws(Failure) {
        do throws(SystemError) {
            try FilePath.checkCreatable(folder: archive)
        } catch {
            throw Failure(
                ExitStatus.cannotCreate,
                "cannot use the archive \(archive): \(error); "
                    + "name a folder that this user may write, or a new one in such a folder")
        }
    }

    private init(_ order: ScanOrder, output: StandardOutput, log: Log, maildir: Maildir, ledger: LedgerStore) {
        self.order = order
        self.output = output
        self.log = log
        self.maildir = maildir
        self.ledger = ledger
        archive = order.archive.map(Archive.init(root:))
        report = order.format.map { VerdictListing(format: $0, width: output.width) }
        batchSize = BatchSize(maximum: order.batchCount)
    }

    private mutating func run(_ names: NameList) throws {
        let started = Int64(time(nil))
        if let header = report?.header { try output.write(header.utf8) }
        let inbox = Inbox(
            maildir: maildir, settings: order.settings, trust: order.trust, capture: order.capture,
            archive: order.archive,
            keepsVerdicts: report != nil, log: log, threads: order.threads)
        var rest = Inbox.Rest()
        var next = names.startIndex
        var allowed = order.limit ?? names.count
        while next < names.endIndex, allowed > 0, StopSignal.pending == nil {
            let round = names[next..<min(names.endIndex, next + allowed)]
            let before = rest.count + standing
            waiting = round.count
            try inbox.run(round, while: { StopSignal.pending == nil }, rest: &rest) { message in
                batch.append(message)
                batchWeight += message.weight
                if batch.count >= batchSize.count || batchWeight >= Self.batchBytes { try finishBatch() }
            }
            try finishBatch()
            try finishMoves()
            next = round.endIndex
            // Replaces messages that could not be processed by as many others.
            allowed = rest.count + standing - before
        }
        if order.takesCur, StopSignal.pending == nil { try takeCur(inbox) }
        denied = rest.denied
        tally.left = rest.count + immovable.count
        inbox.tellUntold(rest)
        if tally.run.read > 0 {
            try record(started: started)
            try dropCaptured(at: started)
        }
        if order.isVerbose { try output.write(line: tally.sentence) }
        try checkReader()
        if let signal = StopSignal.pending {
            throw StopSignal.failure(
                signal, after: tally.run.read, ", each of them counted and moved; run it again for the rest")
        }
        try refuseLeftovers()
    }

    /// The same for the bounces in cur/.
    private mutating func takeCur(_ inbox: Inbox) throws {
        let limit = order.limit.map { max(0, $0 - tally.run.read) }
        guard limit != 0 else { return }
        let cur = try CurFolder(maildir, ledger, limit: limit)
        folder = .cur
        waiting = cur.names.count
        var rest = Inbox.Rest()
        try inbox.run(cur.names, from: .cur, while: { StopSignal.pending == nil }, rest: &rest) { message in
            guard CurFolder.takes(message.event.class) else { return }
            batch.append(message)
            batchWeight += message.weight
            if batch.count >= batchSize.count || batchWeight >= Self.batchBytes { try finishBatch() }
        }
        try finishBatch()
        try finishMoves()
        if StopSignal.pending == nil { try cur.finish() }
    }

    /// Ends a run with the status for the messages that it could not process.
    private mutating func refuseLeftovers() throws(Failure) {
        let rest = "all others are done, and none counts twice"
        let count = immovable.count + denied.count
        guard count > 0 else { return }
        if count == 1, let error = immovable.first.first ?? denied.first.first {
            (immovable, denied) = (Leftovers(), Leftovers())
            throw Failure(ExitStatus.cannotCreate, "\(error); \(rest)")
        }
        let reasons = [
            immovable.count > 0 ? "\(immovable.count) counted and not moved" : nil,
            denied.count > 0 ? "\(denied.count) not to be read" : nil,
        ]
        throw Failure(
            ExitStatus.cannotCreate,
            "left in \(order.maildir)/new: \(reasons.compactMap(\.self).joined(separator: ", ")); \(rest)")
    }

    /// Ledger, then moves, then the folders: never another order. A batch is moved while the next one is read and committed.
    private mutating func finishBatch() throws {
        guard !batch.isEmpty else { return }
        try checkReader()
        let events = batch.map(\.event)
        // Fails also where the ledger is no longer the file that it was: then nothing of the batch is moved.
        let outcomes = try ledger.commit(events)
        for (message, outcome) in zip(batch, outcomes) { tally.add(message, outcome) }
        try finishMoves()
        // What the ledger knows and was not moved is printed by the next run.
        try checkReader()
        let move = BatchMove(
            maildir: maildir, archive: archive, folder: folder,
            messages: zip(batch, outcomes).map { message, outcome in
                BatchMove.Message(
                    name: message.name, destination: message.destination, isKnown: outcome == .alreadyKnown)
            })
        moves = BackgroundWork { move.carryOut() }
        if report != nil { moving = batch }
        waiting -= batch.count
        batch.removeAll(keepingCapacity: true)
        batchWeight = 0
        batchSize.next(left: waiting)
    }

    /// Waits for the moves of the batch before, and tells what came of them.
    private mutating func finishMoves() throws {
        guard let moves else { return }
        self.moves = nil
        let problems = moves.result()
        for problem in problems.single {
            guard problem.error.category != .vanished else {
                log.debug("\(problem.error)")
                continue
            }
            if problem.isKnown { standing += 1 }
            immovable.add(problem.error)
        }
        if let error = problems.last { throw error }
        try printVerdicts()
    }

    private mutating func printVerdicts() throws {
        for message in moving {
            guard let verdict = message.verdict,
                let lines = report?.lines(
                    verdict, file: order.file(message.name, in: folder), destination: message.event.destination,
                    withheld: message.withheld, canary: try ledger.canaryTarget(of: message.event))
            else { continue }
            try output.write(lines)
        }
        moving.removeAll()
    }

    /// Ends a run whose verdicts nobody can read, before it counts or moves more.
    private func checkReader() throws(Failure) {
        guard report != nil else { return }
        try output.checkReader(after: tally.run.read, "scan again for the messages in \(order.maildir)/new")
    }

    /// Drops captured texts that are too old: at least as many as this run can have added, so that they do not pile up.
    private func dropCaptured(at now: Int64) throws(LedgerError) {
        let added = tally.run.read * LedgerLimits.capturedFields
        try ledger.dropCaptured(
            before: order.capture.horizon(at: now), limit: max(LedgerLimits.capturedDropped, added))
    }

    private func record(started: Int64) throws(LedgerError) {
        let run = tally.run.record(
            maildir: maildir.identity, started: started, ended: Int64(time(nil)), left: tally.left)
        try ledger.recordRun(run)
    }
}
