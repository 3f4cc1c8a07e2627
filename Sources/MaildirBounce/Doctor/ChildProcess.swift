import Bytes
import Glibc

/// Runs a program of the system and takes what it prints.
enum ChildProcess {
    /// Where Debian has Postfix's programs, which the PATH of an ordinary user leaves out.
    private static let folders = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/postfix/sbin"]
    /// The maximum output that is read, in bytes.
    private static let outputLimit = 1 << 20

    /// The path of a program; `nil` if there is none.
    static func find(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let candidates = path.split(separator: ":").map(String.init) + folders
        return candidates.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }

    /// What the program prints on standard output; `nil` if it cannot be run or ends with another status than 0.
    static func output(_ path: String, _ arguments: [String]) -> String? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, nil, words, environ)
        close(ends[1])
        guard code == 0 else { return nil }
        let contents = try? FileContents.read(descriptor: ends[0], limit: outputLimit)
        var status: Int32 = 0
        _ = systemCall { waitpid(process, &status, 0) }
        guard status == 0, let contents, !contents.isCut else { return nil }
        return String(decoding: contents.bytes, as: UTF8.self)
    }
}
