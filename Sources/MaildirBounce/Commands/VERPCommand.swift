import ArgumentParser
import Bytes
import Classifier
import Glibc
import Ledger
import ReturnPath

/// `verp`: return paths that name their recipient and prove that we wrote them.
struct VERPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verp",
        abstract: "Make and read signed return paths.",
        discussion: """
            A mail to bob@dest.example that is sent from bounce+k1…+bob=dest.example@news.example brings its report to an \
            address that names bob, and whose signature nobody can forge. The configuration names the key:

                [verp]
                keys = ["file:/etc/maildir-bounce.key"]   # the first signs, all verify
                return_path = "bounce@news.example"
                expiry_days = 60                          # may be left out: tags are good for ever
                patterns = ["b.{id}@news.example"]        # may be left out: return paths that hold an id of yours

                [trust]
                require = "signed"                        # reports without a good signature change no counter

            Example: maildir-bounce verp make bob@dest.example
            """,
        subcommands: [VERPMakeCommand.self, VERPReadCommand.self, VERPKeyCommand.self])
}

/// `verp make`
struct VERPMakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Print the envelope sender for a mail to an address.",
        discussion: """
            With --purpose unsubscribe it is the address for List-Unsubscribe instead, at [unsubscribe] address: who sends an \
            empty mail there has proved who he is, and gets no more mail of that stream.

            Example: sendmail -f "$(maildir-bounce verp make bob@dest.example)" bob@dest.example < news.eml
            Example: List-Unsubscribe: <mailto:$(maildir-bounce verp make --purpose unsubscribe bob@dest.example)>

            Exit status: 0 done, 64 usage, 65 this is no address, or the tag would be longer than the 64 octets of a local \
            part, 78 no key, or the configuration is wrong.
            """)

    @Argument(help: "The recipient.")
    var address: String

    @Option(
        help: ArgumentHelp(
            "The address that reports go to, such as bounce@news.example; else return_path of the configuration.",
            valueName: "address"))
    var returnPath: String?

    /// What a signed address is for.
    enum Purpose: String, ExpressibleByArgument, CaseIterable {
        case bounce, unsubscribe
    }

    @Option(help: "What the address is for: bounce or unsubscribe.")
    var purpose = Purpose.bounce

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let configuration = try config.load()
        let configured =
            purpose == .bounce ? configuration.verp.returnPath : configuration.unsubscribe.addresses.first?.text
        guard let path = returnPath ?? configured else {
            throw ValidationError(
                purpose == .bounce
                    ? "no return path: give --return-path ADDRESS, or set verp.return_path"
                    : "no address for requests: give --return-path ADDRESS, or set unsubscribe.address")
        }
        guard let key = try configuration.verp.loadKeys().first else { throw noKeys }
        guard let recipient = CanonicalAddress(address) else {
            throw Failure(ExitStatus.dataError, "\(address): this is no mail address; write it as name@example.org")
        }
        let sender: String
        do {
            sender = try configuration.verp.sender(for: recipient, from: path, key: key, at: Int64(time(nil)))
        } catch {
            throw Failure(ExitStatus.dataError, error.description)
        }
        try StandardOutput.use { output in try output.write(line: sender) }
    }
}

/// `verp read`
struct VERPReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Say whom a return path names, whether its signature holds, and which id of yours it holds.",
        discussion: """
            Example: maildir-bounce verp read 'bounce+k1f00c0ffee123+bob=dest.example@news.example'

            Exit status: 0 the signature holds, 64 usage, 65 it does not, or has expired, or there is none (an id proves \
            nothing), 78 neither a key nor a pattern, or the configuration is wrong.
            """)

    @Argument(help: "The address that a report was delivered to, or its local part.")
    var tag: String

    @Option(help: "How to print: text for people, jsonl for programs (one JSON object).")
    var format: RecordFormat = .text

    @OptionGroup var config: ConfigOptions

    func run() throws {
        let settings = try config.load().classifierWithKeys()
        guard !settings.verpKeys.isEmpty || !settings.returnPathPatterns.isEmpty else { throw noKeys }
        let address = tag.contains("@") ? tag : tag + "@localhost"
        let found = VERP.tag(in: [address.lowercased()], settings: settings, arrival: Int64(time(nil)))
        let id = VERP.id(in: [address], settings: settings)
        guard found != nil || id != nil else {
            throw Failure(
                ExitStatus.dataError,
                "\(tag): this names no recipient; a return path does so as bounce+bob=dest.example@…")
        }
        let day = found?.day.flatMap { timestamp(Int64($0) * CalendarTime.secondsPerDay) }.map { String($0.prefix(10)) }
        try StandardOutput.use { output in
            switch format {
            case .text:
                var words = found.map { ["\($0.recipient): \($0.trust.rawValue)"] } ?? []
                if let id { words.append("id \(id)") }
                if let key = found?.keyID { words.append("key \(key)") }
                if let day { words.append("made \(day)") }
                try output.write(line: terminalSafe(words.joined(separator: ", ")))
            case .jsonl:
                var json = JSONWriter()
                json.object { writer in
                    writer.member("recipient", found?.recipient)
                    writer.member("trust", found?.trust.rawValue)
                    writer.member("key", found?.keyID)
                    writer.member("day", day)
                    writer.member("tag_id", id)
                }
                json.endLine()
                try output.write(json.bytes)
            }
            guard found?.trust == .valid else { throw ExitCode(ExitStatus.dataError) }
        }
    }
}

/// `verp key`
struct VERPKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print a new random key.",
        discussion: """
            To change keys, put the new one first and leave the old one after it until no report to its mails can come \
            any more: two weeks are plenty.

            Example: (umask 077; maildir-bounce verp key > /etc/maildir-bounce.key)

            Exit status: 0 done, 64 usage.
            """)

    @Option(
        name: .customLong("id"),
        help: ArgumentHelp(
            "The key's name, two lower-case letters or digits; else random ones.", valueName: "name"))
    var name: String?

    func run() throws {
        let key: String
        do {
            key = try SigningKey.random(id: name)
        } catch {
            throw ValidationError("\(error)")
        }
        try StandardOutput.use { output in try output.write(line: key) }
    }
}

private let noKeys = Failure(
    ExitStatus.configuration,
    "no key: make one with maildir-bounce verp key, and name its file in the configuration as keys = [\"file:…\"] in [verp]"
)
