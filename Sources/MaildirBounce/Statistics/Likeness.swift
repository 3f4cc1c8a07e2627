/// A normalised form by which similar texts are grouped: addresses, hosts, numbers and queue ids are replaced by
/// placeholders, and spaces, case and line ends are ignored. SMTP reply codes and enhanced status codes stay.
enum Likeness {
    /// How much of a text is compared, in bytes.
    static let textBytes = 400

    static func key(_ text: String) -> String {
        var key = ""
        var length = 0
        for word in text.unicodeScalars.prefix(textBytes).split(whereSeparator: { $0.properties.isWhitespace }) {
            let form = form(of: word)
            guard !form.isEmpty else { continue }
            if !key.isEmpty { key += " " }
            key += form
            length += form.utf8.count + 1
            if length >= textBytes { break }
        }
        return key
    }

    private static func form(of word: Substring.UnicodeScalarView) -> String {
        form(of: Substring(word))
    }

    private static func form(of word: Substring) -> String {
        if word.contains("@") { return "<address>" }
        let inner = word.drop { isMark($0) }
        let core = inner.prefix(
            inner.lastIndex { !isMark($0) }.map { inner.distance(from: inner.startIndex, to: $0) + 1 } ?? 0)
        guard !core.isEmpty else { return "" }
        let labels = core.split(separator: ".", omittingEmptySubsequences: false)
        if core.contains(where: \.isNumber) {
            if isReplyCode(core) || isStatus(labels) { return String(core) }
            if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) { return "<ip>" }
            return labels.count > 1 && labels.allSatisfy({ !$0.isEmpty }) && core.contains(where: \.isLetter)
                ? "<host>" : "<n>"
        }
        if labels.count > 1, labels.allSatisfy({ $0.count > 1 && $0.allSatisfy { $0.isLetter || $0 == "-" } }) {
            return "<host>"
        }
        return core.lowercased()
    }

    private static func isMark(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }

    private static func isReplyCode(_ word: Substring) -> Bool {
        word.utf8.count == 3 && word.allSatisfy(\.isNumber) && "245".contains(word.first ?? "0")
    }

    /// RFC 3463: class, subject, detail.
    private static func isStatus(_ labels: [Substring]) -> Bool {
        labels.count == 3 && ["2", "4", "5"].contains(labels[0])
            && labels.dropFirst().allSatisfy { (1...3).contains($0.utf8.count) && Int($0) != nil }
    }
}

/// Groups of similar texts, counted, with the first of each.
struct LikenessGroups<Sample> {
    /// How many groups are kept; other texts are only counted. A sender can make up any number.
    static var limit: Int { 5_000 }

    struct Group {
        var count: Int
        var sample: Sample
    }

    private var groups: [String: Group] = [:]
    private(set) var count = 0
    /// How many belong to no group that is kept.
    private(set) var others = 0

    var groupCount: Int { groups.count }

    /// - Parameter sample: asked for the first of a group only.
    mutating func add<Problem: Error>(_ key: String, _ sample: () throws(Problem) -> Sample?) throws(Problem) {
        count += 1
        if groups[key] != nil {
            groups[key]?.count += 1
        } else if groups.count < Self.limit, let sample = try sample() {
            groups[key] = Group(count: 1, sample: sample)
        } else {
            others += 1
        }
    }

    /// The largest first.
    var ranked: [Group] {
        groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.value)
    }
}
