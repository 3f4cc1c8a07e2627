/// One pass over the lines of a message. Every line is looked at once, and only lines that start with `--` are compared
/// with the open boundaries, of which there are `MIMELimits.depth` at the most: the cost is linear in the size.
struct MessageParser {
    private struct OpenMultipart {
        var part: Int
        var boundary: [UInt8]
    }

    let limits: MIMELimits
    var fields: [HeaderField] = []
    var parts: [Part] = []
    var limitHit: String?
    /// Multiparts whose closing delimiter has not come yet, the outermost first.
    private var open: [OpenMultipart] = []
    /// Parts whose end is not known yet, each within the one before.
    private var chain: [Int] = []
    private var trustBoundary = true

    init(limits: MIMELimits) { self.limits = limits }

    mutating func parse(_ bytes: Span<UInt8>) {
        pass(bytes, trustBoundary: true)
        // A boundary parameter that no line repeats is wrong: the one in use is read off the body.
        if parts.count == 1, parts[0].type.isMultipart {
            fields.removeAll(keepingCapacity: true)
            parts.removeAll(keepingCapacity: true)
            open.removeAll()
            chain.removeAll()
            pass(bytes, trustBoundary: false)
        }
        // A multipart in which no delimiter stands at all is one text.
        if parts.count == 1, parts[0].type.isMultipart { parts[0].type = .textPlain }
    }

    private mutating func pass(_ bytes: Span<UInt8>, trustBoundary: Bool) {
        self.trustBoundary = trustBoundary
        fields.reserveCapacity(48)
        parts.reserveCapacity(8)
        var position = start(bytes)
        position = beginPart(bytes, at: position, parent: nil)
        // With no boundary open there is nothing left to find.
        while position < bytes.count, !open.isEmpty {
            let line = bytes.line(at: position, before: bytes.count)
            if line.content.count > 2, bytes[position] == UInt8(ascii: "-"), bytes[position + 1] == UInt8(ascii: "-"),
                let hit = boundary(bytes, line.content)
            {
                let holder = open[hit.level].part
                close(below: holder, at: position, bytes)
                open.removeLast(open.count - hit.level - (hit.isLast ? 0 : 1))
                position = hit.isLast ? line.next : beginPart(bytes, at: line.next, parent: holder)
            } else {
                position = line.next
            }
        }
        close(below: nil, at: bytes.count, bytes)
    }

    /// Where the header starts: behind an mbox `From ` line and empty lines that a careless pipe left.
    private func start(_ bytes: Span<UInt8>) -> Int {
        var position = 0
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            let isFrom =
                bytes.hasPrefix("from ", ignoringCaseIn: line.content)
                || bytes.hasPrefix(">from ", ignoringCaseIn: line.content)
            guard line.content.isEmpty || isFrom, line.next > position else { break }
            position = line.next
        }
        // A message of empty lines only has no header.
        return position < bytes.count ? position : 0
    }

    /// Reads a part's header at `position` and opens what it holds. Returns where its body's first unread line starts.
    private mutating func beginPart(_ bytes: Span<UInt8>, at position: Int, parent: Int?) -> Int {
        var position = position
        var parent = parent
        while true {
            let depth = parent.map { parts[$0].depth + 1 } ?? 0
            guard parts.count < limits.parts, depth < limits.depth else {
                limitHit = parts.count >= limits.parts ? "more than \(limits.parts) parts" : "parts nested too deep"
                return position
            }
            let enclosed = parent.map { parts[$0].isEnclosed || parts[$0].type == .messageRFC822 } ?? false
            let head = header(bytes, at: position)
            var part = Part(
                type: .textPlain, encoding: .identity, fields: head.fields, body: head.next..<bytes.count,
                parent: parent, depth: depth, isEnclosed: enclosed, hasContentType: false)
            var boundary: String?
            for index in head.fields {
                let field = fields[index]
                if !part.hasContentType, field.hash == FieldName.contentType.hash,
                    bytes.equals("content-type", ignoringCaseIn: field.name)
                {
                    part.hasContentType = true
                    part.type = MediaType(bytes, field.value)
                    if part.type.isMultipart {
                        boundary = Parameters.value("boundary", in: bytes.extracting(field.value))
                    }
                } else if field.hash == FieldName.contentTransferEncoding.hash,
                    bytes.equals("content-transfer-encoding", ignoringCaseIn: field.name)
                {
                    part.encoding = TransferEncoding(bytes, field.value)
                }
            }
            let index = parts.count
            parts.append(part)
            chain.append(index)
            position = head.next
            if part.type.isMultipart {
                if let boundary, !boundary.isEmpty, trustBoundary || index > 0 {
                    open.append(OpenMultipart(part: index, boundary: Array(boundary.utf8)))
                } else if let guess = guessBoundary(bytes, from: position) {
                    open.append(OpenMultipart(part: index, boundary: guess))
                }
                return position
            }
            // An enclosed message starts with its own header at once. RFC 2046 section 5.2.1 forbids it a transfer
            // encoding other than identity; where one is there all the same, it is decoded when asked for.
            guard part.type == .messageRFC822, part.encoding == .identity else { return position }
            parent = index
            position = skipBlankLines(bytes, at: position)
        }
    }

    /// Some servers leave an empty line before the enclosed header.
    private func skipBlankLines(_ bytes: Span<UInt8>, at position: Int) -> Int {
        let line = bytes.line(at: position, before: bytes.count)
        guard line.content.isEmpty, line.next < bytes.count else { return position }
        let second = bytes.line(at: line.next, before: bytes.count)
        return headerName(bytes, second.content) != nil ? line.next : position
    }

    /// A multipart without a boundary parameter: the first line that starts with `--` within a few lines is taken.
    private func guessBoundary(_ bytes: Span<UInt8>, from position: Int) -> [UInt8]? {
        var position = position
        for _ in 0..<20 where position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            let content = bytes.trimmed(line.content)
            if content.count > 6, bytes[content.lowerBound] == UInt8(ascii: "-"),
                bytes[content.lowerBound + 1] == UInt8(ascii: "-"), bytes[content.lowerBound + 2] != UInt8(ascii: " ")
            {
                return bytes.copy((content.lowerBound + 2)..<content.upperBound)
            }
            position = line.next
        }
        return nil
    }

    /// Which open multipart the line is a delimiter of (RFC 2046 section 5.1.1), the innermost first.
    private func boundary(_ bytes: Span<UInt8>, _ line: Range<Int>) -> (level: Int, isLast: Bool)? {
        let line = line.lowerBound..<bytes.trimmed(line).upperBound
        for level in open.indices.reversed() {
            let name = open[level].boundary
            let extra = line.count - 2 - name.count
            guard extra == 0 || extra == 2 else { continue }
            guard bytes.extracting((line.lowerBound + 2)..<(line.lowerBound + 2 + name.count)).spells(name) else {
                continue
            }
            if extra == 0 { return (level, false) }
            if bytes[line.upperBound - 1] == UInt8(ascii: "-"), bytes[line.upperBound - 2] == UInt8(ascii: "-") {
                return (level, true)
            }
        }
        return nil
    }

    /// Ends the bodies of the open parts below `holder` (of all, where it is nil) at `position`.
    private mutating func close(below holder: Int?, at position: Int, _ bytes: Span<UInt8>) {
        // The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
        var end = position
        if holder != nil {
            if end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        }
        while let part = chain.last, part != holder {
            parts[part].body = parts[part].body.lowerBound..<max(end, parts[part].body.lowerBound)
            chain.removeLast()
        }
    }

    /// Reads header lines up to the empty line, or to the first line that is none.
    private mutating func header(_ bytes: Span<UInt8>, at start: Int) -> (fields: Range<Int>, next: Int) {
        let first = fields.count
        var position = start
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            if line.content.isEmpty { return (first..<fields.count, line.next) }
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x09 {
                // A fold. A line of blanks only ends the header for careless writers, but RFC 5322 section 4.2 says fold.
                if fields.count > first {
                    let last = fields[fields.count - 1]
                    fields[fields.count - 1] = HeaderField(
                        name: last.name, value: last.value.lowerBound..<line.content.upperBound, hash: last.hash)
                } else if bytes.trimmed(line.content).isEmpty {
                    return (first..<fields.count, line.next)
                } else {
                    return (first..<fields.count, position)
                }
            } else if let name = headerName(bytes, line.content) {
                if fields.count < limits.fields {
                    let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line.content) ?? name.upperBound
                    fields.append(
                        HeaderField(
                            name: name, value: (colon + 1)..<line.content.upperBound, hash: FieldName.hash(bytes, name))
                    )
                } else {
                    limitHit = "more than \(limits.fields) header fields"
                }
            } else if bytes.hasPrefix(">from ", ignoringCaseIn: line.content)
                || bytes.hasPrefix("from ", ignoringCaseIn: line.content)
            {
                // An mbox separator that slipped in between two fields.
            } else {
                return (first..<fields.count, position)
            }
            position = line.next
        }
        return (first..<fields.count, bytes.count)
    }

    /// RFC 5322 section 3.6.8: printable characters up to the colon; blanks before the colon are old syntax.
    private func headerName(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        var index = line.lowerBound
        let end = min(line.upperBound, line.lowerBound + 256)
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") { break }
            guard byte > 0x20, byte < 0x7F else { break }
            index += 1
        }
        let name = line.lowerBound..<index
        guard !name.isEmpty else { return nil }
        while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        return index < end && bytes[index] == UInt8(ascii: ":") ? name : nil
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of `other`.
    func spells(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
