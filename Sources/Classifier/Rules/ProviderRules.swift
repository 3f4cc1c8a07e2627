/// Facts about single providers: what a reply of theirs means although its words or its code say something else.
struct ProviderRule: Sendable {
    var name: String
    /// Ends of host names, one of which the remote MTA, the reporting MTA or the recipient's domain has, or which the
    /// text names. Empty: the words alone are enough.
    var hosts: [String]
    /// The status that the reply carries; nil: any.
    var status: StatusCode?
    /// Pieces that all stand in the folded text. The rarest first: only where it stands are the others looked for.
    var words: [String]
    var reason: Reason
    /// Whose fault it is, where that is not what the reason says.
    var party: Party?
    /// Where this is written.
    var source: String
    /// Whether the words wrap others, which decide where they say something.
    var isWrapper: Bool {
        words.contains { $0.hasPrefix("requested action not taken") || $0.hasPrefix("mailbox unavailable") }
    }

    /// Whether a statement that holds the first of its words is one of this provider's.
    ///
    /// - Parameter reply: the reply in that statement.
    func fits(_ text: FoldedText, _ facts: FailureFacts, _ reply: SMTPReply) -> Bool {
        if let status, facts.status != status, reply.status != status { return false }
        guard words.dropFirst().allSatisfy({ text.contains($0) }) else { return false }
        return hosts.isEmpty
            || hosts.contains { end in
                facts.hosts.contains { $0 == end || $0.hasSuffix("." + end) } || text.contains(end)
            }
    }
}

/// Where a provider's habit decides what words mean.
enum ProviderFacts {
    /// Japanese carriers say "User unknown" of a mail that a recipient's filter refused, too, and then leave the address out.
    static let borrowUserUnknown = [
        "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "softbank.jp", "vodafone.ne.jp",
    ]
    /// Yahoo refuses mail for mailboxes that do not exist behind DATA.
    static let refuseDeadMailboxesAtData = ["yahoo.com", "yahoodns.net", "yahoo.co.jp", "yahoo.ne.jp"]
}

enum ProviderRules {
    static let all: [ProviderRule] = [
        ProviderRule(
            name: "exchange-online/access-denied", hosts: ["protection.outlook.com", "outlook.com"],
            status: StatusCode(5, 4, 1),
            words: ["access denied"], reason: .userUnknown,
            source: "Microsoft, NDR codes in Exchange Online: 550 5.4.1 is the answer of directory based edge blocking"),
        ProviderRule(
            name: "exchange-online/access-denied-recipient", hosts: [], status: StatusCode(5, 4, 1),
            words: ["recipient address rejected", "access denied"], reason: .userUnknown,
            source: "Microsoft, NDR codes in Exchange Online, as relayed by a server that hides the host"),
        ProviderRule(
            name: "yandex/no-such-user", hosts: [], status: StatusCode(5, 7, 1), words: ["no such user"],
            reason: .userUnknown, source: "Yandex answers 550 5.7.1 No such user! for an unknown mailbox"),
        ProviderRule(
            name: "outlook.com/mailbox-unavailable", hosts: ["outlook.com", "hotmail.com", "live.com", "msn.com"],
            status: nil, words: ["550", "requested action not taken: mailbox unavailable"], reason: .userUnknown,
            source: "Outlook.com Postmaster: 550 5.5.0 Requested action not taken: mailbox unavailable"),
        ProviderRule(
            name: "gmx/mailbox-unavailable",
            hosts: ["gmx.net", "gmx.de", "web.de", "mail.com", "kundenserver.de", "1and1.com"],
            status: nil, words: ["550", "requested action not taken: mailbox unavailable"], reason: .userUnknown,
            source: "postmaster.gmx.net: 550 Requested action not taken: mailbox unavailable"),
        ProviderRule(
            name: "qq/mailbox-unavailable", hosts: ["qq.com", "exmail.qq.com"], status: nil,
            words: ["550", "mailbox unavailable or access denied"], reason: .userUnknown,
            source: "Tencent, open.work.weixin.qq.com/help2/pc/20040"),
        ProviderRule(
            name: "amavis/banned", hosts: [], status: nil, words: ["reject, id=", "banned"], reason: .policyViolation,
            source: "amavisd-new: 554 5.7.0 Reject, id=N - BANNED: NAME"),
        ProviderRule(
            name: "amavis/infected", hosts: [], status: nil, words: ["reject, id=", "infected"],
            reason: .virusDetected, source: "amavisd-new: 554 5.7.0 Reject, id=N - INFECTED: NAME"),
        ProviderRule(
            name: "amavis/bad-header", hosts: [], status: nil, words: ["reject, id=", "bad-header"],
            reason: .contentError, source: "amavisd-new: 554 5.6.0 Reject, id=N - BAD-HEADER"),
        ProviderRule(
            name: "gmail/over-quota-perm", hosts: [], status: nil, words: ["p=overquota"], reason: .mailboxFull,
            source: "support.google.com/mail/?p=OverQuotaPerm"),
        ProviderRule(
            name: "gmail/disabled", hosts: [], status: nil, words: ["p=disableduser"], reason: .suspend,
            source: "support.google.com/mail/?p=DisabledUser"),
        ProviderRule(
            name: "gmail/unsolicited-rate", hosts: [], status: nil, words: ["p=unsolicitedratelimiterror"],
            reason: .speeding, source: "support.google.com/mail/?p=UnsolicitedRateLimitError"),
        ProviderRule(
            name: "gmail/blocked-content", hosts: [], status: nil, words: ["p=blockedmessage"],
            reason: .policyViolation, source: "support.google.com/mail/?p=BlockedMessage"),
        ProviderRule(
            name: "docomo/too-much-data", hosts: ["docomo.ne.jp"], status: nil, words: ["552 too much mail data"],
            reason: .mailboxFull, source: "NTT DOCOMO answers 552 Too much mail data where the box holds no more"),
        ProviderRule(
            name: "icloud/local-policy", hosts: [], status: nil, words: ["[cs01] message rejected due to local policy"],
            reason: .policyViolation, source: "Apple, support.apple.com/en-us/HT204137"),
        ProviderRule(
            name: "spectrum/blocked", hosts: ["charter.net", "rr.com", "spectrum.net", "twc.com"], status: nil,
            words: ["aup#"], reason: .blocked, source: "Spectrum, postmaster pages: AUP#… codes"),
        ProviderRule(
            name: "yahoo/tss", hosts: [], status: nil, words: ["[tss0"], reason: .badReputation,
            source: "Yahoo Sender Hub, SMTP error codes: TSS04 to TSS09 tell of user complaints and volume"),
        ProviderRule(
            name: "orange/104", hosts: [], status: nil, words: ["ofr_104"], reason: .tooManyConnections,
            source: "Orange, postmaster pages: OFR_104 too many connections"),
        ProviderRule(
            name: "orange/506", hosts: [], status: nil, words: ["ofr_506"], reason: .spamDetected,
            source: "Orange, postmaster pages: OFR_506 the content was taken for spam"),
        ProviderRule(
            name: "orange/wanadoo-506", hosts: [], status: nil, words: ["ofr004_506"], reason: .spamDetected,
            source: "Orange, postmaster pages: the same of a numbered host"),
        ProviderRule(
            name: "laposte/630", hosts: [], status: nil, words: ["lpn", "_630"], reason: .policyViolation,
            source: "La Poste, postmaster pages: LPN…_630 policy"),
        ProviderRule(
            name: "facebook/rcp-p2", hosts: [], status: nil, words: ["rcp-p2"], reason: .filtered,
            source: "postmaster.facebook.com/response_codes: RCP-P2 refused due to recipient preferences"),
    ]
}
