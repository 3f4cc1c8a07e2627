import Foundation
import Testing

/// A server's refusal, and what it means: a line of `Forms/texts.tsv`.
struct RejectionText: Sendable, CustomTestStringConvertible {
    /// The command that was refused.
    enum Stage: String, Sendable {
        /// The greeting, before any command.
        case greeting = "CONN"
        case hello = "EHLO"
        case mail = "MAIL"
        case recipient = "RCPT"
        /// The end of the data.
        case data = "EOD"
    }

    let id: String
    let group: String
    let stage: Stage
    let kind: String
    let reason: String
    /// Reasons that are as good.
    let alsoGood: [String]
    let party: String
    let recipient: String
    /// The provider whose stage decides what the text means, or nil.
    let exempt: String?
    /// The lines of the reply, code and all.
    let lines: [String]

    var testDescription: String { id }

    var domain: String { recipient.split(separator: "@").last.map(String.init) ?? "" }

    /// The server that refused.
    var server: String { "mx.\(domain)" }

    var isTransient: Bool { lines[0].hasPrefix("4") }

    /// The reply as a log joins it.
    var joined: String { lines.joined(separator: " ") }

    /// The reply code, or nil if the server sent none.
    var code: String? {
        let code = lines[0].prefix(3)
        return code.count == 3 && code.allSatisfy(\.isNumber) ? String(code) : nil
    }

    /// The enhanced status after the code (RFC 2034), or nil.
    var status: String? {
        guard code != nil else { return nil }
        let word = lines[0].dropFirst(4).prefix { $0 != " " }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy({ Int($0) != nil }) ? String(word) : nil
    }

    /// The status, or one of the reply's class that says no more.
    var statusOrVague: String { status ?? (isTransient ? "4.0.0" : "5.0.0") }

    /// All texts, in the order of the file; none if it cannot be read.
    static let all: [RejectionText] = {
        guard let table = try? String(contentsOf: folder.appendingPathComponent("texts.tsv"), encoding: .utf8) else {
            return []
        }
        return table.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { RejectionText(String($0)) }
    }()

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private init?(_ line: String) {
        let columns = line.components(separatedBy: "\t")
        guard columns.count == 10 else { return nil }
        guard let stage = columns[2] == "any" ? .recipient : Stage(rawValue: columns[2]) else { return nil }
        id = columns[0]
        group = columns[1]
        self.stage = stage
        kind = columns[3]
        reason = columns[4]
        alsoGood = columns[5].isEmpty ? [] : columns[5].components(separatedBy: ",")
        party = columns[6]
        recipient = columns[7]
        exempt = columns[8].isEmpty ? nil : columns[8]
        lines = columns[9].components(separatedBy: "\\n")
    }
}
