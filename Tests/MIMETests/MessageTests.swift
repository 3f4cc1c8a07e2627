import Testing

@testable import MIME

@Suite("A message")
struct MessageTests {
    @Test("gives the text of a part without its encoding and charset")
    func text() {
        let text =
            "Content-Type: multipart/alternative; boundary=b\n\n"
            + "--b\nContent-Type: text/plain; charset=\"iso-2022-jp\"\nContent-Transfer-Encoding: base64\n\nGyRCR1s/LhsoQg==\n"
            + "--b\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
            + "<p>can=92t&nbsp;=\nsay</p>\n--b\n\nplain ä\n--b--\n"
        let message = Message(parsing: Array(text.utf8))
        #expect(message.text(ofPart: 1) == "配信")
        #expect(message.text(ofPart: 2) == "can’t say\n\n")
        #expect(message.text(ofPart: 3) == "plain ä")
        #expect(message.textBytes(ofPart: 3) == Array("plain ä".utf8))
        #expect(string(message.decodedBody(ofPart: 2)) == "<p>can\u{FFFD}t&nbsp;say</p>")
    }

    @Test("keeps its bytes, but for lines that end with CR alone")
    func bytes() {
        for text in ["a: b\r\n\r\nc\rd", "a: b\n\nc\r", "", "a"] {
            #expect(Message(parsing: Array(text.utf8)).bytes == Array(text.utf8))
        }
        #expect(Message(parsing: Array("a: b\r\rc".utf8)).bytes == Array("a: b\n\nc".utf8))
    }

    @Test("of nothing has one part")
    func empty() {
        let message = Message(parsing: [])
        #expect(outline(message) == ["0 textPlain: "])
        #expect(message.text(ofPart: 0) == "")
        #expect(message.field(.subject) == nil)
    }
}
