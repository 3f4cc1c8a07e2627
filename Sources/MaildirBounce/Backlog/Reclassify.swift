import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL

/// Changes that are rolled back unless they are confirmed: `--rebuild` and `--reclassify`.
struct Reclassify {
    private let order: ReprocessOrder
    private let output: StandardOutput
    private let isConfirmed: Bool

    /// - Parameter isConfirmed: `--yes`.
    init(_ order: ReprocessOrder, isConfirmed: Bool, output: StandardOutput) {
        self.order = order
        self.isConfirmed = isConfirmed
        self.output = output
    }

    /// Derives everything from the events that are stored.
    func rebuild() throws -> Int32 {
        guard isConfirmed || isatty(STDIN_FILENO) == 1 else { return try foretellRebuild() }
        let ledger = try LedgerStore.openExisting(order.ledger, order.policy, adoption: .onRebuild)
        let sides = SidePrinter(output, isConfirmed: isConfirmed)
        // Where nobody changes sides there is nothing to agree to.
        let isDone = try ledger.rebuild(at: Int64(time(nil)), each: sides.add) {
            sides.approve(needsConsent: sides.count > 0)
        }
        return try sides.end(isDone)
    }

    /// Where nobody can agree, the ledger is only read: to open it for writing would already bring it up to date.
    private func foretellRebuild() throws -> Int32 {
        let sides = SidePrinter(output, isConfirmed: isConfirmed)
        let ledger = try LedgerStore(path: order.ledger, mode: .readOnly, policy: order.policy)
        try ledger.simulate(ledger.policy, at: Int64(time(nil))) { change in
            sides.add(change)
            return sides.failure == nil
        }
        let isRight = try ledger.verify(limit: 1).differenceCount == 0
        sides.finish()
        if let failure = sides.failure { throw failure }
        guard isRight else { return try sides.end(false) }
        try output.write(line: "Nothing to change: all counters are those of the events.")
        return ExitStatus.success
    }

    /// Derives everything from messages, under today's rules.
    func reclassify() throws -> Int32 {
        let progress = ProgressBox(order, output)
        let notes = BacklogNotes(Log()) { progress.value.clear() }
        guard order.sources.contains(where: Backlog.isThere) else {
            for source in order.sources { notes.miss(source.text, "is not there; check the path") }
            return ExitStatus.noInput
        }
        defer { progress.value.clear() }
        // The policy of today is taken on with the verdicts, or not at all.
        let ledger = try LedgerStore.openExisting(order.ledger, order.policy, adoption: .onRebuild)
        StopSignal.watch()
        let sides = SidePrinter(output, isConfirmed: isConfirmed)
        let isOfOtherPolicy = try ledger.isOfOtherPolicy()
        var tally = BacklogTally()
        var failure: (any Error)?
        var isNothing = false
        let isDone = try ledger.reclassify(
            at: Int64(time(nil)),
            { reclassification in
                do {
                    tally = try read(ledger, reclassification, notes, progress)
                    progress.value.clear()
                    try printTally(tally)
                    return true
                } catch {
                    failure = error
                    return false
                }
            },
            each: sides.add,
            approve: {
                isNothing =
                    sides.count + tally.changed + tally.run.counted + tally.run.duplicates == 0 && !isOfOtherPolicy
                return sides.approve(needsConsent: !isNothing)
            })
        progress.value.clear()
        notes.finish()
        if let failure { throw failure }
        if !isDone, isNothing {
            try output.write(line: "Nothing to change: all verdicts are those of today.")
        } else {
            _ = try sides.end(isDone)
        }
        return notes.missed == 0 ? ExitStatus.success : ExitStatus.noInput
    }

    private func read(
        _ ledger: LedgerStore, _ reclassification: Reclassification, _ notes: BacklogNotes, _ progress: ProgressBox
    ) throws -> BacklogTally {
        // The ledger is being written by this very run; what it was before is asked through another door.
        let before = try LedgerStore(path: order.ledger, mode: .readOnly, policy: order.policy)
        let backlog = Backlog(order.sources, notes: notes) { folder throws(LedgerError) in
            try before.maildirs(filedInto: folder)
        }
        let reading = BacklogReading(
            settings: order.settings, trust: order.trust, capture: order.capture, threads: order.threads,
            keepsVerdicts: false, notes: notes)
        var tally = BacklogTally()
        var batch: [BacklogMessage] = []
        func finishBatch() throws(LedgerError) {
            try before.restoreKeys(of: &batch)
            let outcomes = try reclassification.apply(batch.map(\.event))
            for (message, outcome) in zip(batch, outcomes) { tally.add(outcome, now: message.event.class) }
            batch.removeAll(keepingCapacity: true)
        }
        try reading.run(backlog, while: { StopSignal.pending == nil }) { _, message in
            guard order.period.contains(message.event.arrival) else {
                tally.outside += 1
                return
            }
            tally.add(message)
            batch.append(message)
            if batch.count >= Scan.batchCount { try finishBatch() }
            progress.value.update(done: backlog.bytesDone, tally)
        }
        if let signal = StopSignal.pending {
            throw StopSignal.failure(signal, after: tally.run.read, "; nothing was changed")
        }
        try finishBatch()
        return tally
    }

    private func printTally(_ tally: BacklogTally) throws(Failure) {
        try output.write(line: tally.sentence)
        try output.write(line: "Messages with another verdict than before: \(tally.changed)")
        for (change, count) in tally.changes.ranked {
            try output.write(line: "    \(count)  \(change)")
        }
    }
}
