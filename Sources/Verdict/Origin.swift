/// Who wrote a report.
public enum Origin: String, Sendable {
    /// Our own mail server: the next server refused during the SMTP dialogue, or never answered.
    case local
    /// Another server that had accepted the mail and failed later; it sent the report to the MX of the return domain.
    case remote
}
