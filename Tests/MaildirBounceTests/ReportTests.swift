import Bytes
import Classifier
import Foundation
import Maildir
import Testing

@testable import MaildirBounce

@Suite("reports")
struct ReportTests {
    /// Every character that can be alone in a string, in one text.
    private static let everything = String(
        String.UnicodeScalarView((0...0x2_FFFF).compactMap(Unicode.Scalar.init)))

    @Test("a JSON line reads back as what was written, whatever characters there are")
    func jsonRoundTrip() throws {
        var json = JSONWriter()
        json.object { writer in
            writer.member("text", Self.everything)
            writer.member("empty", "")
            writer.member("none", nil as String?)
            writer.member("yes", true)
            writer.member("number", 12)
            writer.array("list", ["a", "b"]) { writer, text in writer.object { $0.member("x", text) } }
            writer.array("nothing", [String]()) { _, _ in }
        }
        json.endLine()
        #expect(json.bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
        #expect((object["text"] as? String).map { Array($0.unicodeScalars) } == Array(Self.everything.unicodeScalars))
        #expect(Set(object.keys) == ["text", "yes", "number", "list"])
        #expect((object["list"] as? [[String: String]])?.map { $0["x"] } == ["a", "b"])
    }

    @Test(
        "a character is escaped in a JSON line or not, whatever byte of eight it is",
        arguments: [
            "\"", "\\", "\u{1}", "\n", "\u{7F}", "\u{85}", "\u{AD}", "\u{61C}", "\u{200B}", "\u{200E}", "\u{FEFF}",
            "\u{E0041}",
            "é", "配", "😀", " ", "!", "[", "~",
        ])
    func jsonEscapes(character: String) {
        func written(_ text: String) -> String {
            var json = JSONWriter()
            json.object { $0.member("x", text) }
            return String(decoding: json.bytes.dropFirst(6).dropLast(2), as: UTF8.self)
        }
        let alone = written(character)
        for before in 0..<17 {
            for behind in 0..<17 {
                let (left, right) = (String(repeating: "a", count: before), String(repeating: "b", count: behind))
                #expect(written(left + character + right) == left + alone + right)
            }
        }
    }

    @Test("nothing that moves a cursor or turns text around is left in a JSON line, a text or a CSV field")
    func nothingUnsafe() {
        var json = JSONWriter()
        json.object { $0.member("text", Self.everything) }
        let texts = [
            String(decoding: json.bytes, as: UTF8.self), terminalSafe(Self.everything),
            String(CSV.row([Self.everything]).dropLast()), PrometheusText.escaped(Self.everything),
            // HTML shows the beginning of a text only.
            Self.hidden.map { HTML(String($0)).markup }.joined(), Self.hidden.map { terminalSafe(String($0)) }.joined(),
        ]
        for text in texts {
            #expect(!hasHidden(text))
        }
    }

    private static let hidden = (0...0x10_FFFF).compactMap(Unicode.Scalar.init).filter { isHidden($0.value) }

    @Test("a character beyond the first plane is two surrogates in JSON, and reads back")
    func surrogates() throws {
        var json = JSONWriter()
        json.object { $0.member("x", "\u{E0041}a\u{61C}") }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "{\"x\":\"\\udb40\\udc41a\\u061c\"}")
        let object = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: String]
        #expect(object?["x"] == "\u{E0041}a\u{61C}")
    }

    @Test("a CSV field with commas, quotes or the beginning of a formula is quoted")
    func csv() {
        #expect(
            CSV.row(["a", nil, "b,c", "say \"x\"", "=1+1", "@x", "-5", "+1"])
                == "a,,\"b,c\",\"say \"\"x\"\"\",'=1+1,'@x,'-5,'+1\r\n")
    }

    @Test("a text is cut to the columns of a terminal, wide characters counted twice")
    func cutting() {
        #expect("abcdef".cut(toColumns: 6) == "abcdef")
        #expect("abcdefg".cut(toColumns: 6) == "abcde…")
        #expect("宛先不明です".cut(toColumns: 12) == "宛先不明です")
        #expect("宛先不明です".cut(toColumns: 7) == "宛先不…")
        #expect("abcdefg".cut(toColumns: nil) == "abcdefg")
    }

    @Test("the HTML report has a colour for each class")
    func colours() {
        let sheet = HTMLStyle.sheet.description
        for number in 1...MessageClass.allCases.count {
            #expect(sheet.contains(".f\(number){fill:var(--c\(number))}"), "\(number)")
            // Light, dark and paper.
            #expect(sheet.components(separatedBy: "--c\(number):").count == 4, "\(number)")
        }
    }

    @Test("a verdict's keys come in the order of the contract, and absent ones are absent")
    func keyOrder() {
        var verdict = Verdict(
            messageClass: .hardBounce, origin: .local, arrival: 0, messageID: "m@x.example", dialect: "postfix",
            reportingMTA: "mail.x.example",
            recipients: [
                Outcome(
                    address: "bob@x.example", kind: .hard, reason: .userUnknown, status: "5.1.1", replyCode: "550",
                    action: "failed", diagnostic: "no", remoteMTA: "mx.x.example", command: "RCPT", isVERP: true,
                    finalAddress: "rob@x.example")
            ],
            original: OriginalMessage(
                messageID: "o@x.example", from: "n@x.example", subject: "s", listID: "l.x.example",
                feedbackID: "1:x\u{1B}"),
            evidence: [Evidence(rule: "r", at: "Status", speaker: .field, matched: "5", recipient: "b", runnerUp: "q")],
            limitHit: "l")
        verdict.original?.headers = [OriginalMessage.Header(name: "X-\"Job", value: "7")]
        verdict.deliveredTo = ["bounce+bob=x.example@n.example", "bounce@n.example"]
        var json = JSONWriter()
        json.verdict(verdict, file: "f")
        json.verdict(Verdict(messageClass: .notABounce), file: "g")
        verdict.evidence[0].passedOver = [
            .summary(.reporter), .lower(.field, than: .remote), .derivedStatus("5.1.1", replyCode: 550),
        ]
        var explained = JSONWriter()
        explained.verdict(verdict, file: "f", explain: true)
        #expect(
            String(decoding: explained.bytes, as: UTF8.self).contains(
                """
                "evidence":[{"rule":"r","at":"Status","speaker":"field","matched":"5","recipient":"b","runner_up":"q",\
                "passed_over":["reporter: a reply is quoted","field: remote says something specific",\
                "Status 5.1.1: made up from the reply code 550"]}]
                """))
        #expect(
            String(decoding: json.bytes, as: UTF8.self) == """
                {"file":"f","class":"hard-bounce","origin":"local","arrival":"1970-01-01T00:00:00Z",\
                "message_id":"m@x.example","dialect":"postfix","reporting_mta":"mail.x.example",\
                "delivered_to":"bounce+bob=x.example@n.example",\
                "recipients":[{"address":"bob@x.example","kind":"hard","reason":"userunknown","party":"recipient",\
                "status":"5.1.1",\
                "reply_code":"550","action":"failed","diagnostic":"no","remote_mta":"mx.x.example","command":"RCPT",\
                "verp":true,"final_address":"rob@x.example"}],\
                "original":{"message_id":"o@x.example","from":"n@x.example","subject":"s",\
                "list_id":"l.x.example","feedback_id":"1:x\\u001b","headers":{"X-\\"Job":"7"}},\
                "evidence":[{"rule":"r","at":"Status","speaker":"field"}],"limit":"l"}
                {"file":"g","class":"not-a-bounce"}

                """)
    }
}
