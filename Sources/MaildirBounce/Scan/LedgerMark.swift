import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL
import Maildir

/// The file in a Maildir's folder that names the ledger in which its messages are counted.
///
/// Without it an unmounted disk would look like a first run: a scan would create an empty ledger, and suppressed
/// addresses would get mail again.
struct LedgerMark: Equatable {
    static let fileName = ".maildir-bounce"
    /// The most that is read of it, in bytes: a path of 4,096 bytes, each of them escaped.
    static let sizeLimit = 32 << 10

    let identity: LedgerIdentity
    /// The path of the ledger, for messages.
    let path: String

    init(identity: LedgerIdentity, path: String) {
        self.identity = identity
        self.path = path
    }

    /// Nil if the text is not what ``text`` writes.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let key = parts[0].drop { $0 == " " }.prefix { $0 != " " }
            guard values.updateValue(parts[1].drop { $0 == " " }, forKey: key) == nil else { return nil }
        }
        guard let identity = values["identity"].flatMap({ LedgerIdentity(String($0)) }), let path = values["ledger"]
        else { return nil }
        self.init(identity: identity, path: String(path))
    }

    var text: String {
        """
        # Written by maildir-bounce scan: this Maildir is counted in the ledger named here, and in no other (scan --help).
        identity = \(identity.text)
        ledger = \(terminalSafe(path))

        """
    }

    /// The mark of a Maildir; nil if no scan has left one.
    ///
    /// - Throws: a failure with status 74 if the file holds something else.
    static func read(_ maildir: Maildir) throws -> LedgerMark? {
        guard let bytes = try maildir.readNote(fileName, limit: sizeLimit) else { return nil }
        guard let mark = LedgerMark(bytes) else {
            throw Failure(
                ExitStatus.ioError,
                "\(maildir.path)/\(fileName), which names the ledger that this Maildir is counted in, is damaged; nothing "
                    + "was counted or moved. If the ledger is the right one, scan once with --new-ledger, which writes "
                    + "the file again")
        }
        return mark
    }

    func write(_ maildir: Maildir) throws(MaildirError) {
        try maildir.writeNote(Self.fileName, Array(text.utf8))
    }

    // MARK: What is missing

    func missing(_ ledger: String, _ maildir: String) -> Failure {
        Failure(
            ExitStatus.ioError,
            "there is no ledger \(ledger), but \(maildir) was counted in one (\(path)); nothing was counted or moved. Is its "
                + "disk mounted? Put the ledger back, or a backup of it; to start again with an empty one, scan once with "
                + "--new-ledger")
    }

    func other(_ ledger: String, _ maildir: String) -> Failure {
        Failure(
            ExitStatus.ioError,
            "the ledger \(ledger) is not the one that \(maildir) was counted in (\(path), \(identity.text)); nothing was "
                + "counted or moved. Is its disk mounted? Name the right ledger, or put it back; to go on with this one, "
                + "scan once with --new-ledger")
    }
}

/// Opens a ledger for messages, if it is the one that knows them.
enum CountedLedger {
    /// The ledger for a scan, which writes the mark into the Maildir.
    ///
    /// Nothing of another ledger is changed, and none is made where the Maildir has been counted in one.
    static func open(_ order: ScanOrder, _ maildir: Maildir) throws -> LedgerStore {
        let mark = order.beginsAnew ? nil : try LedgerMark.read(maildir)
        if mark == nil { try checkMarkable(order.maildir) }
        if let mark, !LedgerStore.isAddress(order.ledger) { try checkUntouched(order, mark, maildir) }
        let ledger = try making(order.ledger, order.policy, mark, order.maildir, adoption: .onRebuild)
        let path = LedgerStore.isAddress(order.ledger) ? ledger.path : FilePath.resolved(order.ledger)
        if let mark {
            guard try isSame(ledger, mark, maildir, writes: true) else {
                throw mark.other(ledger.path, order.maildir)
            }
            // The ledger was moved: only the path in messages changes.
            if mark.path != terminalSafe(path) {
                try? LedgerMark(identity: mark.identity, path: path).write(maildir)
            }
        } else {
            let identity = try ledger.ensureIdentity()
            try LedgerMark(identity: identity, path: path).write(maildir)
        }
        try ledger.adopt()
        return ledger
    }

    private static func checkMarkable(_ maildir: String) throws(Failure) {
        do throws(SystemError) {
            try FilePath.checkWritable(folder: maildir)
        } catch {
            throw Failure(
                ExitStatus.cannotCreate,
                "cannot write \(maildir)/\(LedgerMark.fileName), which names the ledger that the Maildir is counted "
                    + "in: \(error); run as the owner of the Maildir, or use --dry-run")
        }
    }

    /// Refuses another ledger before it is opened for writing. One of an earlier version can only be asked after that.
    private static func checkUntouched(_ order: ScanOrder, _ mark: LedgerMark, _ maildir: Maildir) throws {
        if LedgerStore.isCurrent(file: order.ledger, mark.identity) { return }
        let ledger: LedgerStore
        do {
            ledger = try LedgerStore(path: order.ledger, mode: .readOnly, policy: order.policy)
        } catch {
            return
        }
        guard try isSame(ledger, mark, maildir, writes: false) else { throw mark.other(ledger.path, order.maildir) }
    }

    /// The same ledger for a run that writes nothing; before the first scan an empty one stands for it.
    static func openForDryRun(_ order: ScanOrder, _ maildir: Maildir) throws -> LedgerStore {
        guard !order.beginsAnew, let mark = try LedgerMark.read(maildir) else {
            return try LedgerStore.openForDryRun(order.ledger, order.policy)
        }
        let ledger: LedgerStore
        do {
            ledger = try LedgerStore(path: order.ledger, mode: .readOnly, policy: order.policy)
        } catch {
            if error.isMissing { throw mark.missing(order.ledger, order.maildir) }
            throw error
        }
        guard try isSame(ledger, mark, maildir, writes: false) else { throw mark.other(ledger.path, order.maildir) }
        return ledger
    }

    /// The ledger for a command that makes one if there is none, except if a Maildir was counted in it.
    static func making(
        _ path: String, _ policy: Policy, counted maildir: String?, durability: LedgerStore.Durability = .full
    ) throws -> LedgerStore {
        // Whoever may not read the Maildir may import all the same.
        let mark = maildir.flatMap { try? Maildir(opening: $0) }.flatMap { try? LedgerMark.read($0) }
        return try making(path, policy, mark, maildir ?? "", durability: durability)
    }

    private static func making(
        _ path: String, _ policy: Policy, _ mark: LedgerMark?, _ maildir: String,
        durability: LedgerStore.Durability = .full, adoption: LedgerStore.Adoption = .automatic
    ) throws -> LedgerStore {
        do {
            return try LedgerStore(
                path: path, mode: .readWrite, policy: policy, durability: durability, makes: mark == nil,
                adoption: adoption)
        } catch {
            if error.isMissing, let mark { throw mark.missing(path, maildir) }
            throw error
        }
    }

    /// A backup from before ledgers had an identity is the right one if it knows the Maildir.
    private static func isSame(
        _ ledger: LedgerStore, _ mark: LedgerMark, _ maildir: Maildir, writes: Bool
    ) throws(LedgerError) -> Bool {
        if let identity = try ledger.identity() { return identity == mark.identity }
        guard try ledger.knows(maildir: maildir.identity) else { return false }
        return writes ? try ledger.ensureIdentity(mark.identity) == mark.identity : true
    }
}
