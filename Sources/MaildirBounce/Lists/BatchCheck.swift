import Ledger

/// Filters a list of addresses by whether they may be mailed, in constant memory.
struct BatchCheck {
    /// How many are looked up at a time: more if each look-up is a round trip to a server.
    static let page = 10_000
    static let sharedPage = 50_000

    private let ledger: LedgerStore
    private let own: OwnAddresses
    private let stream: String?
    private let now: Int64
    private let wantsSuppressed: Bool
    private let format: RecordFormat
    private var json = JSONWriter()
    private var addresses = 0
    private var broken = NamedProblems()

    init(
        ledger: LedgerStore, own: OwnAddresses = OwnAddresses(), stream: String? = nil, now: Int64,
        wantsSuppressed: Bool, format: RecordFormat
    ) {
        self.ledger = ledger
        self.own = own
        self.stream = stream
        self.now = now
        self.wantsSuppressed = wantsSuppressed
        self.format = format
    }

    /// Prints the wanted addresses, in the list's order.
    ///
    /// - Throws: a failure with status 65 if there are lines and none is an address.
    mutating func run(_ lines: LineReader) throws {
        try StandardOutput.use { output in
            var parser = ListParser(.text)
            let size = ledger.isShared ? BatchCheck.sharedPage : BatchCheck.page
            var page: [(number: Int, text: String)] = []
            page.reserveCapacity(size)
            while let line = try lines.next(), !output.isClosed {
                switch parser.parse(line) {
                case .entry(let entry): page.append((line.number, trimmed(entry.address)))
                case .broken(let problem): report(line.number, problem)
                case .nothing, .free: break
                }
                if page.count == size {
                    try check(page, output)
                    page.removeAll(keepingCapacity: true)
                }
            }
            try check(page, output)
        }
        if broken.untold > 0 { Log().warning("and \(broken.untold) more lines that are no address") }
        if broken.count > 0, addresses == 0 {
            throw Failure(ExitStatus.dataError, "no line of standard input is an address; give one address a line")
        }
    }

    private mutating func check(_ page: [(number: Int, text: String)], _ output: StandardOutput) throws {
        let results = try ledger.check(page.map(\.text), stream: stream, at: now)
        for (line, result) in zip(page, results) {
            if result == nil || CanonicalAddress.mayBePattern(line.text),
                let problem = CanonicalAddress.problem(of: line.text)
            {
                report(line.number, problem)
                continue
            }
            guard var result else { continue }
            if result != .mayMail, own.contains(line.text) { result = .mayMail }
            addresses += 1
            guard (result != .mayMail) == wantsSuppressed else { continue }
            switch format {
            case .text: try output.write(line: line.text)
            case .jsonl:
                json.removeAll()
                json.check(line.text, result)
                try output.write(json.bytes)
            }
        }
    }

    private mutating func report(_ number: Int, _ problem: String) {
        if broken.add() { Log().warning("line \(number): \(problem)") }
    }

    private func trimmed(_ text: String) -> String {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: " ") || bytes.last == UInt8(ascii: " ") else { return text }
        let start = bytes.firstIndex { $0 != UInt8(ascii: " ") } ?? bytes.endIndex
        let end = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map(bytes.index(after:)) ?? start
        return String(text[start..<end])
    }
}

extension JSONWriter {
    /// One line: whether an address may be mailed, and if not, why.
    mutating func check(_ address: String, _ result: CheckResult) {
        object { writer in
            writer.member("address", address)
            writer.member("suppressed", result != .mayMail)
            if case .suppressed(let suppression) = result { writer.suppression(suppression) }
        }
        endLine()
    }
}
