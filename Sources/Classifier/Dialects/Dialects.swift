import Bytes
import MIME

/// The servers whose formats we know. The first one identified in a report gives the dialect; specific ones come before
/// general ones, because many servers imitate Exim's or qmail's sentences.
enum Dialects {
    private static let table = RuleTable.standard

    static let all = table.records(.servers).map { Dialect($0, of: table) }

    /// The signs of each place, by its number.
    private static let matchers = Dialect.Place.allCases.map {
        NumberedPhrases(table, words: $0.sections.words, meanings: $0.sections.meanings)
    }

    /// What reports with Postfix's own fields are.
    private static let postfix = all.first { $0.name == "postfix" }

    /// The dialect of a report, or nil.
    ///
    /// - Parameter isPostfix: whether the report's fields say so.
    static func find(_ message: Message, _ envelope: Envelope, isPostfix: Bool, prose lazyProse: LazyProse) -> Dialect?
    {
        if isPostfix, let postfix { return postfix }
        var best: Int?
        func look(_ place: Dialect.Place, _ text: FoldedText) {
            guard let hit = matchers[place.rawValue].lowest(in: text) else { return }
            if best.map({ hit < $0 }) ?? true { best = hit }
        }
        // The line that announces the returned message is some servers' only sign.
        look(.text, lazyProse.value.folded(limit: 6_000))
        look(.subject, envelope.subjectText)
        look(.from, envelope.fromText.bytes.isEmpty ? FoldedText([]) : FoldedText.withAddress(envelope))
        if let mailer = message.value(Names.xMailer) { look(.mailer, FoldedText(mailer)) }
        if let id = envelope.messageID { look(.messageID, FoldedText.whole(Array(id.utf8))) }
        if let boundary = message.parameter("boundary", ofPart: 0) {
            look(.boundary, FoldedText.whole(Array(boundary.utf8)))
        }
        return best.map { all[$0] }
    }
}

extension FoldedText {
    /// The From field with its address, which folding would hide.
    static func withAddress(_ envelope: Envelope) -> FoldedText {
        whole(envelope.fromText.bytes + [0x20] + Array(envelope.from.utf8))
    }

    /// Only lower-cased: for ids, in which `@` has no meaning.
    static func whole(_ bytes: [UInt8]) -> FoldedText {
        var bytes = bytes
        for index in bytes.indices { bytes[index] = bytes[index].lowercased }
        return FoldedText(verbatim: bytes)
    }
}
