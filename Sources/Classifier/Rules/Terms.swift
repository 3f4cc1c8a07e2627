import Bytes

/// The words of a text that name subjects, in their order. None contains another.
struct Terms {
    /// One of them.
    struct Term {
        var subject: Subject
        var range: Range<Int>
        /// Which sign of the text it is, of an address.
        var sign = 0
    }

    /// The maximum number of bytes between a subject and its predicate.
    static let maximumDistance = 48
    /// The maximum number of bytes between the sender and a subject that belongs to him.
    static let maximumOwnerDistance = 24

    private var list: [Term] = []
    private let text: FoldedText
    private let parties: Parties
    /// Where the signs of addresses are in the text before it was folded.
    private let signs: [Int]
    private let raw: [UInt8]
    private var addresses = 0

    init(_ text: FoldedText, _ raw: [UInt8], _ parties: Parties) {
        self.text = text
        self.raw = raw
        self.parties = parties
        var signs: [Int] = []
        while let sign = raw.span.firstIndex(of: UInt8(ascii: "@"), in: (signs.last.map { $0 + 1 } ?? 0)..<raw.count) {
            signs.append(sign)
        }
        self.signs = signs
    }

    /// Adds a word, unless a longer one contains it, in the order in which they end.
    mutating func add(_ subject: Subject, _ range: Range<Int>, isInPage: Bool) {
        if subject == .address { addresses += 1 }
        while let last = list.last, last.range.lowerBound >= range.lowerBound, last.range.count < range.count {
            list.removeLast()
        }
        if let last = list.last, last.range.upperBound >= range.upperBound { return }
        if subject != .address, isInPage { return }
        list.append(Term(subject: subject, range: range, sign: addresses - 1))
    }

    // MARK: subjects

    /// The subject of a predicate at `range`: the nearest one in the sentence, preferably in the same part.
    func subject(of range: Range<Int>) -> Term? {
        // On each side the nearest one is in the same part if there is one in it.
        let sides = [nearest(before: range.lowerBound), nearest(after: range.upperBound)]
        var best: (term: Term, isFar: Bool, distance: Int)?
        for case .some(let term) in sides {
            guard let gap = Terms.gap(term.range, range), !text.endsSentence(in: gap) else { continue }
            let isFar = text.endsPart(in: gap)
            // A comma starts another clause.
            if isFar, gap.lowerBound >= range.upperBound { continue }
            if let best, (best.isFar ? 1 : 0, best.distance) <= (isFar ? 1 : 0, gap.count) { continue }
            best = (term, isFar, gap.count)
        }
        if best.map({ $0.distance > 1 }) ?? true, let host = text.host(before: range.lowerBound) {
            return Term(subject: parties.owner(ofHost: text.bytes.span.extracting(host)), range: host)
        }
        guard var term = best?.term else { return nil }
        term.subject = owner(of: term)
        // The sender's domain, l'adresse de l'expéditeur.
        if [.recipient, .mailbox, .domain].contains(term.subject), isOfSender(term.range) { term.subject = .sender }
        return term
    }

    /// The subject of a word, or the owner of the address.
    private func owner(of term: Term) -> Subject {
        guard term.subject == .address else { return term.subject }
        guard signs.indices.contains(term.sign) else { return .other }
        return parties.owner(ofSign: signs[term.sign], in: raw)
    }

    // MARK: what rules it out

    /// Whether the sender is named close to the range, in the same part of a sentence.
    func isOfSender(_ range: Range<Int>) -> Bool {
        isNear(range) { term in
            guard term.subject == .sender || term.subject == .greeting else { return false }
            guard let gap = Terms.gap(term.range, range) else { return term.range != range }
            return !text.endsPart(in: gap)
        }
    }

    /// Whether the recipient's address is in the range or next to it.
    func isOfRecipient(_ range: Range<Int>) -> Bool {
        isNear(range) { $0.subject == .address && owner(of: $0) == .recipient }
    }

    /// Whether words of a guess are close to the range, in the same part of a sentence.
    func isGuess(_ range: Range<Int>) -> Bool {
        isNear(range) { term in
            term.subject == .guess && !(Terms.gap(term.range, range).map(text.endsPart(in:)) ?? false)
        }
    }

    /// Whether the sentence is about HELO or EHLO. What follows the range after a semicolon or in brackets only
    /// describes the session: `User unknown; from=<…> to=<…> helo=<…>`.
    func hasGreeting(in sentence: Range<Int>, about range: Range<Int>) -> Bool {
        list[firstPlace(endingFrom: sentence.lowerBound)...].prefix { $0.range.lowerBound < sentence.upperBound }
            .contains { term in
                guard term.subject == .greeting, sentence.contains(term.range.lowerBound) else { return false }
                guard range.upperBound <= term.range.lowerBound else { return true }
                return !(range.upperBound..<term.range.lowerBound).contains {
                    text.bytes[$0] == UInt8(ascii: ";") || text.bytes[$0] == UInt8(ascii: "(")
                }
            }
    }

    /// Whether the sentence has an address of the sender, but none of the recipient.
    func namesSenderOnly(in sentence: Range<Int>) -> Bool {
        let owners = list[firstPlace(endingFrom: sentence.lowerBound)...]
            .prefix { $0.range.lowerBound < sentence.upperBound }.lazy.filter { $0.subject == .address }.map(owner(of:))
        return owners.contains(.sender) && !owners.contains(.recipient)
    }

    /// Whether the last subject before the range in the sentence is not the recipient: `Sender address rejected: User
    /// unknown`, `Verification failed for <news@news.example>: no such user`.
    ///
    /// - Parameter isHost: the range is about a domain, which a client and a part of a message have, too.
    func isOfOther(_ range: Range<Int>, in sentence: Range<Int>, isHost: Bool) -> Bool {
        if isHost {
            let bytes = text.bytes.span
            let first = range.lowerBound..<(bytes.firstIndex(of: 0x20, in: range) ?? range.upperBound)
            if parties.owner(ofHost: bytes.extracting(first)) == .domain { return false }
            if let host = text.host(before: range.lowerBound),
                parties.owner(ofHost: bytes.extracting(host)) == .sender
            {
                return true
            }
        }
        var index = firstPlace(endingFrom: range.lowerBound)
        var (read, isFar, isNamed) = (range.lowerBound, false, false)
        while index > 0, list[index - 1].range.lowerBound >= sentence.lowerBound {
            index -= 1
            let term = list[index]
            let end = term.range.upperBound
            isFar = isFar || end < read && text.endsPart(in: end..<read)
            read = min(read, end)
            switch owner(of: term) {
            case .sender,
                .client where isHost:
                // `Dear sender, …` is not a subject, and `your mail to a user` is about him.
                return text.bytes[end] != UInt8(ascii: ",") && (isFar || !isNamed)
            case .message where isHost && !isFar && !isNamed && end + 1 < range.lowerBound:
                return range.lowerBound - end <= Terms.maximumOwnerDistance
            case .recipient where term.subject == .address: return false
            // The user in `user unknown in the table` is the one named in the part before it.
            case .recipient, .mailbox,
                .domain where isHost:
                if isFar { return followsSender(index) }
                isNamed = end + 1 < range.lowerBound
            default: continue
            }
        }
        return false
    }

    /// Whether an address of the sender is right before the words from the one at `index` back:
    /// `<news@news.example>: Recipient address rejected`.
    private func followsSender(_ index: Int) -> Bool {
        var index = index
        func gap() -> Int { list[index].range.lowerBound - list[index - 1].range.upperBound }
        while index > 0, list[index - 1].subject != .address, gap() <= 1 { index -= 1 }
        return index > 0 && gap() <= 3 && list[index - 1].subject == .address && owner(of: list[index - 1]) == .sender
    }

    /// The positions of "or" between words.
    var choices: Choices { Choices(text) }

    // MARK: places

    /// The last subject that ends at or before `position` and is near enough.
    private func nearest(before position: Int) -> Term? {
        var index = list.firstPlace { $0.range.upperBound > position }
        while index > 0, position - list[index - 1].range.upperBound <= Terms.maximumDistance {
            index -= 1
            if list[index].subject != .guess { return list[index] }
        }
        return nil
    }

    /// The first subject that starts at or after `position` and is near enough.
    private func nearest(after position: Int) -> Term? {
        var index = list.firstPlace { $0.range.lowerBound >= position }
        while index < list.count, list[index].range.lowerBound - position <= Terms.maximumDistance {
            if list[index].subject != .guess { return list[index] }
            index += 1
        }
        return nil
    }

    /// Whether the condition holds for a word in the range, or as near to it as an owner.
    private func isNear(_ range: Range<Int>, where isSo: (Term) -> Bool) -> Bool {
        var index = firstPlace(endingFrom: range.lowerBound - Terms.maximumOwnerDistance)
        while index < list.count, list[index].range.lowerBound - range.upperBound <= Terms.maximumOwnerDistance {
            if isSo(list[index]) { return true }
            index += 1
        }
        return false
    }

    /// The index of the first word that ends at or after `position`.
    private func firstPlace(endingFrom position: Int) -> Int {
        list.firstPlace { $0.range.upperBound >= position }
    }

    /// What comes between two ranges that do not overlap.
    private static func gap(_ left: Range<Int>, _ right: Range<Int>) -> Range<Int>? {
        if left.upperBound <= right.lowerBound { return left.upperBound..<right.lowerBound }
        if right.upperBound <= left.lowerBound { return right.upperBound..<left.lowerBound }
        return nil
    }
}

/// Where an "or" is in a text.
struct Choices {
    private var places: [Int] = []

    init(_ text: FoldedText) {
        let bytes = text.bytes.span
        var from = 0
        while let blank = bytes.firstIndex(of: 0x20, in: from..<bytes.count) {
            from = blank + 1
            if bytes.hasPrefix(" or ", ignoringCaseIn: blank..<bytes.count) { places.append(blank) }
        }
    }

    /// Whether one is between the two.
    func stand(between one: Range<Int>, _ other: Range<Int>) -> Bool {
        let start = min(one.upperBound, other.upperBound)
        let end = max(one.lowerBound, other.lowerBound)
        let index = places.firstPlace { $0 >= start }
        return index < places.count && places[index] + 4 <= end
    }
}

extension Array {
    /// The index of the first element for which the condition holds, if it holds for all later ones, too.
    func firstPlace(where isSo: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isSo(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
