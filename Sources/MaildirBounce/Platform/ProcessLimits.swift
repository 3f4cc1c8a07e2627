import Glibc

/// The limits of this process, checked before anything is started.
enum ProcessLimits {
    /// How many file descriptors must be free: for the Maildir, the ledger and its WAL files, the archive's folders
    /// (three for each class), and for libdispatch, which aborts if it gets none.
    static let descriptorsNeeded = 64
    /// With at least this limit the number of free descriptors is not checked. Systems allow 1,024.
    private static let descriptorsPlenty: rlim_t = 256

    /// Ignores the signals that kill a process that exceeds the file size limit or writes to a closed pipe: write(2)
    /// reports both. Then raises the limit on file descriptors as far as allowed.
    ///
    /// - Throws: a failure with status 75 if there are too few descriptors to work with.
    static func prepare() throws(Failure) {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        guard getrlimit(descriptorLimit, &limit) == 0, limit.rlim_cur < descriptorsPlenty else { return }
        limit.rlim_cur = min(limit.rlim_max, descriptorsPlenty)
        _ = setrlimit(descriptorLimit, &limit)
        guard areFree(descriptorsNeeded) else {
            throw Failure(
                ExitStatus.temporaryFailure,
                "this process may open too few files, and \(descriptorsNeeded) are needed; raise the limit (ulimit -n), then "
                    + "run again")
        }
    }

    private static let descriptorLimit = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Whether that many descriptors can be opened; closes them again.
    private static func areFree(_ count: Int) -> Bool {
        let first = open("/dev/null", O_RDONLY | O_CLOEXEC)
        var taken = first >= 0 ? [first] : []
        defer { for descriptor in taken { close(descriptor) } }
        while taken.count < count {
            let descriptor = fcntl(first, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else { return false }
            taken.append(descriptor)
        }
        return true
    }
}
