import Bytes
import Glibc

/// One pass over the lines of a message. Every line is read once, and only lines that start with `--` are compared with
/// the open boundaries, of which there are at most `MIMELimits.depth`: the cost is linear in the size. If a boundary
/// parameter is wrong, a second pass takes the boundary from the body.
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
    /// Where the bodies of multiparts start whose boundary parameter no line repeats.
    private var doubted: Set<Int> = []

    init(limits: MIMELimits) { self.limits = limits }

    mutating func parse(_ bytes: Span<UInt8>) {
        pass(bytes)
        guard limitHit == nil else { return }
        for index in parts.indices where isUndivided(index) && guessBoundary(bytes, in: parts[index].body) != nil {
            doubted.insert(parts[index].body.lowerBound)
        }
        if !doubted.isEmpty {
            fields.removeAll(keepingCapacity: true)
            parts.removeAll(keepingCapacity: true)
            pass(bytes)
        }
        // A multipart without any delimiter is one text. In an enclosed message, which may have been cut, the header is
        // trusted.
        for index in parts.indices
        where isUndivided(index) && !parts[index].isEnclosed && !bytes.trimmed(parts[index].body).isEmpty {
            parts[index].type = .textPlain
        }
    }

    private func isUndivided(_ index: Int) -> Bool {
        parts[index].type.isMultipart && (index + 1 == parts.count || parts[index + 1].parent != index)
    }

    private mutating func pass(_ bytes: Span<UInt8>) {
        fields.reserveCapacity(48)
        parts.reserveCapacity(8)
        var position = start(bytes)
        position = beginPart(bytes, at: position, parent: nil)
        // Without an open boundary there is nothing left to find.
        while position < bytes.count, !open.isEmpty {
            guard bytes[position] == UInt8(ascii: "-") else {
                position = dashedLine(bytes, behind: position)
                continue
            }
            let line = bytes.line(at: position, before: bytes.count)
            if let hit = boundary(bytes, line.content) {
                let holder = open[hit.level].part
                close(below: holder, at: position, bytes)
                open.removeLast(open.count - hit.level - (hit.isLast ? 0 : 1))
                position = hit.isLast ? line.next : beginPart(bytes, at: line.next, parent: holder)
            } else {
                position = line.next
            }
        }
        close(below: nil, at: bytes.count, bytes)
        open.removeAll()
    }

    /// Where the next line starts that a dash begins, or a line before it, found by dashes: most lines hold none.
    private func dashedLine(_ bytes: Span<UInt8>, behind position: Int) -> Int {
        guard let dash = bytes.firstIndex(of: UInt8(ascii: "-"), in: position..<bytes.count) else { return bytes.count }
        if bytes[dash - 1] == UInt8(ascii: "\n") { return dash }
        // A dash within a line does not hide a later line.
        return bytes.line(at: dash, before: bytes.count).next
    }

    /// Where the header starts: after a byte order mark, an mbox `From ` line and lines of nothing but blanks, which careless
    /// pipes and "show original" pages leave.
    private func start(_ bytes: Span<UInt8>) -> Int {
        let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        var position = hasMark ? 3 : 0
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            guard
                bytes.isBlank(line.content) || isSeparator(bytes, line, next: bytes.firstLine(notBlankFrom: line.next)),
                line.next > position
            else { break }
            position = line.next
        }
        // A message of blank lines only has no header.
        return position < bytes.count ? position : 0
    }

    /// Reads a part's header at `position` and opens what it holds. Returns where its body's first unread line starts.
    private mutating func beginPart(_ bytes: Span<UInt8>, at position: Int, parent: Int?) -> Int {
        var position = position
        var parent = parent
        while true {
            let depth = parent.map { parts[$0].depth + 1 } ?? 0
            // The message itself is always there.
            guard parent == nil || (parts.count < limits.parts && depth < limits.depth) else {
                limitHit = parts.count >= limits.parts ? "more than \(limits.parts) parts" : "parts nested too deep"
                return position
            }
            let isMessage = parent.map { parts[$0].type == .messageRFC822 } ?? true
            let head = header(bytes, at: position, ofMessage: isMessage)
            let part = part(bytes, head, parent: parent, depth: depth)
            let index = parts.count
            parts.append(part)
            chain.append(index)
            position = head.next
            if part.type.isMultipart {
                if let boundary = statedBoundary(bytes, part) ?? guessBoundary(bytes, in: part.body) {
                    open.append(OpenMultipart(part: index, boundary: boundary))
                }
                return position
            }
            // An enclosed message starts with its own header at once. RFC 2046 section 5.2.1 forbids it a transfer
            // encoding other than identity; if one is there all the same, it is decoded when asked for.
            guard part.type == .messageRFC822, part.encoding == .identity else { return position }
            parent = index
            position = skipBlankLines(bytes, at: position)
        }
    }

    private func part(_ bytes: Span<UInt8>, _ head: Header, parent: Int?, depth: Int) -> Part {
        let holder = parent.map { parts[$0] }
        var part = Part(
            // RFC 2046 section 5.1.5.
            type: holder?.isDigest == true ? .messageRFC822 : .textPlain, encoding: .identity, fields: head.fields,
            body: head.next..<bytes.count, parent: parent, depth: depth,
            isEnclosed: holder.map { $0.isEnclosed || $0.type == .messageRFC822 } ?? false, hasContentType: false,
            names: head.names, isDigest: false)
        if let field = fields.first(.contentType, in: part, bytes) {
            part.hasContentType = true
            part.type = MediaType(bytes, field.value)
            part.isDigest =
                part.type == .multipartOther
                && bytes.hasPrefix("multipart/digest", ignoringCaseIn: bytes.trimmed(field.value))
        }
        if let field = fields.first(.contentTransferEncoding, in: part, bytes) {
            part.encoding = TransferEncoding(bytes, field.value)
        }
        return part
    }

    /// Some servers leave empty lines, or lines of blanks, before the enclosed header.
    private func skipBlankLines(_ bytes: Span<UInt8>, at position: Int) -> Int {
        let start = bytes.firstLine(notBlankFrom: position)
        guard start > position, start < bytes.count else { return position }
        return headerName(bytes, bytes.line(at: start, before: bytes.count).content) != nil ? start : position
    }

    // MARK: boundaries

    /// The boundary parameter of a multipart, unless it proved wrong.
    private func statedBoundary(_ bytes: Span<UInt8>, _ part: Part) -> [UInt8]? {
        guard !doubted.contains(part.body.lowerBound),
            let field = fields.first(.contentType, in: part, bytes),
            var boundary = Parameters.bytes(of: "boundary", in: bytes.extracting(field.value))
        else { return nil }
        // A boundary does not end with white space (RFC 2046 section 5.1.1), which transports add and remove.
        while boundary.last?.isSpace == true { boundary.removeLast() }
        return boundary.isEmpty ? nil : boundary
    }

    /// Lines of a body that are searched for its first delimiter.
    private static let linesSearched = 20

    /// The boundary that the first lines of a body show: a line that starts with `--`, is not a delimiter of another
    /// multipart, and has a part's header after it.
    private func guessBoundary(_ bytes: Span<UInt8>, in body: Range<Int>) -> [UInt8]? {
        var position = body.lowerBound
        for _ in 0..<MessageParser.linesSearched where position < body.upperBound {
            let line = bytes.line(at: position, before: body.upperBound)
            if boundary(bytes, line.content) != nil { return nil }
            let content = line.content.lowerBound..<bytes.trimmed(line.content).upperBound
            if content.count > 6, isDashed(bytes, content), bytes[content.lowerBound + 2] != UInt8(ascii: " ") {
                let name = (content.lowerBound + 2)..<content.upperBound
                let next = bytes.line(at: line.next, before: body.upperBound).content
                // A rule of dashes, or a signature, is a delimiter only if a part's header follows it.
                let isLong =
                    name.count >= 10 && name.contains { bytes[$0].isLetterOrDigit }
                    && !name.contains { bytes[$0].isSpace }
                if bytes.hasPrefix("content-", ignoringCaseIn: next)
                    || (isLong && (next.isEmpty || headerName(bytes, next) != nil))
                {
                    return bytes.copy(name)
                }
            }
            position = line.next
        }
        return nil
    }

    private func isDashed(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        line.count > 2 && bytes[line.lowerBound] == UInt8(ascii: "-") && bytes[line.lowerBound + 1] == UInt8(ascii: "-")
    }

    /// Which open multipart the line is a delimiter of (RFC 2046 section 5.1.1), the innermost first.
    func boundary(_ bytes: Span<UInt8>, _ line: Range<Int>) -> (level: Int, isLast: Bool)? {
        guard !open.isEmpty, isDashed(bytes, line) else { return nil }
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

    /// Ends the bodies of the open parts below `holder` (of all, if it is nil) at `position`.
    private mutating func close(below holder: Int?, at position: Int, _ bytes: Span<UInt8>) {
        let outermost = holder.flatMap { chain.lastIndex(of: $0) }.map { $0 + 1 } ?? 0
        guard outermost < chain.count else { return }
        var end = position
        if holder != nil {
            // The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1), but if it ends the
            // part's header.
            if end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if end > 0, end < position, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            end = max(end, parts[chain[outermost]].body.lowerBound)
        }
        for part in chain[outermost...] {
            parts[part].body = min(parts[part].body.lowerBound, end)..<end
        }
        chain.removeSubrange(outermost...)
    }

    // MARK: header

    /// A part's header: its fields, a bit for each of their names, and where the first line after it starts.
    private typealias Header = (fields: Range<Int>, names: UInt64, next: Int)

    /// Reads header lines up to the empty line, or to the first line that is not one.
    ///
    /// - Parameter isMessage: it is a message's header and not that of a part of a multipart.
    private mutating func header(_ bytes: Span<UInt8>, at start: Int, ofMessage isMessage: Bool) -> Header {
        let first = fields.count
        var names: UInt64 = 0
        var position = start
        // What a fold continues: a field that was kept, or one that was not.
        var isInField = false
        var isKept = false
        var fold = LostFold(isMessage: isMessage)
        while position < bytes.count {
            let line = bytes.line(at: position, before: bytes.count)
            if line.content.isEmpty { return (first..<fields.count, names, line.next) }
            let byte = bytes[position]
            if byte.isBlank {
                // A fold. A line of blanks only ends the header for careless writers, but RFC 5322 section 4.2 says fold.
                if isKept {
                    let last = fields.count - 1
                    fields[last].value = fields[last].value.lowerBound..<line.content.upperBound
                    fold.hasFolds = true
                } else if !isInField {
                    let isBlank = bytes.trimmed(line.content).isEmpty
                    return (first..<fields.count, names, isBlank ? line.next : position)
                }
            } else if byte == UInt8(ascii: "-"), boundary(bytes, line.content) != nil {
                return (first..<fields.count, names, position)
            } else if let (name, hash, colon) = headerName(bytes, line.content),
                !(isKept && fold.isParameter(bytes, line.content, name: name, after: fields[fields.count - 1]))
            {
                isInField = true
                isKept = fields.count < limits.fields
                if isKept {
                    fields.append(HeaderField(name: name, value: (colon + 1)..<line.content.upperBound, hash: hash))
                    names |= FieldName.bit(hash)
                } else {
                    limitHit = "more than \(limits.fields) header fields"
                }
            } else if isSeparator(bytes, line) {
                // Inserted before the header or between two fields.
                isInField = true
                isKept = false
            } else if isKept, let end = lostFold(bytes, at: position, &fold, fields: first..<fields.count) {
                let last = fields.count - 1
                fields[last].value = fields[last].value.lowerBound..<end.content
                position = end.next
                continue
            } else {
                return (first..<fields.count, names, position)
            }
            position = line.next
        }
        return (first..<fields.count, names, bytes.count)
    }

    /// An mbox `From ` line (RFC 4155), followed by a field or another such line; any other line that starts with `From
    /// ` is prose.
    ///
    /// - Parameter next: where the line starts that is looked at; nil for the one below.
    private func isSeparator(
        _ bytes: Span<UInt8>, _ line: (content: Range<Int>, next: Int), next: @autoclosure () -> Int? = nil
    ) -> Bool {
        guard startsWithFrom(bytes, line.content), headerName(bytes, line.content) == nil else { return false }
        let next = bytes.line(at: next() ?? line.next, before: bytes.count).content
        return headerName(bytes, next) != nil || startsWithFrom(bytes, next)
    }

    private func startsWithFrom(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard line.count > 5 else { return false }
        let start = bytes[line.lowerBound] == UInt8(ascii: ">") ? line.lowerBound + 1 : line.lowerBound
        let rest = start..<line.upperBound
        return bytes[start] == UInt8(ascii: "F") && bytes[start + 1] == UInt8(ascii: "r")
            && bytes.hasPrefix("from ", ignoringCaseIn: rest)
    }

    /// RFC 5322 section 3.6.8: printable characters up to the colon; blanks before the colon are old syntax.
    func headerName(
        _ bytes: Span<UInt8>, _ line: Range<Int>
    ) -> (name: Range<Int>, hash: UInt32, colon: Int)? {
        let text = bytes.extracting(line.prefix(256))
        var hash = FieldName.noHash
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte.isVisible, byte != UInt8(ascii: ":") else { break }
            hash = FieldName.hash(hash, byte)
            index += 1
        }
        guard index > 0 else { return nil }
        let name = line.lowerBound..<(line.lowerBound + index)
        while index < text.count, text[index].isBlank { index += 1 }
        guard index < text.count, text[index] == UInt8(ascii: ":") else { return nil }
        return (name, hash, line.lowerBound + index)
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of `other`.
    func spells(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
    }
}
