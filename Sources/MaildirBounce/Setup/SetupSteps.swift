import Bytes
import Glibc
import Ledger
import LedgerPostgreSQL
import Maildir
import ReturnPath

/// Creates what is missing of an installation, and reports each step. What exists is not changed.
struct SetupSteps {
    /// Say what would be done.
    let isDryRun: Bool
    let tell: (String) throws(Failure) -> Void
    private(set) var made = 0

    init(isDryRun: Bool, tell: @escaping (String) throws(Failure) -> Void) {
        self.isDryRun = isDryRun
        self.tell = tell
    }

    mutating func run(_ setup: Setup) throws {
        // What we make has the mode that we name, whatever the caller's umask.
        let mask = umask(0o022)
        defer { umask(mask) }
        if !exists(setup.config) || setup.namesKey { try makeKey(setup) }
        try makeConfig(setup)
        try makeMaildir(setup.maildir, for: setup.user)
        if let archive = setup.archive {
            try makeParents(of: archive)
            try makeFolder(archive, mode: 0o700, for: setup.user)
        }
        try makeLedger(setup.ledger, for: setup.user)
    }

    // MARK: Steps

    private mutating func makeConfig(_ setup: Setup) throws(Failure) {
        if exists(setup.config) { return try tell("kept \(setup.config); it is never written over") }
        try note("\(setup.config)")
        guard !isDryRun else { return }
        let descriptor = open(setup.config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw cannotMake(setup.config, errno) }
        do throws(SystemError) {
            try closing(descriptor) { () throws(SystemError) in
                try writeAll(Array(ConfigTemplate.text(setup).utf8), to: descriptor)
                guard fsync(descriptor) == 0 else { throw SystemError.last }
            }
        } catch {
            // Half a configuration would be kept by the next run.
            unlink(setup.config)
            throw cannotMake(setup.config, error.code)
        }
    }

    /// The key that signs return paths. Who scans may read it, and nobody else but root.
    private mutating func makeKey(_ setup: Setup) throws {
        let path = setup.key
        if exists(path) { return try tell("kept \(path)") }
        let isRoot = geteuid() == 0
        try note(isRoot ? "\(path), 0640, of root and the group of \(setup.user.name)" : "\(path), 0600")
        guard !isDryRun else { return }
        let text = try SigningKey.random() + "\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw cannotMake(path, errno) }
        do throws(SystemError) {
            try closing(descriptor) { () throws(SystemError) in
                try writeAll(Array(text.utf8), to: descriptor)
                if isRoot {
                    guard fchown(descriptor, 0, setup.user.groupID) == 0, fchmod(descriptor, 0o640) == 0 else {
                        throw SystemError.last
                    }
                }
                guard fsync(descriptor) == 0 else { throw SystemError.last }
            }
        } catch {
            unlink(path)
            throw cannotMake(path, error.code)
        }
    }

    private mutating func makeMaildir(_ path: String, for user: Account) throws {
        let isWhole = ["", "/new", "/cur", "/tmp"].allSatisfy { exists(path + $0) }
        if isWhole { return try keep(path, user) }
        try makeParents(of: path)
        try makeFolder(path, mode: 0o700, for: user)
        guard !isDryRun else { return }
        // With the user's rights: a link that stands in his folder leads only to where he may write himself.
        try user.run {
            _ = try Maildir.make(at: path)
        }
        try note("\(path)/new, cur and tmp, 0700, of \(user.name)")
    }

    private mutating func makeLedger(_ path: String, for user: Account) throws {
        if LedgerStore.isAddress(path) {
            try note("\(path), where it has no tables yet")
        } else {
            if exists(path) {
                try checkWhole(path)
                return try keep(path, user)
            }
            let folder = FilePath.split(path).parent
            try makeParents(of: folder)
            try makeFolder(folder, mode: 0o750, for: user)
            try note("\(path), 0640, of \(user.name)")
        }
        guard !isDryRun else { return }
        let mask = umask(0o027)
        defer { umask(mask) }
        try user.run {
            _ = try LedgerStore(path: path, mode: .readWrite, policy: Policy(), adoption: .onRebuild)
        }
    }

    /// A ledger that is no good must not be kept in silence; one of an earlier version is for the next scan.
    private func checkWhole(_ path: String) throws(LedgerError) {
        do {
            _ = try LedgerStore(path: path, mode: .readOnly, policy: Policy())
        } catch {
            if error.category == .inputOutput { throw error }
        }
    }

    // MARK: Folders

    /// Creates the parent folders of `path`, which everybody may traverse.
    private mutating func makeParents(of path: String) throws(Failure) {
        let folder = FilePath.split(path).parent
        guard folder != path, !exists(folder) else { return }
        try makeParents(of: folder)
        try note("\(folder)")
        guard !isDryRun else { return }
        guard mkdir(folder, 0o755) == 0 else { throw cannotMake(folder, errno) }
    }

    private mutating func makeFolder(_ path: String, mode: mode_t, for user: Account) throws(Failure) {
        if exists(path) { return try keep(path, user) }
        try note("\(path), \(octal(mode)), of \(user.name)")
        guard !isDryRun else { return }
        guard mkdir(path, mode) == 0 else { throw cannotMake(path, errno) }
        guard geteuid() == 0 else { return }
        // The folder that we created, not what somebody may have put in its place.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotMake(path, errno) }
        defer { close(descriptor) }
        guard fchown(descriptor, user.userID, user.groupID) == 0 else { throw cannotMake(path, errno) }
    }

    // MARK: Words

    private mutating func note(_ what: String) throws(Failure) {
        made += 1
        try tell("\(isDryRun ? "would make" : "made") \(what)")
    }

    private func keep(_ path: String, _ user: Account) throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != user.userID else { return try tell("kept \(path)") }
        try tell("kept \(path), which belongs to \(Account.name(of: status.st_uid)) and not to \(user.name)")
    }

    private func cannotMake(_ path: String, _ code: Int32) -> Failure {
        let advice =
            switch code {
            case EACCES, EPERM: "run init as root, or name another place"
            case ENOENT: "make its folder first"
            case EEXIST: "something else is there; move it away, or name another place"
            default: "correct that, then run init again: it does the rest"
            }
        return Failure(ExitStatus.cannotCreate, "cannot make \(path): \(systemMessage(code)); \(advice)")
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
