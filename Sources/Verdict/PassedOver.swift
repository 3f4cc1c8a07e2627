/// What a decision did not listen to, and why.
public enum PassedOver: Sendable, Equatable, CustomStringConvertible {
    /// A speaker who only sums up a reply that is quoted.
    case summary(Speaker)
    /// A speaker who ranks below one that says something specific.
    case lower(Speaker, than: Speaker)
    /// Words that servers put over anything, if others say what it was.
    case wrapper(String)
    /// Words of a failure for good that speak of the sender, his host or his message.
    case ofOther(String, words: String)
    /// A Status that the reporting server made up from the quoted reply's code.
    case derivedStatus(String, replyCode: Int)

    /// What it is and why it was not heard, as `--explain` shows it.
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
