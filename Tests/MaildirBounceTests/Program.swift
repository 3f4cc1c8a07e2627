import Foundation
import Testing

/// What one run of the program left behind.
struct Run {
    let status: Int32
    let output: Data
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(whereSeparator: \.isNewline).map(String.init) }
    var errorLines: [String] { errors.split(whereSeparator: \.isNewline).map(String.init) }

    /// The output as JSON objects, one a line.
    func objects() throws -> [[String: Any]] {
        try lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }
}

/// The real binary, built beside the tests.
enum Program {
    static let path: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("maildir-bounce").path
    }()

    /// Whether a sanitizer watches the tests and the program: it takes memory and addresses of its own.
    static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

    /// Runs the program and waits for it.
    ///
    /// - Parameter asNobody: as a user without rights; only where the tests run as root.
    static func run(_ arguments: [String], input: Data = Data(), asNobody: Bool = false) throws -> Run {
        try command(asNobody ? asUser + [path] + arguments : [path] + arguments, input: input)
    }

    static func run(_ arguments: String..., input: Data = Data()) throws -> Run {
        try run(arguments, input: input)
    }

    /// Starts the program and does not wait.
    static func start(_ arguments: [String], output: Any = FileHandle.nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs a shell script in which `$PROGRAM` is the binary and `$1`, `$2`, … are `arguments`.
    static func shell(_ script: String, _ arguments: String...) throws -> Run {
        try command(["/usr/bin/env", "PROGRAM=\(path)", "/bin/bash", "-c", script, "bash"] + arguments)
    }

    /// Runs any command. Output goes through files, so that no pipe fills up.
    static func command(_ command: [String], input: Data = Data()) throws -> Run {
        let folder = try TemporaryFolder()
        let (inputFile, outputFile, errorFile) = (folder.path("in"), folder.path("out"), folder.path("err"))
        try input.write(to: URL(fileURLWithPath: inputFile))
        for file in [outputFile, errorFile] { try Data().write(to: URL(fileURLWithPath: file)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputFile))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
        try process.run()
        process.waitUntilExit()
        // A signal's number as shells report it.
        let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
        return Run(
            status: status, output: try Data(contentsOf: URL(fileURLWithPath: outputFile)),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errorFile)), as: UTF8.self))
    }

    /// Every file below a folder: name, kind, mode, size, time of last change and content. Two equal answers mean that
    /// nothing was written.
    static func tree(_ folder: String) throws -> String {
        let script = """
            cd "$1" && find . -printf '%p %y %m %s %T@ %l\\n' | LC_ALL=C sort && \
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
            """
        let run = try command(["/bin/bash", "-c", script, "bash", folder])
        #expect(run.status == 0)
        return run.text
    }

    static var isRoot: Bool { geteuid() == 0 }

    /// What makes a command run as nobody.
    private static let asUser = [
        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
    ]
}
