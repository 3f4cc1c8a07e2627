import Maildir

/// A message of a backlog: where it is, and how to read its bytes.
struct BacklogItem: Sendable {
    enum Place: Sendable {
        /// A file of a Maildir; read when it is its turn.
        case maildir(BacklogMaildir, Maildir.Folder, MessageName)
        /// Within a file, which has been read as far as here: the number of the message, or its path in an archive.
        case member(of: String, name: String, FileContents)
        /// A file of its own.
        case file(String, FileContents)
    }

    let place: Place

    /// The message for a report. Not escaped.
    var text: String {
        switch place {
        case .maildir(let source, let folder, let name): "\(source.maildir.path)/\(folder.rawValue)/\(name.text)"
        case .member(let file, let name, _): "\(file)#\(name)"
        case .file(let path, _): path
        }
    }

    /// The bytes that it holds in memory while it waits.
    var weight: Int {
        switch place {
        case .maildir: 0
        case .member(_, _, let contents), .file(_, let contents): contents.bytes.count
        }
    }

    func read() throws(MaildirError) -> FileContents {
        switch place {
        case .maildir(let source, let folder, let name):
            let file = try source.maildir.read(name, from: folder, maximum: messageReadLimit)
            return FileContents(bytes: file.bytes, isCut: file.isTruncated, modified: file.modificationSeconds)
        case .member(_, _, let contents), .file(_, let contents): return contents
        }
    }
}

/// A Maildir of a backlog.
final class BacklogMaildir: Sendable {
    let maildir: Maildir
    /// The Maildirs from which a scan has filed messages into this one's cur/: if it belongs to an archive, its
    /// messages are known under their keys there.
    let filedFrom: [String]

    init(_ maildir: Maildir, filedFrom: [String]) {
        self.maildir = maildir
        self.filedFrom = filedFrom
    }

    /// Its cur/ as the ledger writes it.
    var cur: String { maildir.identity + "/cur" }
}
