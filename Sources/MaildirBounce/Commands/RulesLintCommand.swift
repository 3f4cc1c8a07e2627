import Bytes
import ArgumentParser
import Classifier
import RuleFiles
import Verdict

/// `rules lint`: reads mails, and compares each with what the file next to it expects. It writes nothing, and escapes
/// text from mails.
struct RulesLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Compare mails with what the files next to them expect.",
        discussion: """
            Reads each NAME.eml of folders, and compares the verdict with NAME.toml next to it:

                class = "hard-bounce"

                [[recipients]]
                address = "bob@dest.example"
                kind = "hard"
                reason = "userunknown"

            What a file does not name may be anything, but for a recipient. docs/rules.md has every key.

            Example: maildir-bounce rules lint --rules my-rules.toml mails

            Exit status: 0 all are as expected, 1 one differs, 65 no mail is there, 66 a mail is unreadable, 78 the rules cannot \
            be used.
            """)

    @OptionGroup var rules: RulesOption

    @Argument(help: ArgumentHelp("Folders of mails.", valueName: "folder"))
    var folders: [String]

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let classifier = Classifier(settings: try rules.load(config).classifierWithRules())
        let output = StandardOutput()
        let log = Log()
        var walker = PathWalker(RawArguments.paths(of: folders))
        var (count, wrong, isUnreadable) = (0, 0, false)
        while let item = walker.next() {
            if item.place == .found, !item.path.bytes.ends(with: ".eml".utf8) { continue }
            let mail: [UInt8]
            do throws(ReadProblem) {
                mail = try item.read().bytes
            } catch {
                isUnreadable = true
                log.error("\(item.path.text): \(error.sentence)")
                continue
            }
            count += 1
            let differences = differences(classifier.classify(mail), item.path)
            if !differences.isEmpty { wrong += 1 }
            for difference in differences {
                try output.write(line: terminalSafe("\(item.path.text): \(difference)"))
            }
        }
        try output.write(line: "\(count) mails, \(wrong) not as expected")
        try output.flush()
        if isUnreadable { throw ExitCode(ExitStatus.noInput) }
        guard count > 0 else {
            log.error("no mail is there: name a folder with NAME.eml, and NAME.toml next to it")
            throw ExitCode(ExitStatus.dataError)
        }
        if wrong > 0 { throw ExitCode(ExitStatus.different) }
    }

    private func differences(_ verdict: Verdict, _ mail: BytePath) -> [String] {
        let file = BytePath(mail.bytes.dropLast(4) + Array(".toml".utf8))
        do throws(ReadProblem) {
            let text = try FileContents.read(file, onlyRegular: false).bytes
            do throws(RuleProblem) {
                return try Expectation(text, file: file.text).differences(from: verdict)
            } catch {
                return ["\(error)"]
            }
        } catch {
            return ["\(file.text): \(error.sentence)"]
        }
    }
}

extension Collection<UInt8> {
    fileprivate func ends(with end: some Collection<UInt8>) -> Bool { suffix(end.count).elementsEqual(end) }
}
