import Glibc

/// The configuration: whether there is one, and whether it can be used.
enum ConfigCheck {
    static let subject = "config"

    /// The configuration, or `nil` if there is none or it is wrong; and the findings about it.
    static func look(_ path: String?) -> (configuration: Configuration?, findings: [Finding]) {
        let file = path ?? Configuration.defaultPath
        guard path != nil || access(file, F_OK) == 0 else {
            return (
                nil,
                [
                    .warning(
                        subject, "there is no \(file)",
                        why: "every command then needs --maildir and --ledger, and signed return paths have no key",
                        mend: "maildir-bounce init")
                ]
            )
        }
        do throws(Failure) {
            let configuration = try Configuration(ConfigTable(file: file))
            var findings: [Finding] = []
            if let rules = configuration.rules {
                findings += RulesFile(rules).problems.map { problem in
                    .error(
                        subject, problem.message, why: "no mail is judged without the rules",
                        mend: "maildir-bounce rules check \(rules.shellQuoted)")
                }
            }
            if !configuration.verp.keys.isEmpty {
                do throws(Failure) {
                    _ = try configuration.verp.loadKeys()
                } catch {
                    findings.append(
                        .error(
                            subject, error.message, why: "no scan runs while a key that is named cannot be read",
                            mend: "correct what the line says; run doctor as the user who scans"))
                }
            }
            return (configuration, findings + (findings.isEmpty ? [.ok(subject, "\(file) can be used")] : []))
        } catch {
            return (
                nil,
                [
                    .error(
                        subject, error.message, why: "no command runs with a configuration that is wrong",
                        mend: "correct the line that it names")
                ]
            )
        }
    }
}
