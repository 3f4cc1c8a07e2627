import Bytes

/// Divides what a report says about a recipient by speaker: the refusing server, whose reply it quotes, or the
/// reporting server.
struct StatementReader {
    /// The replies that it quotes.
    private(set) var remote: [UInt8] = []
    /// All else.
    private(set) var reporter: [UInt8] = []

    private let isField: Bool
    private var isQuoting = false
    private var expectsQuote = false
    /// The recipient, if the text has the dialogue about him; empty otherwise.
    private var recipients: [String] = []
    /// The dialogue is about another recipient.
    private var isOfOther = false
    /// The next reply answers a `RCPT` about the recipient.
    private var isAnswer = false

    /// - Parameters:
    ///   - isField: the text is from a field, in which no server summarises another one's reply.
    ///   - recipients: the addresses of the recipient.
    init(_ text: Span<UInt8>, isField: Bool = false, of recipients: [String] = []) {
        self.isField = isField
        self.recipients = StatementReader.asks(about: recipients, in: text) ? recipients : []
        let hasDialogue = StatementReader.hasDialogue(text)
        var position = 0
        while position < text.count {
            let line = text.line(at: position, before: text.count)
            read(text, text.trimmed(line.content), hasDialogue: hasDialogue)
            position = line.next
        }
    }

    /// Adds a statement for each speaker with text.
    ///
    /// - Parameter own: who wrote the text.
    func add(to statements: inout [Statement], at place: Statement.Place, own: Speaker) {
        if !remote.isEmpty { statements.append(Statement(place, remote, by: .remote)) }
        if !reporter.isEmpty { statements.append(Statement(place, reporter, by: own)) }
    }

    private mutating func read(_ text: Span<UInt8>, _ line: Range<Int>, hasDialogue: Bool) {
        guard !line.isEmpty else {
            if !expectsQuote { isQuoting = false }
            return
        }
        if text.hasPrefix("<<<", ignoringCaseIn: line) {
            isQuoting = false
            if isOfOther { return }
            let reply = text.trimmed(line.dropFirst(3))
            // Another server of the domain was tried, and refused permanently.
            if isAnswer, text.hasPrefix("5", ignoringCaseIn: reply), remote.first == UInt8(ascii: "4") { remote = [] }
            isAnswer = false
            // What follows a refusal is its consequence: `503 Need RCPT`.
            guard !text.hasPrefix("503", ignoringCaseIn: reply) || remote.isEmpty else {
                return StatementReader.append(text, line, to: &reporter)
            }
            guard StatementReader.startsRefusal(text, reply) || !remote.isEmpty else { return }
            return StatementReader.append(text, reply, to: &remote)
        }
        if text.hasPrefix(">>>", ignoringCaseIn: line) || !isField && StatementReader.isSummary(text, line) {
            isQuoting = false
            let whose = whose(text, line)
            isOfOther = whose == .other
            isAnswer = whose == .recipient
            if !isOfOther { StatementReader.append(text, line, to: &reporter) }
            return
        }
        if !hasDialogue, let start = StatementReader.quotation(text, line) {
            StatementReader.append(text, line.lowerBound..<start, to: &reporter)
            quote(text, start..<line.upperBound)
            return
        }
        if let start = StatementReader.afterMark(text, line) {
            StatementReader.append(text, line.lowerBound..<start, to: &reporter)
            let rest = text.trimmed(start..<line.upperBound)
            expectsQuote = rest.isEmpty
            isQuoting = true
            if !rest.isEmpty { quote(text, rest) }
            return
        }
        if isQuoting, !StatementReader.endsQuotation(text, line) {
            expectsQuote = false
            quote(text, line)
        } else {
            isQuoting = false
            StatementReader.append(text, line, to: &reporter)
        }
    }

    private mutating func quote(_ text: Span<UInt8>, _ range: Range<Int>) {
        isQuoting = true
        expectsQuote = false
        // Exchange's own answer where the time ran out has the form of a reply.
        if text.extracting(range).position(of: "queue.expired") != nil {
            isQuoting = false
            return StatementReader.append(text, range, to: &reporter)
        }
        // Postfix says which command it was an answer to, Exim that it gave up. Postfix may fold lines anywhere.
        let words = ["(in reply", ": retry timeout exceeded"] as [StaticString]
        var mark: Int?
        for word in words where mark == nil { mark = text.extracting(range).position(of: word) }
        if mark == nil, range.count >= 3, text.equals("(in", ignoringCaseIn: (range.upperBound - 3)..<range.upperBound)
        {
            mark = range.count - 3
        }
        if let mark {
            StatementReader.append(text, range.lowerBound..<(range.lowerBound + mark), to: &remote)
            StatementReader.append(text, (range.lowerBound + mark)..<range.upperBound, to: &reporter)
            isQuoting = false
        } else {
            StatementReader.append(text, range, to: &remote)
        }
    }

    private static func append(_ text: Span<UInt8>, _ range: Range<Int>, to said: inout [UInt8]) {
        guard !range.isEmpty else { return }
        if !said.isEmpty { said.append(0x0A) }
        said.append(contentsOf: text.extracting(range))
    }

    /// Whose dialogue a line belongs to that names an address after `RCPT`, or summarises its result.
    private func whose(_ text: Span<UInt8>, _ line: Range<Int>) -> Subject? {
        guard !recipients.isEmpty else { return nil }
        if text.hasPrefix(">>>", ignoringCaseIn: line),
            !text.hasPrefix("rcpt to", ignoringCaseIn: text.trimmed(line.dropFirst(3)))
        {
            return nil
        }
        return StatementReader.names(recipients, in: text, line) ? .recipient : .other
    }

    /// Whether a dialogue in the text has a command about one of the addresses.
    private static func asks(about recipients: [String], in text: Span<UInt8>) -> Bool {
        guard text.position(of: ">>> rcpt to:") != nil else { return false }
        var position = 0
        while position < text.count {
            let line = text.line(at: position, before: text.count)
            position = line.next
            guard text.hasPrefix(">>> rcpt to:", ignoringCaseIn: text.trimmed(line.content)) else { continue }
            if names(recipients, in: text, line.content) { return true }
        }
        return false
    }

    /// Whether the first address in angle brackets on the line is one of these.
    private static func names(_ recipients: [String], in text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard let start = text.firstIndex(of: UInt8(ascii: "<"), in: line),
            let end = text.firstIndex(of: UInt8(ascii: ">"), in: start..<line.upperBound)
        else { return false }
        return recipients.contains { address in
            text.extracting((start + 1)..<end).isSame(as: address.utf8.span)
        }
    }

    private static func hasDialogue(_ text: Span<UInt8>) -> Bool {
        text.hasPrefix("<<< ", ignoringCaseIn: 0..<text.count) || text.hasPrefix(">>> ", ignoringCaseIn: 0..<text.count)
            || text.position(of: "\n<<< ") != nil || text.position(of: "\n>>> ") != nil
    }

    /// `550 …`, `452-…`, `550`.
    private static func startsRefusal(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 3 else { return false }
        let first = text[range.lowerBound]
        guard first == UInt8(ascii: "4") || first == UInt8(ascii: "5"), text[range.lowerBound + 1].isDigit,
            text[range.lowerBound + 2].isDigit
        else { return false }
        guard range.count > 3 else { return true }
        let next = text[range.lowerBound + 3]
        return next.isSpace || next == UInt8(ascii: "-")
    }

    /// Sendmail's own summary of a refusal: `550 5.1.1 <bob@dest.example>... User unknown`.
    private static func isSummary(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard startsRefusal(text, line), let dots = text.extracting(line).position(of: "...") else {
            return false
        }
        let before = text.extracting((line.lowerBound + 3)..<(line.lowerBound + dots))
        for index in 0..<before.count where before[index] == UInt8(ascii: "@") { return true }
        return false
    }

    /// Where a reply code starts on the line: at its start, or after a colon, a quotation mark or the like.
    private static func quotation(_ text: Span<UInt8>, _ line: Range<Int>) -> Int? {
        if startsRefusal(text, line) { return line.lowerBound }
        var index = line.lowerBound + 1
        while index + 3 <= line.upperBound {
            defer { index += 1 }
            guard startsRefusal(text, index..<line.upperBound) else { continue }
            var before = index - 1
            while before > line.lowerBound, text[before].isSpace { before -= 1 }
            switch text[before] {
            case UInt8(ascii: ":"), UInt8(ascii: ";"): return index
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"):
                if before == index - 1 { return index }
            default: continue
            }
        }
        return nil
    }

    private static let marks: [StaticString] = [
        " said:", " response was:", " remote server was:", " returned was:", " replied:", " responded:", " answered:",
        " returned:", "server response:", "remote response:",
    ]

    private static func afterMark(_ text: Span<UInt8>, _ line: Range<Int>) -> Int? {
        for mark in marks {
            if let found = text.extracting(line).position(of: mark) {
                return line.lowerBound + found + mark.utf8CodeUnitCount
            }
        }
        return nil
    }

    private static func endsQuotation(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        for word: StaticString in ["giving up", "(in reply", "---", "===", "***", "i'm not going to"]
        where text.hasPrefix(word, ignoringCaseIn: line) { return true }
        return false
    }
}
