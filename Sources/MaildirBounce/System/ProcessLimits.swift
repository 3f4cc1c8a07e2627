import Glibc

/// What the system lets this process have, asked before anything is begun.
enum ProcessLimits {
    /// How many file descriptors must be free: for the Maildir, the ledger and the files beside it, the archive's folders
    /// (three a class), and for libdispatch, which ends a process that it cannot give one more.
    static let descriptorsNeeded = 64
    /// From this limit on nobody is asked whether so many are free. Systems allow 1,024.
    private static let descriptorsPlenty: rlim_t = 256

    /// Takes the signals away that end a process that writes too much or to nobody: write(2) tells both. Then raises the
    /// limit on file descriptors as far as that is allowed.
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

    /// Whether so many descriptors can be had; gives them back.
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
