import CRules

/// The rules as compiled by `compile-rules`: constants of the program, used in place.
package struct RuleTable: @unchecked Sendable {
    /// The sections of the table, in the order of its directory.
    package enum Section: Int, CaseIterable, Sendable {
        case rules, providers, strings
        /// By phrase of the rules: the rules that it completes, the providers' rules whose first word it is, and its places in
        /// phrases of several pieces. Each is a list of starts, and one of numbers.
        case singleStarts, singles, providerStarts, providerNumbers, stepStarts, steps
        /// The subjects that it names, and the rules of which it is the predicate.
        case subjectStarts, subjectNumbers, predicateStarts, predicateNumbers
        case places
        case servers, sentences
        case listed, relays, habits
        /// Each set of phrases, and what each of its phrases means.
        case ruleWords
        case textWords, textMeanings, subjectWords, subjectMeanings
        case replySubjectWords, replySubjectMeanings, replyTextWords, replyTextMeanings, challengeWords,
            challengeMeanings
        case unsubscribeWords, unsubscribeMeanings, unsubscribeWholeWords, unsubscribeWholeMeanings, ownWords,
            ownWordsMeanings
        case commandWords, commandMeanings, senderWords, senderMeanings
        case listedWords, listedMeanings, otherWords, otherMeanings
        case signTextWords, signTextMeanings, signSubjectWords, signSubjectMeanings, signFromWords, signFromMeanings
        case signMailerWords, signMailerMeanings, signMessageIDWords, signMessageIDMeanings
        case signBoundaryWords, signBoundaryMeanings
    }

    /// The table of Rules/.
    static let standard = RuleTable(
        numbers: UnsafeBufferPointer(start: crules_numbers(), count: Int(crules_number_count())),
        text: UnsafeBufferPointer(start: crules_text(), count: Int(crules_text_length())))

    private let numbers: UnsafeBufferPointer<UInt32>
    private let text: UnsafeBufferPointer<UInt8>

    /// - Parameters:
    ///   - numbers: a range for each section, and the sections; they, and the text, outlive the table.
    package init(numbers: UnsafeBufferPointer<UInt32>, text: UnsafeBufferPointer<UInt8>) {
        self.numbers = numbers
        self.text = text
    }

    /// The numbers of a section.
    func numbers(_ section: Section) -> UnsafeBufferPointer<UInt32> {
        let (at, count) = (Int(numbers[2 * section.rawValue]), Int(numbers[2 * section.rawValue + 1]))
        return UnsafeBufferPointer(rebasing: numbers[at..<(at + count)])
    }

    /// A section as records, which consist of numbers.
    func records<Record>(_ section: Section, of type: Record.Type = Record.self) -> UnsafeBufferPointer<Record> {
        numbers(section).records()
    }

    /// The phrases of a section.
    func phrases(_ section: Section) -> PhraseMatcher { PhraseMatcher(numbers(section), text: text) }

    /// The text of a range.
    func string(_ range: crules_range) -> String { String(decoding: bytes(range), as: UTF8.self) }

    private func bytes(_ range: crules_range) -> Slice<UnsafeBufferPointer<UInt8>> {
        text[Int(range.at)..<Int(range.at + range.count)]
    }

    /// The texts of a range of strings.
    func strings(_ range: crules_range) -> [String] {
        let all = records(.strings, of: crules_range.self)
        return all[Int(range.at)..<Int(range.at + range.count)].map { string($0) }
    }
}

extension UnsafeBufferPointer<UInt32> {
    /// The same memory as records of numbers.
    func records<Record>(of type: Record.Type = Record.self) -> UnsafeBufferPointer<Record> {
        UnsafeRawBufferPointer(self).assumingMemoryBound(to: type)
    }
}
