import Glibc
import Ledger
import Maildir
import Verdict

/// The bounces in cur/ of a Maildir that people also open by IMAP: an IMAP server moves a message there as soon as a mail program
/// looks, before a scan may have seen it.
///
/// Only messages without any flag are read: what a person has opened, answered or marked is his. Of these only failure reports that
/// the ledger does not know are counted and moved. A letter keeps its name, so it stays unseen.
///
/// A note in the Maildir says up to which time of delivery cur/ was looked at. It is written after the moves, so that after a crash
/// messages are read again, which the ledger knows then. It only saves work: one that is lost or of another ledger is begun again.
struct CurFolder {
    static let fileName = ".maildir-bounce-cur"
    /// The most messages of cur/ that a run reads. The next run goes on where it stopped.
    static let readLimit = 10_000
    /// How long before the newest message the next run begins, in seconds: a listing may miss a name that is changed meanwhile, and
    /// a large message gets its name long before it is there.
    static let overlap: Int64 = 3_600
    /// The most that is read of the note, in bytes.
    private static let sizeLimit = 1_024

    /// The messages to read.
    let names: [MessageName]
    private let maildir: Maildir
    private let mark: Mark
    /// The mark when these messages are done.
    private let next: Mark

    /// What the note says: of which ledger, and up to which second.
    struct Mark: Equatable {
        var ledger: String
        var second: Int64

        var text: String { "# Written by maildir-bounce scan --cur.\n\(ledger) \(second)\n" }

        init(ledger: String, second: Int64 = 0) {
            (self.ledger, self.second) = (ledger, second)
        }

        init?(_ bytes: [UInt8]) {
            let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
            let words = lines.last?.split(separator: " ") ?? []
            guard words.count == 2, let second = Int64(words[1]) else { return nil }
            self.init(ledger: String(words[0]), second: second)
        }

        /// The mark after messages with these times of delivery.
        func after(_ seconds: [Int64], isComplete: Bool, now: Int64) -> Mark {
            guard let newest = seconds.max() else { return self }
            var mark = self
            if isComplete {
                mark.second = max(second, min(newest, now) - CurFolder.overlap)
            } else {
                // At least a second further, so that a folder with too many of one second does not stop it.
                mark.second = max(second + 1, newest)
            }
            return mark
        }
    }

    /// Whether messages of a class are taken out of cur/. Automatic answers, receipts and requests may be a person's own.
    static func takes(_ messageClass: Token<MessageClass>) -> Bool {
        switch messageClass.value {
        case .hardBounce, .softBounce, .doubleBounce, .delayNotice, .complaint, .ownRefusal: true
        default: false
        }
    }

    /// - Parameter limit: how many messages may be read at most, or `nil` for ``readLimit``.
    init(_ maildir: Maildir, _ ledger: LedgerStore, limit: Int?, now: Int64 = Int64(time(nil))) throws {
        self.maildir = maildir
        let identity = try ledger.identity()?.text ?? ""
        let noted = try? maildir.readNote(Self.fileName, limit: Self.sizeLimit).flatMap(Mark.init)
        mark = noted.flatMap { $0.ledger == identity ? $0 : nil } ?? Mark(ledger: identity)
        let found = try maildir.listCurWithoutFlags(
            from: mark.second, limit: min(limit ?? Self.readLimit, Self.readLimit))
        next = mark.after(found.compactMap(\.deliverySeconds), isComplete: found.isComplete, now: now)
        let known = try ledger.knownFiles(found.map { Array($0.unique) }, maildir: maildir.identity)
        names = found.filter { !known.contains(Array($0.unique)) }
    }

    /// Notes that the messages are done.
    func finish() throws(MaildirError) {
        if next != mark { try maildir.writeNote(Self.fileName, Array(next.text.utf8)) }
    }
}
