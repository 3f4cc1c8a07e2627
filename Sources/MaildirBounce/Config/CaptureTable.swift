import Bytes
import Classifier
import Ledger
import MIME

/// The table `[capture]`: what is kept of the mails that come back, and how long.
///
/// ```toml
/// [capture]
/// headers = ["X-Campaign"]   # in addition to what CapturedField.Name lists
/// days = 90
/// store = true
/// ```
struct CaptureTable: Sendable {
    var headers: [CustomFieldName] = []
    /// For how many whole days the ledger keeps the texts; 0: it stores none.
    var days = CaptureTable.defaultDays

    static let defaultDays = 90
    /// The most that the configuration may say.
    static let maximumDays = 3_650

    init() {}

    init(_ table: inout ConfigTable) throws(Failure) {
        for text in try table.strings("headers") ?? [] {
            guard let name = CustomFieldName(text) else {
                throw table.wrong(
                    "headers",
                    "names \"\(text)\", which is not a header field's name; write it as in the mail, \"X-Campaign\"")
            }
            guard CapturedField.Name(rawValue: name.lowercased) == nil else {
                throw table.wrong("headers", "names \"\(text)\", which is captured without being named; leave it out")
            }
            guard !headers.contains(name) else {
                throw table.wrong("headers", "names \"\(text)\" twice; upper and lower case are the same")
            }
            headers.append(name)
        }
        guard headers.count <= Limits.capturedHeaders else {
            throw table.wrong("headers", "names more than \(Limits.capturedHeaders) header fields; leave some out")
        }
        days = try table.integer("days", in: 0...Self.maximumDays) ?? days
        if try table.bool("store") == false { days = 0 }
        try table.rejectUnknownKeys()
    }

    /// The second before whose arrival a report's texts are not kept, at a time in seconds since 1970 UTC. It is the
    /// start of a day, so that the ledger drops old texts once a day and not in each run.
    func horizon(at now: Int64) -> Int64 {
        days == 0 ? .max : (CalendarTime.day(of: now) - Int64(days)) * CalendarTime.secondsPerDay
    }

    /// What the ledger keeps of a report.
    ///
    /// - Parameter now: `nil` if the clock is wrong: nothing is kept then, since nobody can say when it is too old.
    func fields(of verdict: Verdict, arrival: Int64, at now: Int64?) -> [CapturedField] {
        guard verdict.messageClass != .notABounce, days > 0, now.map({ arrival >= horizon(at: $0) }) ?? false else {
            return []
        }
        let original = verdict.original
        let known: [(CapturedField.Name, String?)] = [
            (.listID, original?.listID), (.feedbackID, original?.feedbackID), (.messageID, original?.messageID),
            (.subject, original?.subject), (.verpID, verdict.tagID),
        ]
        var fields = known.compactMap { name, value in value.map { CapturedField(name.rawValue, $0) } }
        for header in original?.headers ?? [] {
            // A name of the configuration is ASCII.
            fields.append(CapturedField(header.name.lowercased(), header.value))
        }
        return fields
    }
}
