import Bytes
import MIME

/// What a text (a subject or a mail's own words) says about unsubscribing.
struct UnsubscribeText {
    let text: FoldedText
    private let found: FoundGroups<UnsubscribePhrases.Words>
    private let isCut: Bool
    /// Where a link starts, or nil.
    private let linkStart: Int?

    init(_ words: OwnWords) { self.init(words.text, isCut: words.isCut) }

    init(_ text: FoldedText, isCut: Bool = false) {
        self.text = text
        self.isCut = isCut
        found = UnsubscribePhrases.groups.find(in: text)
        linkStart = text.bytes.span.position(of: "http")
    }

    var isEmpty: Bool { text.bytes.isEmpty }

    /// A subject that was left empty, as mail programs note it.
    var isEmptySubject: Bool { isEmpty || isWhole(.emptySubject) }

    /// A single word with a digit, which a List-Unsubscribe header put there to identify the reader.
    var isToken: Bool {
        text.bytes.count <= UnsubscribeRequest.maximumCommand && text.bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && text.bytes.contains { $0.isDigit } && linkStart == nil
    }

    /// A mail program's own sentence.
    var isProgram: Bool {
        guard text.bytes.count <= UnsubscribeRequest.maximumClosing * 2, !isCut, linkStart == nil else { return false }
        return found.contains(.program) || isWhole(.program)
    }

    /// A request for no more mail, at the start.
    var isRequest: Bool {
        guard let end = found[.request], !isCut, text.bytes.count <= UnsubscribeRequest.maximumWords,
            end <= UnsubscribeRequest.requestReach, !found.contains(.against)
        else { return false }
        return linkStart.map { $0 > end } ?? true
    }

    /// A few words name the subscription and what to do with it.
    var isWish: Bool {
        text.bytes.count <= UnsubscribeRequest.maximumWish && isPlain && !isCut && found.contains(.removal)
            && found.contains(.mailing)
    }

    /// A text as short as a command that has one, `unsubscribe garden-letter`.
    var hasCommand: Bool {
        guard text.bytes.count <= UnsubscribeRequest.maximumCommand, isPlain, !isCut else { return false }
        return found.contains(.command) || isWhole(.command)
    }

    /// A command after at most a greeting, with hardly anything else.
    var isCommand: Bool {
        guard hasCommand else { return false }
        if isWholeCommand { return true }
        let start = text.bytes.firstIndex { !UnsubscribeText.isSign($0) } ?? 0
        let starts = Array(start...(start + UnsubscribeRequest.maximumGreeting))
        return UnsubscribePhrases.groups.find(in: text, startingAt: starts).contains(.command)
    }

    /// A command and nothing else.
    var isWholeCommand: Bool { isNamedCommand || isPlain && isWhole(.command) }

    /// A command that is not an everyday word, as `stop` and `cancel` are, and nothing else.
    var isNamedCommand: Bool {
        isPlain && (isWhole(.named) || UnsubscribePhrases.groups.find(whole: bare).contains(.command))
    }

    /// What may follow a subject that asks: a greeting, a name, an address.
    var isClosing: Bool {
        text.bytes.count <= UnsubscribeRequest.maximumClosing && isPlain && !isCut && !AutoReply.isAbsence(text)
    }

    /// No question, no link, and no words that rule out a request.
    private var isPlain: Bool {
        linkStart == nil && !found.contains(.against) && !text.bytes.contains(UInt8(ascii: "?"))
            && !text.contains("？") && !text.contains("؟")
    }

    private func isWhole(_ text: UnsubscribePhrases.WholeText) -> Bool {
        UnsubscribePhrases.wholeTexts.find(whole: bare).contains(text)
    }

    /// The text without signs at its ends.
    private var bare: ArraySlice<UInt8> {
        var bytes = text.bytes[...]
        while let first = bytes.first, UnsubscribeText.isSign(first) { bytes.removeFirst() }
        while let last = bytes.last, UnsubscribeText.isSign(last) { bytes.removeLast() }
        while bytes.count > 3, bytes.suffix(3).elementsEqual("。".utf8) { bytes.removeLast(3) }
        return bytes
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte < 0x80 && !byte.isLetter && !byte.isDigit && byte != UInt8(ascii: "@")
    }
}
