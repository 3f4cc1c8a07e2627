import Classifier
import Glibc
import TOMLKit

/// What an installation has set, before options: the configuration file.
struct Configuration {
    /// Where the file is looked for when `--config` is not given.
    static let defaultPath = "/etc/maildir-bounce.toml"

    var maildir: String?
    var ledger: String?
    var archive: String?
    var classifier = Settings()

    /// Reads the file at `path`, or the one at ``defaultPath`` where it exists, or nothing.
    static func load(_ path: String?) throws(Failure) -> Configuration { Configuration() }
}
