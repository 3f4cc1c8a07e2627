import MIME

/// The result for one recipient.
struct Decision: Sendable {
    var kind: OutcomeKind
    var reason: Reason
    /// Whose fault it is, if the deciding rule says so.
    var party: Party?
    var status: StatusCode?
    var replyCode: Int?
    var evidence: Evidence
    /// Whether specific words or a status decided, rather than a fallback.
    var isSettled: Bool

    /// Whether a code says that the failure is temporary.
    var isTransient: Bool { replyCode.map { $0 / 100 == 4 } ?? false || status?.isTransient ?? false }

    /// Makes a hard decision soft, since the report is in doubt.
    mutating func hold(for doubt: Doubt) {
        evidence = Evidence(rule: doubt.rawValue, at: evidence.at, runnerUp: evidence.rule)
        kind = .soft
        reason = .onHold
        party = nil
    }
}
