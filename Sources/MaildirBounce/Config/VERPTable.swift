import Bytes
import Classifier
import Glibc
import Ledger
import ReturnPath

/// The table `[verp]`: how return paths are signed.
///
/// ```toml
/// [verp]
/// keys = ["file:/etc/maildir-bounce.key"]   # the first signs, all verify
/// return_path = "bounce@news.example"
/// delimiter = "+"
/// expiry_days = 60
/// patterns = ["b.{id}@news.example"]        # return paths that hold an id of the sending application
/// ```
struct VERPTable {
    /// `file:PATH`, or a key itself.
    var keys: [KeySource] = []
    var returnPath: String?
    /// Postfix's recipient_delimiter.
    var delimiter = UInt8(ascii: "+")
    /// For how many days a tag is good; tags carry their day if it is set.
    var expiryDays: Int?
    /// Forms of return paths that hold an id of the sending application.
    var patterns: [ReturnPathPattern] = []

    init() {}

    init(_ table: inout ConfigTable) throws(Failure) {
        returnPath = try table.string("return_path")
        expiryDays = try table.integer("expiry_days", in: 1...3_650)
        if let text = try table.string("delimiter") {
            guard text.utf8.count == 1, let first = text.utf8.first, "+-.#".utf8.contains(first) else {
                throw table.wrong("delimiter", "must be one of + - . #, as Postfix's recipient_delimiter")
            }
            delimiter = first
        }
        for text in try table.strings("keys") ?? [] {
            if text.hasPrefix("file:") {
                keys.append(.file(String(text.dropFirst(5))))
                continue
            }
            do {
                keys.append(.key(try SigningKey(text)))
            } catch {
                throw table.wrong("keys", "holds what is neither file:PATH nor a key: \(error)")
            }
            // Whoever reads the key can forge reports.
            guard !table.isWorldReadable else {
                throw table.wrong(
                    "keys", "holds a key, and everybody may read this file; do chmod o-r \(table.file) first")
            }
        }
        for text in try table.strings("patterns") ?? [] {
            do {
                patterns.append(try ReturnPathPattern(text))
            } catch {
                throw table.wrong("patterns", "names \"\(text)\", which \(error)")
            }
        }
        guard patterns.count <= ReturnPathPattern.maximumCount else {
            throw table.wrong("patterns", "names more than \(ReturnPathPattern.maximumCount) forms")
        }
        try table.rejectUnknownKeys()
    }

    /// The envelope sender of a mail to `recipient`, signed on the day of `now`, in seconds since 1970.
    func sender(
        for recipient: CanonicalAddress, from returnPath: String, key: SigningKey, at now: Int64
    ) throws(SignedTagError) -> String {
        try SignedTag.make(
            recipient: recipient.text, returnPath: returnPath, key: key, delimiter: delimiter,
            day: expiryDays == nil ? nil : Int(CalendarTime.day(of: now)))
    }

    /// The keys, the one that signs first.
    /// A key file that exists and that this user may not read.
    var unreadableKey: String? {
        for case .file(let path) in keys where access(path, R_OK) != 0 && errno == EACCES { return path }
        return nil
    }

    func loadKeys() throws(Failure) -> [SigningKey] {
        var found: [SigningKey] = []
        for source in keys {
            switch source {
            case .key(let key): found.append(key)
            case .file(let path): found += try KeyFile.read(path)
            }
        }
        if let twice = found.indices.first(where: { index in found[..<index].contains { $0.id == found[index].id } }) {
            throw Failure(
                ExitStatus.configuration,
                "two keys of verp.keys are called \(found[twice].id); give one another name, the two characters before its colon"
            )
        }
        return found
    }
}

enum KeySource {
    case file(String)
    case key(SigningKey)
}

/// A file of keys, one a line; empty lines and lines that start with # are ignored.
enum KeyFile {
    /// The largest file that is read, in bytes.
    static let sizeLimit = 64 << 10

    static func read(_ path: String) throws(Failure) -> [SigningKey] {
        func failure(_ what: String) -> Failure { Failure(ExitStatus.configuration, "\(path): \(what)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let code = errno
            let remedy =
                code == ENOENT
                ? "; make one with (umask 077; maildir-bounce verp key > \(path))"
                : "; run as a user who may read it"
            throw failure("the key file cannot be read: \(systemMessage(code))\(remedy)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("the key file must be a file")
        }
        // Whoever reads the key can forge reports, whoever writes it can stop them all.
        guard status.st_mode & (S_IROTH | S_IWOTH) == 0 else {
            throw failure("everybody may read or write this key file; do chmod o-rwx \(path) first")
        }
        guard status.st_mode & S_IWGRP == 0 else {
            throw failure("a group may write this key file; do chmod g-w \(path) first")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw failure(
                "this key file belongs to another user (uid \(status.st_uid)); do chown root on it, and chgrp and chmod 640 "
                    + "for the user who scans")
        }
        let contents: FileContents
        do {
            contents = try FileContents.read(descriptor: descriptor, limit: sizeLimit, expected: Int(status.st_size))
        } catch {
            throw failure("the key file \(error.sentence)")
        }
        guard !contents.isCut else { throw failure("the key file is longer than \(sizeLimit) bytes") }
        var keys: [SigningKey] = []
        let lines = contents.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            do {
                keys.append(try SigningKey(text))
            } catch {
                throw Failure(ExitStatus.configuration, "\(path):\(number + 1): \(error)")
            }
        }
        guard !keys.isEmpty else { throw failure("the key file holds no key; maildir-bounce verp key prints one") }
        return keys
    }
}
