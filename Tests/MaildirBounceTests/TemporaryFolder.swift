import Foundation
import Testing

/// A folder that is gone when the test is over.
final class TemporaryFolder {
    let root: String

    init() throws {
        var template = Array("/tmp/maildir-bounce-test.XXXXXX".utf8CString)
        root = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        // A test may have taken rights away.
        _ = try? Process.run(URL(fileURLWithPath: "/bin/chmod"), arguments: ["-R", "u+rwX", root]).waitUntilExit()
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String { root + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = path(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Makes an empty Maildir and gives its path.
    func makeMaildir(_ name: String = "Maildir") throws -> String {
        for part in ["cur", "new", "tmp"] {
            try FileManager.default.createDirectory(atPath: path("\(name)/\(part)"), withIntermediateDirectories: true)
        }
        return path(name)
    }

    /// The names below a folder, sorted.
    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
    }

    /// Every file below the folder: name, kind, mode, size, time of last change and content. Two equal answers mean that
    /// nothing was written.
    func everything() throws -> String {
        let script = """
            cd "$1" && find . -printf '%p %y %m %s %T@ %l\\n' | LC_ALL=C sort && \
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
            """
        let run = try Program.command(["/bin/bash", "-c", script, "bash", root])
        #expect(run.status == 0)
        return run.text
    }
}
