import Testing

@testable import MIME

@Suite("Parameters")
struct ParametersTests {
    @Test(
        "are read in every form",
        arguments: [
            ("a/b; name=x", "x"), ("a/b;NAME=x", "x"), ("a/b ; name = x ; y=z", "x"), ("a/b; name=\"x y\"", "x y"),
            ("a/b; name=\"a;b=c\"", "a;b=c"), ("a/b; name=\"a\\\"b\\\\c\"", "a\"b\\c"), ("a/b; name=\"a\n b\"", "a b"),
            ("a/b; name=x (comment)", "x"), ("a/b (x; name=z); name=x", "x"), ("a/b; (\\)) name (c) = (d) x", "x"),
            ("a/b; (a(b;name=z)c) name=x", "x"), ("a/b (open; name=x", "x"), ("a/b; name=(open", "(open"),
            ("a/b; nam=y; names=z; name=x", "x"), ("a/b; name; name=x", "x"), ("a/b;;; ; name=x", "x"),
            ("a/b; name=x; name=y", "x"), ("a/b; name=\"x", "x"), ("a/b; name=\"x; y=z", "x"),
            ("a/b; z=\"u; name=x", "x"),
            ("a/b; name=", ""), ("a/b; name=\"\"", ""), ("a/b; name=x\ty", "x"), ("a/b; two words=y; name=x", "x"),
            ("name=x", nil), ("", nil), ("a/b; name", nil), ("a/b; nam=x", nil), ("a/b; name:x", nil), (";", nil),
            ("a/b; name=\"=?utf-8?Q?=C3=A4?=\"", "ä"),
        ] as [(String, String?)])
    func forms(value: String, expected: String?) {
        #expect(Parameters.value("name", in: Array(value.utf8).span) == expected)
    }

    @Test(
        "by RFC 2231 are put together and decoded",
        arguments: [
            ("; name*0=a; name*1=\"b c\"; name*2=d", "ab cd"), ("; name*2=d; name*0=a; name*1=b", "abd"),
            ("; name*=utf-8'en'%C3%A4%20x", "ä x"), ("; name*=UTF-8''%e2%82%ac", "€"), ("; name*=iso-8859-1''%E4", "ä"),
            ("; name*0*=utf-8''%C3; name*1*=%A4; name*2=%41", "ä%41"), ("; name*0=%41; name*1*=%42", "%41B"),
            ("; name=plain; name*=utf-8''better", "better"), ("; name*=%C3%A4", "ä"), ("; name*=a'b", "a'b"),
            ("; name*=''x", "x"), ("; name*=utf-8''a'b", "a'b"), ("; name*=utf-8''%zz%4%", "%zz%4%"),
            ("; name*0*=iso-2022-jp''%1B$B%47%5B; name*1*=%3F%2E%1B(B", "配信"), ("; name*=x-none''%E4", "ä"),
            ("; name*99999999999999999999=b; name*0=a", "ab"), ("; name*0=a; name*0=b", "ab"), ("; namex*0=a", nil),
        ] as [(String, String?)])
    func continuations(value: String, expected: String?) {
        #expect(Parameters.value("name", in: Array(value.utf8).span) == expected)
    }

    @Test("by RFC 2231 have so many pieces and no more")
    func pieces() {
        let value = (0..<(Parameters.maximumPieces + 2)).map { "; name*\($0)=x" }.joined()
        #expect(Parameters.value("name", in: Array(value.utf8).span)?.count == Parameters.maximumPieces)
    }

    @Test("of a message's parts are those of Content-Type")
    func parts() {
        let message = Message(parsing: Array("Content-Type: text/plain;\r\n charset=\"koi8-r\"\r\n\r\n".utf8))
        #expect(message.parameter("charset", ofPart: 0) == "koi8-r")
        #expect(message.parameter("format", ofPart: 0) == nil)
        #expect(Message(parsing: []).parameter("charset", ofPart: 0) == nil)
    }
}
