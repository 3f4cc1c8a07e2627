import Classifier
import Ledger
import Maildir

/// A message of new/ that has been read and classified.
///
/// A class, since it is passed between threads: a copy would retain each of its texts, in memory that another processor
/// has written.
final class ScannedMessage: Sendable {
    let name: MessageName
    let event: DeliveryEvent
    let destination: Destination
    /// Why its outcomes do not count, or `nil` if they do.
    let withheld: Withheld?
    /// Kept only if it is to be printed.
    let verdict: Verdict?

    init(name: MessageName, event: DeliveryEvent, destination: Destination, withheld: Withheld?, verdict: Verdict?) {
        self.name = name
        self.event = event
        self.destination = destination
        self.withheld = withheld
        self.verdict = verdict
    }

    /// About how many bytes of memory it holds.
    var weight: Int { event.weight + (verdict?.weight ?? 0) }
}

/// Where a message goes when it has been counted.
struct Destination: Sendable {
    /// The folder of the archive, or nil for the cur/ of the Maildir that the message came to.
    let archiveFolder: String?
    /// Maildir flags: seen, and flagged for a person if a limit cut the reading short.
    let flags: String

    var isFlagged: Bool { flags != Self.seen }

    private static let seen = "S"

    /// - Parameter hasArchive: whether reports go to an archive. What is not a report, or asks for something, stays in
    ///   the Maildir for a person.
    init(_ verdict: Verdict, hasArchive: Bool) {
        archiveFolder =
            switch verdict.messageClass {
            case .notABounce, .unsubscribe: nil
            case .hardBounce, .softBounce, .autoReply, .doubleBounce, .delayNotice, .complaint, .deliveryReceipt,
                .postmasterNotice, .ownRefusal:
                hasArchive ? verdict.messageClass.rawValue : nil
            }
        flags = verdict.limitHit == nil ? Self.seen : "FS"
    }
}

/// Reads and classifies the messages in new/, for a scan and its dry run.
struct Inbox {
    let maildir: Maildir
    let settings: Settings
    let trust: TrustRule
    let capture: CaptureTable
    /// The archive's path, or nil.
    let archive: String?
    let keepsVerdicts: Bool
    let log: Log
    var threads = defaultThreadCount

    /// What stayed in new/.
    struct Rest {
        /// Files that are not messages; the first ones are reported as they are found.
        var strangers = NamedProblems()
        /// Messages that this user may not read.
        var denied = Leftovers()

        var count: Int { strangers.count + denied.count }
    }

    /// Classifies the messages with these names, in that order, and passes them to `deliver`.
    ///
    /// Files that are not messages, or cannot be read, are reported and left. A disk failure stops the run.
    func run<Names: RandomAccessCollection>(
        _ names: Names, from folder: Maildir.Folder = .new, while wanted: () -> Bool, rest: inout Rest,
        deliver: (ScannedMessage) throws -> Void
    ) throws where Names.Element == MessageName, Names.Index == Int {
        var position = names.startIndex
        let (maildir, keepsVerdicts, trust, capture) = (self.maildir, self.keepsVerdicts, self.trust, self.capture)
        // Records outlive the folder that the command was given in.
        let archive = self.archive.map(FilePath.resolved)
        let pipeline = Pipeline<MessageName, ScannedMessage, MaildirError>(
            settings: settings,
            read: { name throws(MaildirError) in
                let file = try maildir.read(name, from: folder, maximum: messageReadLimit)
                return FileContents(bytes: file.bytes, isCut: file.isTruncated, modified: file.modificationSeconds)
            },
            conclude: { name, contents, verdict in
                let destination = Destination(verdict, hasArchive: archive != nil)
                let target = destination.archiveFolder.map { "\(archive ?? "")/\($0)" } ?? maildir.identity
                let path = "\(target)/cur/\(name.withFlags(destination.flags).text)"
                let judged = trust.judge(verdict)
                let event = DeliveryEvent(
                    verdict, key: DeliveryKey(name, in: maildir),
                    // A message without a date gets the time of its delivery, which a copy of the file keeps.
                    arrival: verdict.arrival ?? name.deliverySeconds ?? contents.modified ?? 0,
                    contents: contents, destination: path, judged: judged, capture: capture)
                return ScannedMessage(
                    name: name, event: event, destination: destination, withheld: judged.withheld(event),
                    verdict: keepsVerdicts ? verdict : nil)
            },
            weigh: \.weight, threads: threads)
        try pipeline.run(while: wanted) {
            guard position < names.endIndex else { return nil }
            defer { position += 1 }
            return names[position]
        } deliver: { _, result in
            switch result {
            case .success(let message): try deliver(message)
            case .failure(let error):
                switch error.category {
                case .vanished: log.debug("\(error)")
                // What lies in cur/ is a person's affair.
                case .notRegular where folder == .cur, .permission where folder == .cur: log.debug("\(error)")
                case .notRegular:
                    if rest.strangers.add() { log.warning("\(error)") }
                case .permission: rest.denied.add(error)
                default: throw error
                }
            }
        }
    }

    /// Says how many that are not messages were not named.
    func tellUntold(_ rest: Rest) {
        guard rest.strangers.untold > 0 else { return }
        log.warning("\(rest.strangers.untold) more in \(maildir.path)/new are no messages and were left there")
    }
}

extension MessageName {
    /// The name for a record: bytes that are not UTF-8 become U+FFFD. Not escaped.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
