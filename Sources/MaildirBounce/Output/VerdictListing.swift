import Verdict

/// Writes verdicts in the format that was asked for.
struct VerdictListing {
    private let format: ListFormat
    private let explain: Bool
    private let width: Int?
    private var json = JSONWriter()

    init(format: ListFormat, explain: Bool = false, width: Int? = nil) {
        self.format = format
        self.explain = explain
        self.width = width
    }

    /// What comes before the first verdict.
    var header: String? { format == .csv ? VerdictCSV.header : nil }

    /// The lines of one message, each with its line feed.
    ///
    /// - Parameters:
    ///   - destination: where the file goes, for a scan.
    ///   - withheld: why its outcomes do not count, for a scan.
    ///   - canary: the target of the canary that it is about.
    mutating func lines(
        _ verdict: Verdict, file: String, destination: String? = nil, withheld: Withheld? = nil, canary: String? = nil
    ) -> [UInt8] {
        switch format {
        case .jsonl:
            json.removeAll()
            json.verdict(
                verdict, file: file, destination: destination, withheld: withheld, canary: canary,
                explain: explain)
            return json.bytes
        case .csv: return Array(VerdictCSV.rows(verdict, file: file, destination: destination, withheld: withheld).utf8)
        case .text:
            let text = VerdictText(width: width, explain: explain)
            return Array(text.lines(verdict, file: file, withheld: withheld).map { $0 + "\n" }.joined().utf8)
        }
    }
}
