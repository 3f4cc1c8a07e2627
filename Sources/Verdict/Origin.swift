/// Who wrote a report.
public enum Origin: String, Sendable {
    /// Our own mail server: the next server refused during the SMTP dialogue, or never answered.
    case local
    /// A foreign server that had accepted the mail and failed later; it found its way home by the MX of the return domain.
    case remote
}
