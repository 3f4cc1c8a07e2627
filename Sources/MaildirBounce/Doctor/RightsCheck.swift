import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL

/// Whether the user that the schedule runs as has the permissions that a scan needs. As root, who may do everything,
/// problems would not show.
struct RightsCheck {
    static let subject = "rights"

    /// A file or folder, and what a scan does with it.
    struct Need: Equatable {
        var path: String
        /// `R_OK`, `W_OK` and `X_OK` of access(2).
        var mode: Int32
        /// As the end of "may not …".
        var what: String
    }

    var needs: [Need] = []

    /// - Parameter configuration: the file, and what it says; `nil` if there is none.
    init(
        maildir: String?, ledger: String?, archive: String?, configuration: (path: String, contents: Configuration)?
    ) {
        if let configuration {
            read(configuration.path)
            if let rules = configuration.contents.rules { read(rules) }
            for case .file(let path) in configuration.contents.verp.keys { read(path) }
            if let metrics = configuration.contents.metrics { change(FilePath.split(metrics).parent) }
        }
        if let maildir {
            for name in ["new", "cur"] { change("\(maildir)/\(name)") }
            if archive != nil || exists("\(maildir)/tmp") { change("\(maildir)/tmp") }
        }
        if let archive { change(archive, orMakeIn: FilePath.split(archive).parent) }
        if let archive, exists(archive), let names = try? FolderListing(BytePath(archive)) {
            for index in 0..<min(names.count, Self.mostFolders) {
                let folder = BytePath(archive).appending(names[index]).text
                for part in ["cur", "tmp"] where exists("\(folder)/\(part)") { change("\(folder)/\(part)") }
            }
        }
        if let ledger, !LedgerStore.isAddress(ledger) {
            change(FilePath.split(ledger).parent)
            for suffix in ["", "-wal", "-shm"] where exists(ledger + suffix) { write(ledger + suffix) }
        }
    }

    /// The number of an archive's folders that are checked; there is one for each class.
    private static let mostFolders = 50

    private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private mutating func read(_ path: String) { needs.append(Need(path: path, mode: R_OK, what: "read")) }

    private mutating func write(_ path: String) {
        needs.append(Need(path: path, mode: R_OK | W_OK, what: "read and write"))
    }

    private mutating func change(_ path: String, orMakeIn parent: String? = nil) {
        let folder = parent.flatMap { exists(path) ? nil : $0 } ?? path
        needs.append(Need(path: folder, mode: R_OK | W_OK | X_OK, what: "change what is in"))
    }

    /// What these users may not do. `nil` if we are not one of them and not root, who can switch to them.
    func findings(for users: [String]) -> [Finding] {
        var findings: [Finding] = []
        for user in users where geteuid() == 0 && user != "root" {
            guard let account = Account(named: user) else {
                findings.append(
                    .error(
                        Self.subject, "there is no user \(user), as whom the schedule runs the scan",
                        why: "nothing is scanned",
                        mend:
                            "useradd --system --user-group --no-create-home --shell /usr/sbin/nologin \(user.shellQuoted)"
                    ))
                continue
            }
            findings += self.findings(for: account)
        }
        return findings
    }

    private func findings(for account: Account) -> [Finding] {
        let denied = try? account.run { () -> [(Need, Int32)] in
            needs.compactMap { need in
                faccessat(AT_FDCWD, need.path, need.mode, AT_EACCESS) == 0 ? nil : (need, errno)
            }
        }
        guard let denied else { return [] }
        guard !denied.isEmpty else {
            return [.ok(Self.subject, "\(account.name), as whom the schedule runs the scan, has the rights for it")]
        }
        return denied.map { need, code in
            let path = need.path.shellQuoted
            let mend =
                need.mode & W_OK != 0
                ? "chown \(account.name.shellQuoted) \(path), or give that user the right"
                : "chgrp \(groupName(account.groupID)) \(path) && chmod g+r \(path)"
            return .error(
                Self.subject,
                "\(account.name), as whom the schedule runs the scan, may not \(need.what) \(need.path): "
                    + systemMessage(code),
                why: "every scan fails, or leaves mails where they are",
                mend: "\(mend); each folder above needs x for it")
        }
    }

    private func groupName(_ group: gid_t) -> String {
        getgrgid(group).flatMap { $0.pointee.gr_name }.map { String(cString: $0).shellQuoted } ?? "\(group)"
    }
}
