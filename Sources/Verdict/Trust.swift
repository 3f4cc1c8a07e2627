/// What the VERP tag of a report proves.
public enum Trust: String, Sendable, CaseIterable {
    /// There is no tag.
    case absent
    /// The tag carries no signature, or there is no key to check one with.
    case unsigned
    /// One of our keys signed it: we sent a mail to the recipient that it names.
    case valid
    /// None of our keys signed it.
    case invalid
    /// One of our keys signed it, but too long before the report arrived, or after that, or the arrival is unknown.
    case expired
}
