import Glibc

@testable import Maildir

/// Whether, and how, a test can act as a user who may not do everything.
enum Unprivileged {
    private typealias SetID = @convention(c) (UInt32) -> Int32
    private static let nobody: UInt32 = 65534

    /// False only for root on a C library without setfsuid(2); permissions mean nothing to root.
    static var isPossible: Bool { geteuid() != 0 || setfsuid != nil }

    /// Runs `body` under the permissions of somebody who is not root. For root, this thread alone gives its rights to
    /// files up for the time; anybody else has no more rights than he should.
    static func run<Value>(_ body: () throws -> Value) rethrows -> Value {
        guard geteuid() == 0, let setfsuid else { return try body() }
        _ = setfsuid(nobody)
        defer { _ = setfsuid(0) }
        return try body()
    }

    private static var setfsuid: SetID? {
        dlsym(nil, "setfsuid").map { unsafeBitCast($0, to: SetID.self) }
    }
}

/// A folder on another file system than the temporary folder.
enum OtherFileSystem {
    static let path = "/dev/shm"

    static var isThere: Bool {
        guard let here = try? TestFolder(), let there = try? TestFolder(in: path) else { return false }
        return here.device != there.device
    }
}

/// A file system of 64 KiB, which is soon full.
final class SmallDisk {
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        let child = try Child(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])
        guard child.wait() == 0 else { throw SystemFailure(call: "mount", number: EPERM) }
    }

    deinit {
        _ = try? Child(["umount", "--lazy", folder.path]).wait()
    }

    static var isPossible: Bool { geteuid() == 0 && (try? SmallDisk()) != nil }
}

/// A child process, with a pipe to its standard input and one from its standard output.
final class Child {
    private var process: pid_t = 0
    private var input: Int32 = -1
    private var output: Int32 = -1

    init(_ arguments: [String]) throws {
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        // Close on exec: no other child may inherit an end, and hold a pipe or a lock open for us.
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw SystemFailure(call: "pipe", number: errno) }
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        let error = posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ)
        close(toChild[0])
        close(fromChild[1])
        input = toChild[1]
        output = fromChild[0]
        guard error == 0 else { throw SystemFailure(call: "posix_spawnp", number: error) }
    }

    deinit {
        closeInput()
        close(output)
    }

    /// One byte of its output; nil at the end.
    func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return read(output, &byte, 1) == 1 ? byte : nil
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Its exit status, once it has ended; nil where a signal ended it.
    func wait() -> Int32? {
        closeInput()
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }
}
