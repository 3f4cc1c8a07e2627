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
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nothing >= 0 else { return nil }
        defer { close(nothing) }
        guard let ends = try? Spawn.pipe() else { return nil }
        defer { close(ends.start) }
        let process = try? Spawn.start([path] + arguments, input: nothing, output: ends.end, errors: nothing)
        close(ends.end)
        guard let process else { return nil }
        let contents = try? FileContents.read(descriptor: ends.start, limit: outputLimit)
        var status: Int32 = 0
        _ = systemCall { waitpid(process, &status, 0) }
        guard status == 0, let contents, !contents.isCut else { return nil }
        return String(decoding: contents.bytes, as: UTF8.self)
    }
}
