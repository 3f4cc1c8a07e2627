import Verdict
import Glibc
import Ledger
import LedgerPostgreSQL

/// The files that no output may overwrite: the ledger, and what SQLite keeps next to it.
struct GuardedFiles {
    private let ledger: String
    private let names: [String]

    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// - Parameter more: other files that must not be overwritten.
    init(ledger: String, more: [String] = []) {
        self.ledger = ledger
        // A server keeps its own files.
        guard !LedgerStore.isAddress(ledger) else {
            names = more
            return
        }
        let targets = Set([ledger, FilePath.resolved(ledger)])
        names = targets.flatMap { target in Self.suffixes.map { target + $0 } } + more
    }

    /// - Parameters:
    ///   - option: the option or the key that names the output.
    ///   - status: 64 for an option, 78 for a key of the configuration.
    func refuse(_ option: String, _ path: String, _ status: Int32) throws(Failure) {
        guard let name = names.first(where: { isSame($0, path) }) else { return }
        throw Failure(
            status,
            "\(option): \(path) is \(name == ledger ? "the ledger" : "\(name), which must not be written over"); name another"
        )
    }

    /// Refuses an archive, or a Maildir in it, that is one of the files.
    func refuse(archive path: String, _ option: String, _ status: Int32) throws(Failure) {
        try refuse(option, path, status)
        for kind in MessageClass.allCases { try refuse(option, "\(path)/\(kind.rawValue)", status) }
    }

    /// Refuses a ledger that is where a scan would take it for a message, or would write its mark over it.
    func refuseLedger(in maildir: String, _ option: String, _ status: Int32) throws(Failure) {
        guard !LedgerStore.isAddress(ledger) else { return }
        let mark = "\(maildir)/\(LedgerMark.fileName)"
        if isSame(mark, ledger) {
            throw Failure(
                status, "\(option): \(mark) is the file that names the ledger; name a place outside the Maildir")
        }
        let parent = FilePath.split(FilePath.resolved(ledger)).parent
        for folder in ["new", "cur", "tmp"] where isSame("\(maildir)/\(folder)", parent) {
            throw Failure(
                status,
                "\(option): \(ledger) is in \(maildir)/\(folder), where files are messages; name a place outside the Maildir"
            )
        }
    }

    private func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        if stat(one, &first) == 0, stat(other, &second) == 0 {
            return first.st_dev == second.st_dev && first.st_ino == second.st_ino
        }
        return FilePath.resolved(one) == FilePath.resolved(other)
    }
}
