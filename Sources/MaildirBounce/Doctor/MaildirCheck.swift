import Bytes
import Glibc

/// The Maildir: whether it is complete, its owner, its permissions, and whether filing is a rename.
struct MaildirCheck {
    static let subject = "maildir"

    /// What stat(2) says of a folder; `nil` if there is none.
    struct Folder: Equatable {
        var isFolder = true
        var owner: uid_t
        var mode: mode_t
        var device: UInt64
    }

    var path: String
    var whole: Folder?
    /// new, cur and tmp.
    var parts: [String: Folder] = [:]
    /// The archive, if there is one.
    var archive: (path: String, folder: Folder)?

    init(path: String, whole: Folder?, parts: [String: Folder] = [:]) {
        self.path = path
        self.whole = whole
        self.parts = parts
    }

    /// Looks.
    init(path: String, archive: String?) {
        self.init(path: path, whole: folderStatus(path))
        for name in ["new", "cur", "tmp"] { parts[name] = folderStatus("\(path)/\(name)") }
        if let archive, let folder = folderStatus(archive) { self.archive = (archive, folder) }
    }

    func findings() -> [Finding] {
        let quoted = path.shellQuoted
        let isThere = whole?.isFolder == true
        guard isThere, let whole else {
            return [
                .error(
                    Self.subject, "\(path) is no folder, or may not be looked into",
                    why: "Postfix cannot deliver bounces there, and nothing can be counted",
                    mend: "maildir-bounce init --maildir \(quoted), or name the right one with --maildir; "
                        + "run as its owner"
                )
            ]
        }
        var findings: [Finding] = []
        for name in ["new", "cur", "tmp"] {
            guard let part = parts[name], part.isFolder else {
                findings.append(
                    .error(
                        Self.subject, "\(path)/\(name) is missing, or no folder",
                        why: "a Maildir has new, cur and tmp; without one of them nothing is delivered or moved",
                        mend: "maildir-bounce init --maildir \(quoted)"))
                continue
            }
            if part.owner != whole.owner {
                findings.append(
                    .error(
                        Self.subject,
                        "\(path)/\(name) belongs to \(Account.name(of: part.owner)), the Maildir to \(Account.name(of: whole.owner))",
                        why: "who may deliver may then not move, or the other way round",
                        mend: "chown -R \(Account.name(of: whole.owner).shellQuoted) \(quoted)"))
            }
            if part.device != whole.device {
                findings.append(
                    .error(
                        Self.subject, "\(path)/\(name) is on another file system than the Maildir",
                        why: "a delivery ends with a rename from tmp to new, which no file system does for another",
                        mend: "put new, cur and tmp on one file system"))
            }
        }
        let modes = [whole.mode] + parts.values.map(\.mode)
        if modes.contains(where: { $0 & 0o002 != 0 }) {
            findings.append(
                .error(
                    Self.subject, "everybody may write in \(path)",
                    why: "anybody on this machine can put bounces there and so have addresses suppressed",
                    mend: "chmod -R o-rwx \(quoted)"))
        } else if modes.allSatisfy({ $0 & 0o005 != 0 }) {
            findings.append(
                .warning(
                    Self.subject, "everybody on this machine may look into \(path)",
                    why: "the reports hold the addresses of your recipients", mend: "chmod -R o-rwx \(quoted)"))
        }
        if let archive, archive.folder.device != whole.device {
            findings.append(
                .warning(
                    Self.subject, "the archive \(archive.path) is on another file system than the Maildir",
                    why: "each report is then copied and synchronised, which takes a hundred times as long as a rename",
                    mend: "put the archive next to the Maildir"))
        }
        guard findings.isEmpty else { return findings }
        return [.ok(Self.subject, "\(path): new, cur and tmp, of \(Account.name(of: whole.owner))")]
    }
}

private func folderStatus(_ path: String) -> MaildirCheck.Folder? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return MaildirCheck.Folder(
        isFolder: status.st_mode & S_IFMT == S_IFDIR, owner: status.st_uid, mode: status.st_mode & 0o7777,
        device: UInt64(status.st_dev))
}

extension String {
    /// The text as a word that a shell takes, for a command that a person is told to give.
    var shellQuoted: String {
        let isPlain = utf8.allSatisfy { $0.isLetterOrDigit || "/._-+@:=,".utf8.contains($0) }
        if isPlain, !isEmpty { return self }
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
