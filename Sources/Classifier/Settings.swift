import MIME
import ReturnPath

/// The classifier's settings of an installation.
public struct Settings: Sendable {
    /// Host names of our own mail servers, lower case. Empty: the host that wrote the topmost Received field.
    public var localHosts: [String]
    /// Characters that may be between the return path's name and the VERP tag (Postfix recipient_delimiter).
    public var verpDelimiters: [UInt8]
    /// The keys that VERP tags may be signed with.
    public var verpKeys: [SigningKey]
    /// For how many days a signed tag with a day is valid, or nil for ever.
    public var verpExpiryDays: Int?
    /// Forms of return paths that hold an id of the sending application, tried in this order.
    public var returnPathPatterns: [ReturnPathPattern]

    /// Returns the indices of a report's recipients that are our own addresses, given the recipients and the addresses
    /// to which the report was delivered; nil: none is ours.
    public var ownAddresses: (@Sendable (_ recipients: [String], _ deliveredTo: [String]) -> [Int])?

    /// Addresses at which unsubscribe requests arrive, lower case. An empty mail there is one, also after a delimiter and
    /// an extension.
    public var unsubscribeAddresses: [String] = []

    /// The name that our servers give themselves in Authentication-Results (RFC 8601 section 2.5), lower case; nil: no
    /// such field is believed.
    public var authservID: String?
    /// Whether verdicts say who handed the message to our servers.
    package var readsProvenance = false

    /// Header fields of the returned message that verdicts show; of more than ``Limits/capturedHeaders`` the first ones.
    public var capturedHeaders: [CustomFieldName] = []

    /// The administrator's rules, tried in this order before ours.
    public var rules: [CustomRule]

    /// Creates settings; the defaults suit an installation without signed return paths.
    public init(
        localHosts: [String] = [], verpDelimiters: [UInt8] = Array("+-".utf8), verpKeys: [SigningKey] = [],
        verpExpiryDays: Int? = nil, returnPathPatterns: [ReturnPathPattern] = [], rules: [CustomRule] = [],
        ownAddresses: (@Sendable (_ recipients: [String], _ deliveredTo: [String]) -> [Int])? = nil
    ) {
        self.localHosts = localHosts
        self.verpDelimiters = verpDelimiters
        self.verpKeys = verpKeys
        self.verpExpiryDays = verpExpiryDays
        self.returnPathPatterns = returnPathPatterns
        self.rules = rules
        self.ownAddresses = ownAddresses
    }
}
