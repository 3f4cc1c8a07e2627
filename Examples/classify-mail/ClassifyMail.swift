import Classifier
import Foundation

/// Says what mails are: a line with the file and its class, and one for each recipient with the address, its kind, the status,
/// the reason and the rule that decided.
///
///     classify-mail FILE…
@main
struct ClassifyMail {
    static func main() {
        let files = CommandLine.arguments.dropFirst()
        guard !files.isEmpty else {
            say("usage: classify-mail FILE…")
            exit(64)
        }
        // Once, for all mails: the table of rules is compiled here.
        let classifier = Classifier()
        var status: Int32 = 0
        for file in files {
            guard let mail = FileManager.default.contents(atPath: file) else {
                say("cannot read \(file)")
                status = 66
                continue
            }
            show(classifier.classify([UInt8](mail)), of: file)
        }
        exit(status)
    }

    private static func show(_ verdict: Verdict, of file: String) {
        print("\(file)\t\(verdict.messageClass.rawValue)")
        for recipient in verdict.recipients {
            let rule = verdict.evidence.first { $0.recipient == recipient.address }?.rule
            // It comes from a mail, so it must not reach a terminal as it is.
            let address = recipient.address.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
            let cells = [address, recipient.kind.rawValue, recipient.status, recipient.reason?.rawValue, rule]
            print("\t" + cells.map { $0 ?? "-" }.joined(separator: "\t"))
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data("classify-mail: \(line)\n".utf8))
    }
}
