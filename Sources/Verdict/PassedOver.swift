/// A text or field that a decision passed over, and why.
public enum PassedOver: Sendable, Equatable, CustomStringConvertible {
    /// A speaker who only summarises a quoted reply.
    case summary(Speaker)
    /// A speaker who ranks below one that says something specific.
    case lower(Speaker, than: Speaker)
    /// Generic words that servers put around any failure, if other words say what it was.
    case wrapper(String)
    /// Words of a permanent failure that are about the sender, his host or his message.
    case ofOther(String, words: String)
    /// A Status that the reporting server derived from the quoted reply's code.
    case derivedStatus(String, replyCode: Int)

    /// What it is and why it was passed over, as shown by `--explain`.
    public var description: String {
        switch self {
        case .summary(let speaker): "\(speaker.rawValue): a reply is quoted"
        case .lower(let speaker, let higher): "\(speaker.rawValue): \(higher.rawValue) says something specific"
        case .wrapper(let rule): "\(rule): other words say something specific"
        case .ofOther(let rule, let words): "\(rule): \"\(words)\" is not said of the recipient"
        case .derivedStatus(let status, let code): "Status \(status): made up from the reply code \(code)"
        }
    }
}
