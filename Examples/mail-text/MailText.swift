import Foundation
import MIME

/// Prints a mail as people read it: its header fields and its text, in UTF-8, whatever its charsets and encodings are.
///
///     mail-text < mail.eml
@main
struct MailText {
    static func main() {
        let message = Message(parsing: [UInt8](FileHandle.standardInput.readDataToEndOfFile()))
        for field in message.parts[0].fields.map({ message.fields[$0] }) {
            let name = String(decoding: message.bytes[field.name], as: UTF8.self)
            print(printable("\(name): \(message.text(of: field))"))
        }
        var alternatives: Set<Int> = []
        for (index, part) in message.parts.enumerated() where part.type.isText && !part.isEnclosed {
            // Of a text and the same as HTML, the first; of a mail within the mail, nothing.
            if let parent = part.parent, message.parts[parent].type == .multipartAlternative {
                guard alternatives.insert(parent).inserted else { continue }
            }
            print()
            print(printable(message.text(ofPart: index)))
        }
        if let limit = message.limitHit {
            print("\n(not read to its end: \(limit))")
        }
    }

    /// Whoever wrote the mail must not steer the terminal: control and invisible characters are shown, not sent.
    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars where scalar != "\r" {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\n" && scalar != "\t", .format:
                result += scalar.escaped(asASCII: true)
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
