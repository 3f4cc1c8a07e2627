import Bytes
import Verdict

/// Verdicts as comma separated values: a row for each recipient, and one for a message without any.
enum VerdictCSV {
    static let header = CSV.row([
        "file", "class", "origin", "arrival", "message_id", "dialect", "reporting_mta", "address", "kind", "reason",
        "status", "reply_code", "action", "remote_mta", "diagnostic", "destination", "trust",
        "withheld", "tag_id", "party",
    ])

    static func rows(_ verdict: Verdict, file: String, destination: String?, withheld: Withheld?) -> String {
        let message = [
            file, verdict.messageClass.rawValue, verdict.origin?.rawValue, verdict.arrival.flatMap(timestamp),
            verdict.messageID, verdict.dialect, verdict.reportingMTA,
        ]
        let end = [
            destination, verdict.trust == .absent ? nil : verdict.trust.rawValue, withheld?.rawValue, verdict.tagID,
        ]
        guard !verdict.recipients.isEmpty else {
            return CSV.row(message + Array(repeating: nil, count: 8) + end + [nil])
        }
        return verdict.recipients.map { outcome in
            CSV.row(
                message + [
                    outcome.address, outcome.kind.rawValue, outcome.reason?.rawValue, outcome.status, outcome.replyCode,
                    outcome.action, outcome.remoteMTA, outcome.diagnostic,
                ] + end + [outcome.party?.rawValue])
        }.joined()
    }
}
