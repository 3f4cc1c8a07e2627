import Bytes
import Ledger

/// What `init` sets up: every answer, checked.
struct Setup: Equatable {
    /// The defaults, as in cron/bounce-scan.cron.
    static let defaultMaildir = "/var/mail/bounce/Maildir"
    static let defaultLedger = "/var/lib/maildir-bounce/ledger.sqlite"

    var config: String
    var maildir: String
    var ledger: String
    var archive: String?
    var returnPath: ReturnAddress
    var user: Account
    /// Whether a configuration that is there already names ``key``.
    var namesKey = false

    /// The file of the key that signs return paths, beside the configuration.
    var key: String { (config.hasSuffix(".toml") ? String(config.dropLast(".toml".count)) : config) + ".key" }

    /// The address that reports go to.
    struct ReturnAddress: Equatable {
        let local: String
        let domain: String
        var text: String { "\(local)@\(domain)" }

        /// - Throws: a failure with status 64 if it is not an address, or one that cannot be in a Postfix table as it
        ///   is.
        init(_ text: String) throws(Failure) {
            guard let address = CanonicalAddress(text), let at = address.text.lastIndex(of: "@") else {
                throw Failure(
                    ExitStatus.usage, "\(text): this is no return path; write it as bounce@bounce.example.com")
            }
            local = String(address.text[..<at])
            domain = String(address.text[address.text.index(after: at)...])
            guard local.utf8.allSatisfy({ $0.isLetterOrDigit || "._-".utf8.contains($0) }) else {
                throw Failure(
                    ExitStatus.usage,
                    "\(text): a return path has only letters, digits, dots, - and _ before the @, since the tag that "
                        + "names a recipient comes after it")
            }
        }
    }

    /// - Throws: a failure with status 64 if a path is not absolute: cron starts us in another folder.
    static func checkAbsolute(_ path: String, _ option: String) throws(Failure) {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw Failure(
                ExitStatus.usage, "\(option) \(path): give the whole path, from / on, since cron runs elsewhere")
        }
    }
}
