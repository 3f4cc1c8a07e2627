import Bytes

/// The visible text of an HTML body, good enough to find sentences and addresses in it.
package enum HTMLText {
    /// The text without tags, comments, title, style and script; block elements and `<br>` become line ends, paragraphs
    /// are separated by empty lines.
    package static func plain(_ bytes: Span<UInt8>) -> [UInt8] {
        var page = Page(capacity: bytes.count / 2)
        page.read(bytes)
        return page.text
    }

    /// Bytes of a page that are searched for its charset: WHATWG asks for the first 1,024; Office writes more before it.
    private static let charsetBytes = 2_048

    /// The charset that a `<meta>` names near the start, or nil. A page in which that can be read is not in UTF-16.
    package static func declaredCharset(_ bytes: Span<UInt8>) -> String? {
        let end = min(bytes.count, charsetBytes)
        var index = 0
        while let mark = bytes.firstIndex(of: UInt8(ascii: "="), in: index..<end) {
            index = mark + 1
            let name = bytes.trimmed(max(0, mark - 16)..<mark)
            guard name.count >= 7, bytes.equals("charset", ignoringCaseIn: (name.upperBound - 7)..<name.upperBound)
            else { continue }
            var start = mark + 1
            while start < end, bytes[start] == 0x22 || bytes[start] == 0x27 || bytes[start] == 0x20 { start += 1 }
            var stop = start
            while stop < end, bytes[stop].isLetterOrDigit || bytes[stop] == 0x2D || bytes[stop] == 0x5F {
                stop += 1
            }
            guard stop > start else { continue }
            let label = String(decoding: bytes.copy(start..<stop), as: UTF8.self)
            let isWide = ["UTF-16", "UTF-32"].contains { Charset.canonicalName(label).hasPrefix($0) }
            return isWide ? nil : label
        }
        return nil
    }

    /// A reader of a page, from start to end. Every search that finds nothing ends it, so that the cost is linear.
    private struct Page {
        private(set) var text: [UInt8] = []
        /// Open `<pre>` elements: within them a line end in the source is one on the page.
        private var preformatted = 0

        init(capacity: Int) { text.reserveCapacity(capacity) }

        mutating func read(_ bytes: Span<UInt8>) {
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                switch byte {
                case UInt8(ascii: "<") where opensTag(bytes, at: index): index = tag(bytes, at: index)
                case UInt8(ascii: "&"): index = HTMLEntity.read(bytes, at: index, into: &text)
                case 0x0A where preformatted > 0:
                    text.append(byte)
                    index += 1
                case 0x0A, 0x0D:
                    if preformatted == 0, let last = text.last, last != 0x20, last != 0x0A { text.append(0x20) }
                    index += 1
                default:
                    text.append(byte)
                    index += 1
                }
            }
        }

        /// Whether a tag starts here. `<user@dest.example>` that was not escaped is an address, `1 < 2` a sum.
        private func opensTag(_ bytes: Span<UInt8>, at start: Int) -> Bool {
            guard start + 1 < bytes.count else { return false }
            let first = bytes[start + 1]
            guard
                first.isLetter || first == UInt8(ascii: "/") || first == UInt8(ascii: "!") || first == UInt8(ascii: "?")
            else { return false }
            var index = start + 1
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: "@") { return false }
                if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte.isSpace { return true }
                index += 1
            }
            return true
        }

        /// Reads the tag, including hidden content after it. Returns where the page continues.
        private mutating func tag(_ bytes: Span<UInt8>, at start: Int) -> Int {
            if bytes.hasPrefix("<!--", ignoringCaseIn: start..<bytes.count) {
                return end(of: "-->", bytes, from: start + 4) ?? bytes.count
            }
            let isEnd = bytes[start + 1] == UInt8(ascii: "/")
            let nameStart = isEnd ? start + 2 : start + 1
            var nameEnd = nameStart
            while nameEnd < bytes.count, bytes[nameEnd].isLetterOrDigit { nameEnd += 1 }
            let name = nameStart..<nameEnd
            guard let close = bytes.firstIndex(of: UInt8(ascii: ">"), in: nameEnd..<bytes.count) else {
                return bytes.count
            }
            if !isEnd {
                for (word, endTag) in Page.hidden where bytes.equals(word, ignoringCaseIn: name) {
                    return end(of: endTag, bytes, from: close + 1) ?? bytes.count
                }
            }
            if bytes.equals("pre", ignoringCaseIn: name) {
                preformatted = isEnd ? max(0, preformatted - 1) : preformatted + 1
            }
            if bytes.equals("br", ignoringCaseIn: name) {
                endLine(leavesEmpty: text.last == 0x0A)
            } else if isHeading(bytes, name) || isOne(of: Page.paragraphs, bytes, name) {
                endLine(leavesEmpty: true)
            } else if isOne(of: Page.blocks, bytes, name) {
                endLine(leavesEmpty: false)
            } else if bytes.equals("td", ignoringCaseIn: name) || bytes.equals("th", ignoringCaseIn: name) {
                text.append(0x20)
            }
            return close + 1
        }

        private static let hidden: [(StaticString, endTag: StaticString)] = [
            ("style", "</style"), ("title", "</title"), ("script", "</script"),
        ]

        /// Where the text after `word` starts, after the rest of the tag if the word opens one.
        private func end(of word: StaticString, _ bytes: Span<UInt8>, from start: Int) -> Int? {
            let first = word.utf8Start[0]
            var index = start
            while let mark = bytes.firstIndex(of: first, in: index..<bytes.count) {
                if bytes.hasPrefix(word, ignoringCaseIn: mark..<bytes.count) {
                    let behind = mark + word.utf8CodeUnitCount
                    guard first == UInt8(ascii: "<") else { return behind }
                    return bytes.firstIndex(of: UInt8(ascii: ">"), in: behind..<bytes.count).map { $0 + 1 }
                }
                index = mark + 1
            }
            return nil
        }

        /// Ends the line, and leaves an empty one after it if asked to; never two of them.
        private mutating func endLine(leavesEmpty: Bool) {
            guard let last = text.last else { return }
            if last != 0x0A { text.append(0x0A) }
            if leavesEmpty, text.count > 1, text[text.count - 2] != 0x0A { text.append(0x0A) }
        }

        /// Elements that start on a line of their own.
        private static let blocks: [StaticString] = [
            "div", "tr", "li", "table", "body", "head", "title", "dt", "dd", "center", "address", "form", "section",
            "article",
        ]

        /// Elements with empty lines before and after them.
        private static let paragraphs: [StaticString] = ["p", "ul", "ol", "hr", "pre", "blockquote", "dl"]

        private func isOne(of elements: [StaticString], _ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
            for element in elements where bytes.equals(element, ignoringCaseIn: name) { return true }
            return false
        }

        private func isHeading(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
            name.count == 2 && bytes[name.lowerBound].lowercased == UInt8(ascii: "h")
                && bytes[name.lowerBound + 1].isDigit
        }
    }
}
