/// What a person reads of an HTML body: enough to find sentences and addresses in it, no more.
package enum HTMLText {
    /// The text without tags, comments, style and script; block elements and `<br>` become line ends.
    package static func plain(_ bytes: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 2)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "<"), index + 1 < bytes.count, opensTag(bytes[index + 1]) {
                index = skipTag(bytes, at: index, into: &out)
            } else if byte == UInt8(ascii: "&") {
                index = entity(bytes, at: index, into: &out)
            } else if byte == 0x0A || byte == 0x0D {
                // A line end in the source is a blank on the page.
                if let last = out.last, last != 0x20, last != 0x0A { out.append(0x20) }
                index += 1
            } else {
                out.append(byte)
                index += 1
            }
        }
        return out
    }

    /// The charset that a `<meta>` names in the first 2 KiB, or nil.
    package static func declaredCharset(_ bytes: Span<UInt8>) -> String? {
        let end = min(bytes.count, 2_048)
        var index = 0
        while let mark = bytes.firstIndex(of: UInt8(ascii: "="), in: index..<end) {
            index = mark + 1
            guard mark >= 7, bytes.equals("charset", ignoringCaseIn: (mark - 7)..<mark) else { continue }
            var start = mark + 1
            while start < end, bytes[start] == 0x22 || bytes[start] == 0x27 || bytes[start] == 0x20 { start += 1 }
            var stop = start
            while stop < end, bytes[stop].isLetter || bytes[stop].isDigit || bytes[stop] == 0x2D || bytes[stop] == 0x5F
            {
                stop += 1
            }
            if stop > start { return String(decoding: bytes.copy(start..<stop), as: UTF8.self) }
        }
        return nil
    }

    private static func opensTag(_ byte: UInt8) -> Bool {
        byte.isLetter || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
    }

    private static func skipTag(_ bytes: Span<UInt8>, at start: Int, into out: inout [UInt8]) -> Int {
        if bytes.hasPrefix("<!--", ignoringCaseIn: start..<bytes.count) {
            return end(of: "-->", bytes, from: start + 4) ?? bytes.count
        }
        var nameStart = start + 1
        if bytes[nameStart] == UInt8(ascii: "/") { nameStart += 1 }
        var nameEnd = nameStart
        while nameEnd < bytes.count, bytes[nameEnd].isLetter || bytes[nameEnd].isDigit { nameEnd += 1 }
        let name = nameStart..<nameEnd
        guard let close = bytes.firstIndex(of: UInt8(ascii: ">"), in: nameEnd..<bytes.count) else { return bytes.count }
        // <user@dest.example> that was not escaped is an address, not a tag.
        if let at = bytes.firstIndex(of: UInt8(ascii: "@"), in: nameEnd..<close),
            at == nameEnd || !hasBlank(bytes, start..<at)
        {
            out.append(contentsOf: bytes.copy(start..<(close + 1)))
            return close + 1
        }
        if bytes.equals("style", ignoringCaseIn: name), nameStart == start + 1 {
            return end(of: "</style", bytes, from: close + 1) ?? bytes.count
        }
        if bytes.equals("title", ignoringCaseIn: name), nameStart == start + 1 {
            return end(of: "</title", bytes, from: close + 1) ?? bytes.count
        }
        if bytes.equals("script", ignoringCaseIn: name), nameStart == start + 1 {
            return end(of: "</script", bytes, from: close + 1) ?? bytes.count
        }
        if isBlock(bytes, name) {
            if out.last != 0x0A { out.append(0x0A) }
        } else if bytes.equals("td", ignoringCaseIn: name) || bytes.equals("th", ignoringCaseIn: name) {
            out.append(0x20)
        }
        return close + 1
    }

    private static func hasBlank(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index].isSpace { return true }
        return false
    }

    /// Where the text behind `word` starts.
    private static func end(of word: StaticString, _ bytes: Span<UInt8>, from start: Int) -> Int? {
        let first = word.utf8Start[0]
        var index = start
        while let mark = bytes.firstIndex(of: first, in: index..<bytes.count) {
            if bytes.hasPrefix(word, ignoringCaseIn: mark..<bytes.count) {
                let behind = mark + word.utf8CodeUnitCount
                guard first == UInt8(ascii: "<") else { return behind }
                return bytes.firstIndex(of: UInt8(ascii: ">"), in: behind..<bytes.count).map { $0 + 1 } ?? bytes.count
            }
            index = mark + 1
        }
        return nil
    }

    private static func isBlock(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        let blocks: [StaticString] = [
            "br", "p", "div", "tr", "li", "ul", "ol", "table", "hr", "pre", "blockquote", "body", "head", "title", "dt",
            "dd", "center",
        ]
        for block in blocks where bytes.equals(block, ignoringCaseIn: name) { return true }
        return name.count == 2 && bytes[name.lowerBound].lowercased == UInt8(ascii: "h")
            && bytes[name.lowerBound + 1].isDigit
    }

    private static let entities: [(StaticString, [UInt8])] = [
        ("lt;", [0x3C]), ("gt;", [0x3E]), ("amp;", [0x26]), ("quot;", [0x22]), ("apos;", [0x27]), ("nbsp;", [0x20]),
        ("eacute;", Array("é".utf8)), ("egrave;", Array("è".utf8)), ("agrave;", Array("à".utf8)),
        ("ccedil;", Array("ç".utf8)), ("uuml;", Array("ü".utf8)), ("ouml;", Array("ö".utf8)),
        ("auml;", Array("ä".utf8)), ("szlig;", Array("ß".utf8)), ("ntilde;", Array("ñ".utf8)),
        ("oacute;", Array("ó".utf8)), ("aacute;", Array("á".utf8)), ("iacute;", Array("í".utf8)),
        ("uacute;", Array("ú".utf8)), ("atilde;", Array("ã".utf8)), ("otilde;", Array("õ".utf8)),
        ("ecirc;", Array("ê".utf8)), ("Uuml;", Array("Ü".utf8)), ("Ouml;", Array("Ö".utf8)), ("Auml;", Array("Ä".utf8)),
    ]

    private static func entity(_ bytes: Span<UInt8>, at start: Int, into out: inout [UInt8]) -> Int {
        let from = start + 1
        if from < bytes.count, bytes[from] == UInt8(ascii: "#") {
            var index = from + 1
            var value: UInt32 = 0
            let isHex = index < bytes.count && bytes[index].lowercased == UInt8(ascii: "x")
            if isHex { index += 1 }
            let digits = index
            while index < bytes.count, index < digits + 7 {
                if isHex, let digit = TransferEncoding.hexDigit(bytes[index]) {
                    value = value * 16 + UInt32(digit)
                } else if bytes[index].isDigit {
                    value = value * 10 + UInt32(bytes[index] - 0x30)
                } else {
                    break
                }
                index += 1
            }
            if index > digits, let scalar = Unicode.Scalar(value) {
                out.append(contentsOf: Array(String(Character(value == 160 ? " " : scalar)).utf8))
                return index < bytes.count && bytes[index] == UInt8(ascii: ";") ? index + 1 : index
            }
        }
        let rest = from..<min(bytes.count, from + 8)
        for (name, text) in entities where bytes.hasPrefix(name, ignoringCaseIn: rest) {
            out.append(contentsOf: text)
            return from + name.utf8CodeUnitCount
        }
        out.append(UInt8(ascii: "&"))
        return from
    }
}
