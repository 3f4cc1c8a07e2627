import MIME
import TestSupport
import Testing

@testable import Classifier

@Suite("a folded text")
struct FoldingTests {
    private func folded(_ text: String) -> String {
        String(decoding: FoldedText(Array(text.utf8)).bytes, as: UTF8.self)
    }

    @Test("is in lower case, whatever byte of eight a letter is")
    func lowerCase() {
        let signs = String((0x21...0x7E).filter { $0 != 0x40 }.map { Character(Unicode.Scalar(UInt8($0))) })
        for start in 0..<16 {
            let text = String(repeating: "a", count: start) + signs
            #expect(folded(text) == text.lowercased())
        }
    }

    @Test(
        "ends a word where it ends, whatever byte of eight that is",
        arguments: ["@", " ", "\t", "é", "\u{1}", "\u{7F}", "配"])
    func ends(sign: String) {
        for length in 1..<24 {
            let word = String(repeating: "X", count: length)
            let expected =
                switch sign {
                // An address is reduced to its sign.
                case "@": "@ y"
                case " ", "\t": word.lowercased() + " y y"
                default: word.lowercased() + sign + "y y"
                }
            #expect(folded(word + sign + "Y Y") == expected)
        }
    }

    @Test(
        "is in lower case in other alphabets, too",
        arguments: ["Άγνωστος Έλεγχος Ήταν Ίδιο Όριο Ύλη Ώρα Ω", "Ящик Ёлка Ђ", "Élan Über Śląsk Łódź Žádný Ěk Őr Ņ"])
    func otherAlphabets(text: String) {
        #expect(folded(text) == text.lowercased())
    }

    @Test(
        "keeps its last character in any script, and the last of each line",
        arguments: ["supprimé", "недоступен", "配信不能", "전송 실패", "ไม่พบ", "לא נמצא", "η διεύθυνση δεν υπάρχει", "👍", "a"])
    func lastCharacter(text: String) {
        #expect(folded(text) == text)
        #expect(folded("x \(text) ") == "x \(text)")
        let prose = Prose(Array("\(text)\nx\n\(text)".utf8)).folded(limit: 6_000)
        #expect(String(decoding: prose.bytes, as: UTF8.self) == "\(text) x \(text)")
    }

    @Test("of prose finds a sentence that is cut between two lines")
    func acrossLines() {
        let prose = Prose(Array("Your message could not be\ndelivered to anybody.\n\nbe\ndelivered".utf8))
        #expect(!prose.signals(ofLine: 0).contains(.failure))
        #expect(!prose.signals(ofLine: 1).contains(.failure))
        #expect(prose.signals(endingInLine: 1).contains(.failure))
        #expect(!prose.signals(endingInLine: 4).contains(.failure))
    }

    @Test("of two lines finds what stands in the first one, too")
    func lineBefore() {
        let prose = Prose(Array("This could not be delivered\nto anybody.\n".utf8))
        #expect(prose.signals(endingInLine: 1).contains(.failure))
        #expect(!prose.signals(ofLine: 1).contains(.failure))
    }

    @Test("of prose is that of its text, made from the lines or not")
    func ofProse() {
        var numbers = SeededGenerator(seed: 3)
        let pieces = [
            "Sorry, ", "a B", " ", "\n", "\n", "\n\n", "\r\n", "\t", "550 ", "550-", "550 5.1.1 ", "421 ", "5.1.1", "@",
            "b@c.example",
            "配", "送", "é", "\u{A0}", "\u{3000}", "’", "--- Below this line is a copy of the message.\n",
            "Received: by a.example\nFrom: b\nTo: c\n",
        ]
        var made = 0
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<12, using: &numbers)
            let text = Array((0..<count).map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined().utf8)
            let prose = Prose(text)
            let end = prose.quotedAt ?? prose.head.upperBound
            for limit in [end / 2, 6_000] {
                #expect(prose.folded(limit: limit).bytes == FoldedText(Array(text[..<min(end, limit)])).bytes)
            }
            if prose.isFoldedAsOne { made += 1 }
        }
        #expect(made > 2_000 && made < 5_000)
    }

    @Test("of a plain value is that of what the value means, and no other value is plain")
    func plain() {
        var numbers = SeededGenerator(seed: 7)
        let pieces = ["a", "B ", "=", "?", "=?utf-8?Q?=C3=A4?=", "ä", "\u{1B}", "\u{1B}$B", "\t", "@", "550 "]
        for _ in 0..<2_000 {
            let value = Array((0..<6).map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined().utf8)
            let meaning = EncodedWord.decode(value.span)
            guard EncodedWord.isPlain(value.span) else { continue }
            #expect(FoldedText(value).bytes == FoldedText(meaning).bytes)
            #expect(Array(meaning.utf8) == value)
        }
        let isPlain = EncodedWord.isPlain(Array("=?utf-8?Q?a?=".utf8).span)
        #expect(!isPlain)
    }
}
