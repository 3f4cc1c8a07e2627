import Bytes
import MIME

/// The servers whose habits we know. The first whose sign a report shows names the dialect; the particular stand before
/// the general, because many servers imitate Exim's or qmail's sentences.
enum Dialects {
    static let all: [Dialect] = [
        .dovecot, .amazonSNS, .amazonWorkMail, .amazonSES, .googleGroups, .google, .hMailServer, .exchangeOnline,
        .exchange2007, .exchange2003, .mailRu, .outlook, .yahoo, .aol, .zoho, .yandex, .iCloud, .tencent, .netEase,
        .sina, .oneAndOne, .gmx, .tOnline, .orange, .free, .biglobe, .ezweb, .docomo, .softbank, .mFilter, .verizon,
        .notes, .domino, .x400, .groupWise, .mDaemon, .iMail, .surfControl, .messageLabs, .mcAfee, .interScan,
        .trendMicro, .barracuda, .proofpoint, .mimecast, .mxLogic, .mailMarshal, .mailFoundry, .symantec, .powerMTA,
        .sendGrid, .oracleMessaging, .openSMTPD, .courier, .dragonfly, .mailEnable, .communiGate, .lsmtp, .merak,
        .james, .qmail, .cPanel, .exim, .postfix, .activeHunter, .amavis, .sendmail5, .sendmail, .facebook, .fml,
        .procmail,
    ]

    /// The signs of each place, by its number.
    private static let matchers: [NumberedPhrases] = {
        var tables = Array(repeating: [(Int, String)](), count: Dialect.Place.allCases.count)
        for (index, dialect) in all.enumerated() {
            for (place, phrase) in dialect.signs { tables[place.rawValue].append((index, phrase)) }
        }
        return tables.map(NumberedPhrases.init)
    }()

    /// The dialect of a report, or nil.
    ///
    /// - Parameter isPostfix: whether the report's fields say so.
    static func find(_ message: Message, _ envelope: Envelope, isPostfix: Bool, prose lazyProse: LazyProse) -> Dialect?
    {
        if isPostfix { return .postfix }
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

    /// Lower case and nothing else: for ids, where `@` means nothing.
    static func whole(_ bytes: [UInt8]) -> FoldedText {
        var bytes = bytes
        for index in bytes.indices { bytes[index] = bytes[index].lowercased }
        return FoldedText(verbatim: bytes)
    }
}
