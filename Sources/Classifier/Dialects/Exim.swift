import Bytes
import MIME

extension Dialect {
    /// Exim: Status is 5.0.0 whatever happened; `(generated from ADDRESS)` names the address that was mailed. Mail.ru,
    /// GMX, 1&1, MX Logic and cPanel, which imitate it, do the same.
    static func exim(_ reports: inout [RecipientReport], _ context: ReportContext) {
        for index in reports.indices {
            if let inner = malformed(reports[index].explanation) {
                reports[index].finalRecipient = inner
                reports[index].ruling = Ruling(
                    .syntaxError, rule: "exim/malformed-address", matched: "malformed address")
            }
            guard let final = reports[index].finalRecipient ?? reports[index].originalRecipient else { continue }
            let said = FoldedText(reports[index].explanation + reports[index].diagnostic)
            guard said.contains("unrouteable address") || said.contains("unroutable address") else { continue }
            // Another server's reply has its own meaning.
            let (explanation, diagnostic) = (reports[index].explanation, reports[index].diagnostic)
            if SMTPReply(explanation.span).code != nil || SMTPReply(diagnostic.span).code != nil { continue }
            // The server looked up the mailbox itself. If the domain is not its own, it has no mail route.
            let ours = context.envelope.from.domainPart ?? ""
            let theirs = final.domainPart ?? ""
            let isOurs = ours.hasSuffix(theirs) || theirs.hasSuffix(ours)
            reports[index].ruling = Ruling(
                isOurs ? .userUnknown : .hostUnknown, rule: "exim/unrouteable-address",
                matched: "unrouteable address")
        }
    }

    /// The address in the angle brackets of `NAME <ADDRESS>: malformed address: …`, if the name looks like an address.
    private static func malformed(_ explanation: [UInt8]) -> String? {
        let text = explanation.span.trimmed(explanation.indices)
        guard !text.isEmpty, explanation[text.lowerBound] == UInt8(ascii: "<"),
            let end = explanation.span.extracting(text.prefix(400)).position(of: ">: malformed address")
        else { return nil }
        return AddressText.first(in: explanation.span.extracting(text.lowerBound..<(text.lowerBound + end + 1)))
    }
}
