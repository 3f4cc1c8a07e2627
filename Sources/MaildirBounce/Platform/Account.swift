import Bytes
import Glibc

/// A user of the system, to whom files are given.
struct Account: Equatable {
    /// The user of the package and of cron/bounce-scan.cron.
    static let defaultName = "bounce"

    let name: String
    let userID: uid_t
    let groupID: gid_t

    /// The user with this name; `nil` if there is none.
    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        userID = entry.pointee.pw_uid
        groupID = entry.pointee.pw_gid
    }

    /// The user who runs us.
    static var current: Account {
        Account(name: Account.name(of: geteuid()), userID: geteuid(), groupID: getegid())
    }

    /// The owner of a folder or file; `nil` if it cannot be asked.
    init?(ownerOf path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(name: Account.name(of: status.st_uid), userID: status.st_uid, groupID: status.st_gid)
    }

    private init(name: String, userID: uid_t, groupID: gid_t) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
    }

    /// The account for `name`, or without one the default.
    ///
    /// - Throws: a failure with status 64 that says how to make the user, or who may give files away.
    static func find(_ name: String?) throws(Failure) -> Account {
        guard geteuid() == 0 else {
            let current = Account.current
            guard name == nil || name == current.name else {
                throw Failure(
                    ExitStatus.usage, "only root can set up for another user; run init as root, or leave out --user")
            }
            return current
        }
        let name = name ?? Account.defaultName
        guard let account = Account(named: name) else {
            throw Failure(
                ExitStatus.usage,
                "there is no user \(name): do useradd --system --user-group --no-create-home --shell "
                    + "/usr/sbin/nologin \(name) first, or name another with --user")
        }
        return account
    }

    /// Runs `body` with this user's rights, so that what it makes is his. Only root can; others are the user already.
    func run<Result>(_ body: () throws -> Result) throws -> Result {
        guard geteuid() == 0, userID != 0 else { return try body() }
        let group = getegid()
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        let count = getgroups(Int32(groups.count), &groups)
        defer {
            _ = seteuid(0)
            _ = setegid(group)
            if count >= 0 { _ = setgroups(Int(count), groups) }
        }
        // Root's groups must not give him additional permissions.
        guard count >= 0, initgroups(name, groupID) == 0, setegid(groupID) == 0, seteuid(userID) == 0 else {
            throw Failure(ExitStatus.cannotCreate, "cannot act as \(name): \(systemMessage(errno)); run init as root")
        }
        return try body()
    }

    /// The name of a user; his number where he has none.
    static func name(of userID: uid_t) -> String {
        getpwuid(userID).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "uid \(userID)"
    }
}
