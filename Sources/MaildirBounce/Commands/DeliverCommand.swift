import ArgumentParser
import Bytes
import Classifier
import Glibc
import Maildir

/// `deliver`: one message from a mail server's pipe into the Maildir.
struct DeliverCommand: PlainCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Deliver one message from standard input to the Maildir.",
        discussion: """
            For mail servers that reach the Maildir only through a pipe: an alias, a .forward, a transport. The message is \
            written to tmp, synchronised, and renamed to new, where it stands whole or not at all; a "From " line that \
            the server put before it is left out. It may be of any size and takes no memory by it. Says nothing when all \
            is well.

            For a webhook's receiver, too: the JSON that Amazon SNS, SendGrid, Postmark, Mailgun or Mailjet posts is divided \
            into its events, each a file, which a scan reads like reports. Who posted it is for the receiver to check: what \
            is delivered counts. Where it fails midway, let the service post it again: an event counts once.

            Example: maildir-bounce deliver --maildir /var/mail/bounce/Maildir < mail.eml
            Example: maildir-bounce deliver --maildir /var/mail/bounce/Maildir < body.json
            Example, in ~bounce/.forward: "|/usr/bin/maildir-bounce deliver"

            Exit status: 0 the message is on disk, 65 there was no message, 75 everything else.

            75 (EX_TEMPFAIL) makes Postfix, Exim and sendmail keep the message and come again. For any other status they \
            return it to its sender; a bounce has none, so it would be lost. So a wrong option, a wrong configuration and a \
            missing Maildir are 75 here too: the queue holds the message while you repair them. A message that was delivered \
            although the folder could not be synchronised comes once more, and counts once.
            """)

    /// EX_TEMPFAIL, whatever is wrong: see the help.
    static let failureStatus = ExitStatus.temporaryFailure

    @Option(
        help: ArgumentHelp(
            "The Maildir: the folder that holds cur, new and tmp; else maildir of the configuration.", valueName: "dir"
        ))
    var maildir: String?

    @OptionGroup var config: ConfigOptions

    init() {}

    /// Where the Maildir is, or if that is said.
    init?(plain arguments: some Sequence<String>) {
        guard let plain = PlainArguments(arguments, options: ["--maildir", "--config"]), plain.words.isEmpty else {
            return nil
        }
        maildir = plain.options["--maildir"]
        config = ConfigOptions(path: plain.options["--config"])
    }

    func run() throws {
        do {
            let head = try MessageHead.read(STDIN_FILENO)
            var named = maildir
            if named == nil { named = try config.load().maildir }
            guard let path = named else {
                throw Failure(
                    Self.failureStatus, "no Maildir: give --maildir DIR, or set maildir in the configuration")
            }
            // What root would write the owner could not read, nor move.
            try (Account(ownerOf: path) ?? .current).run {
                let maildir = try Maildir(opening: path)
                guard EventFile.mayBegin(head) else {
                    try maildir.deliver(head, thenFrom: STDIN_FILENO)
                    return
                }
                let body = try MessageHead.readRest(after: head, from: STDIN_FILENO, limit: Limits.eventFileBytes)
                // Each event is a file, as each report is. What cannot be divided is kept as it is.
                guard body.count <= Limits.eventFileBytes, let events = EventFile.events(in: body), !events.isEmpty
                else {
                    try maildir.deliver(body, thenFrom: STDIN_FILENO)
                    return
                }
                for event in events { try maildir.deliver(Array(body[event])) }
            }
        } catch {
            guard let failure = Failure(error), failure.status != ExitStatus.dataError else { throw error }
            throw Failure(Self.failureStatus, failure.message + "; the mail server keeps the message and tries again")
        }
    }
}
