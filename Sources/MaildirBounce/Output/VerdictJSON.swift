import Bytes
import Verdict

extension JSONWriter {
    /// One line of the output contract (docs/verdict.schema.json): what the message `file` is.
    ///
    /// - Parameters:
    ///   - destination: where the file goes, for a scan.
    ///   - withheld: why its outcomes do not count, for a scan.
    ///   - canary: the target of the canary that it is about, if the ledger knows one.
    ///   - explain: whether evidence includes what was matched.
    mutating func verdict(
        _ verdict: Verdict, file: String, destination: String? = nil, withheld: Withheld? = nil, canary: String? = nil,
        explain: Bool = false
    ) {
        object { writer in
            writer.member("file", file)
            writer.member("class", verdict.messageClass.rawValue)
            writer.member("origin", verdict.origin?.rawValue)
            writer.member("arrival", verdict.arrival.flatMap(timestamp))
            writer.member("message_id", verdict.messageID)
            writer.member("dialect", verdict.dialect)
            writer.member("reporting_mta", verdict.reportingMTA)
            writer.member("delivered_to", verdict.deliveredTo.first)
            writer.array("recipients", verdict.recipients) { writer, outcome in writer.outcome(outcome) }
            if let original = verdict.original, original != OriginalMessage() {
                writer.object("original") { writer in
                    writer.member("message_id", original.messageID)
                    writer.member("from", original.from)
                    writer.member("subject", original.subject)
                    writer.member("list_id", original.listID)
                    writer.member("feedback_id", original.feedbackID)
                    writer.object("headers", original.headers.map { ($0.name, $0.value) })
                }
            }
            writer.array("evidence", verdict.evidence) { writer, evidence in
                writer.evidence(evidence, explain: explain)
            }
            writer.member("trust", verdict.trust == .absent ? nil : verdict.trust.rawValue)
            writer.member("tag_id", verdict.tagID)
            writer.member("withheld", withheld?.rawValue)
            writer.member("canary", canary)
            writer.member("limit", verdict.limitHit)
            writer.member("destination", destination)
        }
        endLine()
    }

    private mutating func outcome(_ outcome: Outcome) {
        object { writer in
            writer.member("address", outcome.address)
            writer.member("kind", outcome.kind.rawValue)
            writer.member("reason", outcome.reason?.rawValue)
            writer.member("party", outcome.party?.rawValue)
            writer.member("status", outcome.status)
            writer.member("reply_code", outcome.replyCode)
            writer.member("action", outcome.action)
            writer.member("diagnostic", outcome.diagnostic)
            writer.member("remote_mta", outcome.remoteMTA)
            writer.member("command", outcome.command)
            writer.member("verp", outcome.isVERP)
            writer.member("final_address", outcome.finalAddress)
            writer.member("relay", outcome.relay?.rawValue)
            if outcome.isOwnRefusal { writer.member("own_refusal", true) }
            if outcome.isOwn { writer.member("own", true) }
        }
    }

    private mutating func evidence(_ evidence: Evidence, explain: Bool) {
        object { writer in
            writer.member("rule", evidence.rule)
            writer.member("at", evidence.at)
            writer.member("speaker", evidence.speaker?.rawValue)
            guard explain else { return }
            writer.member("matched", evidence.matched)
            writer.member("recipient", evidence.recipient)
            writer.member("runner_up", evidence.runnerUp)
            writer.array("passed_over", evidence.passedOver.map(\.description))
        }
    }
}
