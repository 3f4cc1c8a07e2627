import Classifier
import Ledger
import Maildir

/// Messages of a backlog that arrived from one second on and before another.
struct Period: Sendable, Equatable {
    var since: Int64?
    var until: Int64?

    func contains(_ arrival: Int64) -> Bool { arrival >= since ?? .min && arrival < until ?? .max }
}

/// A message of a backlog that has been read and classified.
struct BacklogMessage: Sendable {
    var event: DeliveryEvent
    /// Why its outcomes do not count, or `nil` if they do.
    let withheld: Withheld?
    /// Whether a limit cut the reading short.
    let isCut: Bool
    /// The folder of an archive, if the message may have a key of another Maildir.
    let source: BacklogMaildir?
    /// Kept only if it is to be printed.
    let verdict: Verdict?
    /// For a report; kept only if it is to be printed.
    let file: String?

    /// About how many bytes of memory it holds.
    var weight: Int { event.weight + (verdict?.weight ?? 0) }
}

/// Reads and classifies the messages of a backlog, for counting, its dry run and `--reclassify`.
struct BacklogReading {
    let settings: Settings
    let trust: TrustRule
    let capture: CaptureTable
    let threads: Int
    let keepsVerdicts: Bool
    let notes: BacklogNotes

    /// Classifies the messages of `backlog` and passes them to `deliver` in the same order.
    ///
    /// Unreadable messages are reported and skipped. A disk failure stops the run.
    func run(
        _ backlog: Backlog, while wanted: () -> Bool, deliver: (BacklogItem, BacklogMessage) throws -> Void
    ) throws {
        let (trust, capture, keepsVerdicts) = (self.trust, self.capture, self.keepsVerdicts)
        let pipeline = Pipeline<BacklogItem, BacklogMessage, MaildirError>(
            settings: settings,
            read: { item throws(MaildirError) in try item.read() },
            conclude: { item, contents, verdict in
                Self.conclude(item, contents, verdict, trust: trust, capture: capture, keepsVerdict: keepsVerdicts)
            },
            weigh: \.weight, threads: threads, weighItem: \.weight)
        try pipeline.run(while: wanted) {
            try backlog.next()
        } deliver: { item, result in
            switch result {
            case .success(let message): try deliver(item, message)
            case .failure(let error):
                switch error.category {
                case .vanished: notes.debug("\(error)")
                case .notRegular, .permission: notes.miss(item.text, "was passed over: \(error)")
                default: throw error
                }
            }
        }
    }

    private static func conclude(
        _ item: BacklogItem, _ contents: FileContents, _ verdict: Verdict, trust: TrustRule, capture: CaptureTable,
        keepsVerdict: Bool
    ) -> BacklogMessage {
        let judged = trust.judge(verdict)
        let event: DeliveryEvent
        var source: BacklogMaildir?
        switch item.place {
        case .maildir(let maildir, let folder, let name):
            source = maildir.filedFrom.isEmpty || folder == .new ? nil : maildir
            event = DeliveryEvent(
                verdict, key: DeliveryKey(name, in: maildir.maildir),
                // The same key as in a scan, so that it does not matter which of the two comes first.
                arrival: verdict.arrival ?? name.deliverySeconds ?? contents.modified ?? 0, contents: contents,
                // From new/ a scan will still move it.
                destination: folder == .cur ? "\(maildir.cur)/\(name.text)" : nil, judged: judged, capture: capture)
        case .member(let file, _, _), .file(let file, _):
            let arrival = verdict.arrival ?? contents.modified ?? 0
            event = DeliveryEvent(
                verdict, key: DeliveryKey(contents: contents.bytes, arrival: arrival), arrival: arrival,
                contents: contents, destination: file == "-" ? nil : file, judged: judged, capture: capture)
        }
        return BacklogMessage(
            event: event, withheld: judged.withheld(event), isCut: verdict.limitHit != nil, source: source,
            verdict: keepsVerdict ? verdict : nil, file: keepsVerdict ? item.text : nil)
    }
}

extension LedgerStore {
    /// Gives messages that a scan has filed into an archive the keys under which it counted them.
    func restoreKeys(of batch: inout [BacklogMessage]) throws(LedgerError) {
        var byFolder: [String: (source: BacklogMaildir, places: [Int])] = [:]
        for (index, message) in batch.enumerated() {
            guard let source = message.source else { continue }
            byFolder[source.cur, default: (source, [])].places.append(index)
        }
        for (folder, (source, places)) in byFolder {
            let keys = try keys(
                of: places.map { batch[$0].event.key.unique }, filedInto: folder, from: source.filedFrom)
            for (place, key) in zip(places, keys) {
                if let key { batch[place].event.key = key }
            }
        }
    }
}
