import Bytes
import Glibc

/// Starts another program, without a shell.
enum Spawn {
    /// Starts a program, with signals as every program expects them: we ignore SIGPIPE, and may have been started with
    /// others blocked.
    ///
    /// - Parameters:
    ///   - command: its path and its arguments.
    ///   - input: its standard input, output and error are these descriptors; nil: ours.
    ///   - leadsGroup: whether it is the first of a process group of its own, so that what it has started can be ended
    ///     with it.
    static func start(
        _ command: [String], input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil, leadsGroup: Bool = false
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, standard) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
            if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, standard) }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, command[0], &actions, &attributes, words, environ)
        guard code == 0 else { throw SystemError(code) }
        return process
    }

    /// A pipe whose ends no program gets but as one of its standard descriptors.
    static func pipe() throws(SystemError) -> (start: Int32, end: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError.last }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
