/// A stored text that represents a value of a type: one of the type's tokens, or another text.
///
/// A newer version may have written tokens that this one does not know, and the reason of an action by hand is whatever
/// the administrator called it. Another text is kept and shown as it is, and matches no value that this program knows.
///
/// The type has no constraints on its values: conformances would be looked up at run time, when a run first needs them.
package struct Token<Value> {
    /// The value, or nil for another text.
    package let value: Value?
    /// Empty for a value, so that equal tokens compare equal.
    private let other: String

    package init(_ value: Value) {
        self.value = value
        other = ""
    }
}

extension Token where Value: RawRepresentable<String> {
    /// The token of a stored text.
    package init(text: String) {
        value = Value(rawValue: text)
        other = value == nil ? text : ""
    }

    /// As the ledger stores it and people see it.
    package var text: String { value?.rawValue ?? other }
}

extension Token: Equatable where Value: Equatable {}
extension Token: Hashable where Value: Hashable {}
extension Token: Sendable where Value: Sendable {}
