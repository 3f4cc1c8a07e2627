import Foundation
import Testing

/// Other programs that tests run.
enum Tool {
    /// Whether a command works. Where CI is set nothing is skipped: what is missing then fails.
    static func isThere(_ command: String) -> Bool {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? shell("\(command) >/dev/null 2>&1"))?.status == 0
    }

    static func skip(_ package: String) -> Comment {
        "skipped: \(package) is not installed; scripts/install-deps.sh test installs it"
    }

    /// A kind of indexed map that this Postfix can make: Debian 12 has hash, later systems have lmdb.
    static func postfixMapType() throws -> String {
        let types = try shell("d=$(mktemp -d); touch $d/main.cf $d/master.cf; postconf -c $d -m; rm -r $d").lines
        return types.contains("hash") ? "hash" : "lmdb"
    }

    private static func shell(_ script: String) throws -> Run {
        try Program.command(["/bin/bash", "-c", "PATH=$PATH:/usr/sbin:/sbin; \(script)"])
    }
}
