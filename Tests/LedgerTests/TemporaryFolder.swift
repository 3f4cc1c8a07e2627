import Glibc
import TestSupport

@testable import Ledger
@testable import LedgerPostgreSQL

/// A folder that goes away with the value.
final class TemporaryFolder: FreshFolder {
    /// A ledger of the folder's own, where the tests are run on PostgreSQL too.
    var ledger: String { TestServer.address(schema: "folder_" + path.suffix(6)) ?? file }

    var file: String { path + "/ledger.sqlite" }

    /// Which files there are and what is in them.
    func contents() -> String {
        shell("cd '\(path)' && find . -type f -exec sha256sum {} + | sort")
    }

    /// The folder's and every file's rights, size, time and content. Read by another process: closing a descriptor here would take
    /// away the locks of the connections of this one.
    func listing() -> String {
        shell(
            "cd '\(path)' && stat -c '%a %y' . && ls -lA --time-style=full-iso && find . -type f -exec sha256sum {} + | sort"
        )
    }
}

/// What a shell command prints.
func shell(_ command: String) -> String {
    guard let pipe = popen(command + " 2>&1", "r") else { return "" }
    defer { pclose(pipe) }
    var output = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, pipe)
        if count == 0 { break }
        output.append(contentsOf: buffer[..<count])
    }
    return String(decoding: output, as: UTF8.self)
}
