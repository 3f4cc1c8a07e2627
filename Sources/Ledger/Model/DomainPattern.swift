import Bytes

/// A mail domain, `evil.example`, or every domain below one, `.evil.example`; in canonical form.
package struct DomainPattern: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of the text: a domain and the dot before it.
    package static let bytes = CanonicalDomain.domainBytes + 1

    /// The canonical form, with a dot before it for every domain below.
    package let text: String

    package var description: String { text }

    /// Whether it is every domain below ``name``, which is then not one of them.
    package var isBelow: Bool { text.utf8.first == DomainPattern.dot }

    /// The domain without the dot before it.
    package var name: String { isBelow ? String(text.dropFirst()) : text }

    private static let dot = UInt8(ascii: ".")

    /// Reads a domain in A-labels or in Unicode, without surrounding spaces. `nil` if it is not one; an IP address is a
    /// domain only as an address literal, `[192.0.2.1]`, and nothing is below a literal.
    package init?(_ seen: String) {
        var bytes = Substring(seen).utf8
        while let first = bytes.first, first.isSpace { bytes = bytes.dropFirst() }
        while let last = bytes.last, last.isSpace { bytes = bytes.dropLast() }
        let isBelow = bytes.first == DomainPattern.dot
        guard let name = CanonicalDomain.form(of: isBelow ? bytes.dropFirst() : bytes) else { return nil }
        let isLiteral = name.utf8.first == UInt8(ascii: "[")
        let last = name.utf8.split(separator: DomainPattern.dot).last ?? name.utf8[...]
        guard isLiteral ? !isBelow : !last.allSatisfy(\.isDigit) else { return nil }
        text = (isBelow ? "." : "") + name
    }

    /// A pattern that the ledger holds.
    init(stored text: String) { self.text = text }

    /// Whether a canonical domain is this one, or one of those below.
    package func covers(_ domain: String) -> Bool { isBelow ? domain.hasSuffix(text) : domain == text }

    /// The texts of all patterns that cover everything that this one covers, the narrowest first.
    package var covering: [String] {
        isBelow ? DomainPattern.parents(of: name, from: text) : DomainPattern.covering(text)
    }

    /// The texts of all patterns that cover a canonical domain, the narrowest first.
    static func covering(_ domain: String) -> [String] { parents(of: domain, from: domain) }

    private static func parents(of domain: String, from first: String) -> [String] {
        var texts = [first]
        guard domain.utf8.first != UInt8(ascii: "[") else { return texts }
        var rest = domain.utf8[...]
        while let place = rest.firstIndex(of: dot) {
            texts.append(String(Substring(rest[place...])))
            rest = rest[rest.index(after: place)...]
        }
        return texts
    }

    /// The same with the domain in Unicode, as some programs write it; `nil` if there is no such form.
    package var unicodeForm: String? {
        CanonicalDomain.unicodeForm(ofCanonical: Substring(name)).map { (isBelow ? "." : "") + $0 }
    }
}

/// A decision of an administrator, or an import, about a whole domain.
///
/// The ledger keeps the last one about each domain.
package struct DomainAction: Sendable, Hashable {
    package var domain: DomainPattern
    package var kind: ManualAction.Kind
    /// As in ``ManualAction/reason``.
    package var reason: String
    /// When it was decided, in seconds since 1970 UTC.
    package var at: Int64
    /// For a suppression: when it ends; nil: when it is released.
    package var until: Int64?
    package var author: String?
    package var note: String?
    /// For a suppression: nothing is written if the domain is already suppressed at that time for the same reason and at
    /// least as long.
    package var onlyIfNeeded: Bool
    /// Whether `at` comes from another system; else it is the current time.
    package var isDated: Bool

    package init(
        domain: DomainPattern, kind: ManualAction.Kind, reason: String = ManualAction.plainReason, at: Int64,
        until: Int64? = nil, author: String? = nil, note: String? = nil, onlyIfNeeded: Bool = false,
        isDated: Bool = false
    ) {
        self.domain = domain
        self.kind = kind
        self.reason = reason
        self.at = at
        self.until = until
        self.author = author
        self.note = note
        self.onlyIfNeeded = onlyIfNeeded
        self.isDated = isDated
    }
}

/// One row of the list of suppressed domains.
package struct SuppressedDomain: Sendable, Equatable {
    package var domain: DomainPattern
    package var suppression: Suppression
    package var author: String?
    package var note: String?

    package init(domain: DomainPattern, suppression: Suppression, author: String? = nil, note: String? = nil) {
        self.domain = domain
        self.suppression = suppression
        self.author = author
        self.note = note
    }
}
