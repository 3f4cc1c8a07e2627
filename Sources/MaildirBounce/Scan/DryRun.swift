import Verdict
import Glibc
import Ledger
import Maildir

/// Prints what a scan would do, and changes nothing: no lock, no file. A user with read permission can run it.
struct DryRun {
    private let order: ScanOrder
    private let output: StandardOutput
    private let ledger: LedgerStore
    private var report: VerdictListing?
    private var tally = ScanTally()
    private var changes: PreviewTable
    private var batch: [DeliveryEvent] = []

    static func run(_ order: ScanOrder, output: StandardOutput) throws {
        let maildir = try Maildir(opening: order.maildir)
        let ledger = try CountedLedger.openForDryRun(order, maildir)
        let names = try maildir.listNew(limit: order.limit)
        var run = DryRun(order, output: output, ledger: ledger)
        let inbox = Inbox(
            maildir: maildir, settings: order.settings, trust: order.trust, capture: order.capture,
            archive: order.archive,
            keepsVerdicts: run.report != nil, log: Log(isVerbose: order.isVerbose))
        try run.run(names, inbox)
    }

    private init(_ order: ScanOrder, output: StandardOutput, ledger: LedgerStore) {
        self.order = order
        self.output = output
        self.ledger = ledger
        report = (order.format ?? (order.isVerbose ? .text : nil)).map {
            VerdictListing(format: $0, width: output.width)
        }
        changes = PreviewTable(width: output.width)
    }

    private mutating func run(_ names: NameList, _ inbox: Inbox) throws {
        if let header = report?.header { try output.write(header.utf8) }
        var rest = Inbox.Rest()
        try read(names[...], .new, inbox, &rest) { _ in true }
        if order.takesCur {
            let limit = order.limit.map { max(0, $0 - tally.run.read) }
            var passed = Inbox.Rest()
            let cur = try CurFolder(inbox.maildir, ledger, limit: limit)
            try read(cur.names, .cur, inbox, &passed) { CurFolder.takes($0.event.class) }
        }
        tally.left = rest.count
        inbox.tellUntold(rest)
        rest.denied.tell(inbox.log, "read")
        try preview()
        // A table would break output for programs.
        guard (order.format ?? .text) == .text else { return }
        let summary = try ledger.previewSummary(at: Int64(time(nil)), limit: PreviewTable.namedAddresses)
        for line in changes.lines(tally, summary) { try output.write(line: line) }
    }

    private mutating func read<Names: RandomAccessCollection>(
        _ names: Names, _ folder: Maildir.Folder, _ inbox: Inbox, _ rest: inout Inbox.Rest,
        where isWanted: (ScannedMessage) -> Bool
    ) throws where Names.Element == MessageName, Names.Index == Int {
        let output = self.output
        try inbox.run(names, from: folder, while: { !output.isClosed }, rest: &rest) { message in
            guard isWanted(message) else { return }
            if let verdict = message.verdict,
                let lines = report?.lines(
                    verdict, file: order.file(message.name, in: folder), destination: message.event.destination,
                    withheld: message.withheld, canary: try ledger.canaryTarget(of: message.event))
            {
                try output.write(lines)
            }
            tally.add(message, .counted)
            changes.add(message)
            batch.append(message.event)
            if batch.count >= Scan.batchCount { try preview() }
        }
    }

    private mutating func preview() throws(LedgerError) {
        guard !batch.isEmpty else { return }
        changes.add(try ledger.preview(batch))
        batch.removeAll(keepingCapacity: true)
    }
}
