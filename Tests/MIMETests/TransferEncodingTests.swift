import Testing

@testable import MIME

@Suite("Transfer encodings")
struct TransferEncodingTests {
    private func decode(_ encoding: TransferEncoding, _ text: String, limit: Int = 1_000) -> String {
        let bytes = Array(text.utf8)
        return string(encoding.decode(bytes.span, 0..<bytes.count, limit: limit))
    }

    @Test(
        "of base64 are decoded over rubbish, line ends and missing padding",
        arguments: [
            ("YWJj", "abc"), ("YWJjZA==", "abcd"), ("YWJjZGU=", "abcde"), ("YWJjZA", "abcd"), ("YWJjZGU", "abcde"),
            ("YW\r\nJj\r\n", "abc"), ("Y W\tJ-j!ü", "abc"), ("YWJjZ", "abc"), ("YQ==YWI=YWJj", "aababc"), ("", ""),
            ("====", ""),
            ("Y", ""), ("Y=YWJj", "abc"), ("YWJj--\n", "abc"),
        ])
    func base64(text: String, expected: String) {
        #expect(decode(.base64, text) == expected)
    }

    @Test(
        "of quoted-printable are decoded, and broken escapes stay",
        arguments: [
            ("a=3Db", "a=b"), ("=c3=A4", "ä"), ("a=\nb", "ab"), ("a=\r\nb", "ab"), ("a= \t\r\nb", "ab"),
            ("a=\n\nb", "a\nb"),
            ("a=", "a"), ("a=\r", "a"), ("a= ", "a"), ("a=3", "a=3"), ("a=XYb", "a=XYb"), ("a==3D", "a=="),
            ("a=4\n1", "a=4\n1"),
            ("a= b", "a= b"), ("a_b", "a_b"), ("ä", "ä"), ("a\r\nb", "a\r\nb"), ("", ""), ("=", ""), ("==", "="),
        ])
    func quotedPrintable(text: String, expected: String) {
        #expect(decode(.quotedPrintable, text) == expected)
    }

    @Test("of base64 know every letter of the alphabet")
    func alphabet() {
        let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let bytes = Array(text.utf8)
        let digits = TransferEncoding.base64.decode(bytes.span, 0..<bytes.count, limit: .max)
        var bits: UInt64 = 0
        var found: [UInt8] = []
        for (index, byte) in digits.enumerated() {
            bits = bits << 8 | UInt64(byte)
            if index % 3 == 2 {
                found += [18, 12, 6, 0].map { UInt8(bits >> UInt64($0) & 63) }
                bits = 0
            }
        }
        #expect(found == Array(0..<64))
    }

    @Test("that are none, unknown or uuencode leave the bytes", arguments: [TransferEncoding.identity, .uuencode])
    func identity(encoding: TransferEncoding) {
        #expect(decode(encoding, "a=3D\n") == "a=3D\n")
    }

    @Test(
        "are decoded up to a limit, however large it is",
        arguments: [TransferEncoding.identity, .uuencode, .quotedPrintable, .base64])
    func limit(encoding: TransferEncoding) {
        for limit in 0...4 {
            #expect(decode(encoding, "YWJjZGVmZ2hp", limit: limit).utf8.count == limit)
        }
        #expect(!decode(encoding, "YWJj", limit: .max).isEmpty)
    }

    @Test("are decoded from a part of the bytes")
    func range() {
        let bytes = Array("xxYWJj=3D".utf8)
        #expect(string(TransferEncoding.base64.decode(bytes.span, 2..<6, limit: .max)) == "abc")
        #expect(string(TransferEncoding.quotedPrintable.decode(bytes.span, 6..<8, limit: .max)) == "=3")
        #expect(string(TransferEncoding.identity.decode(bytes.span, 1..<3, limit: .max)) == "xY")
        #expect(TransferEncoding.identity.decode(bytes.span, 9..<9, limit: .max).isEmpty)
    }
}
