import MIME

extension Span<UInt8> {
    /// Where the lines within `range` start that begin with one of `addresses` (lower case) in angle brackets, in any case;
    /// of several about one address the first. Every line is looked at once, however many addresses there are.
    func paragraphs(startingWith addresses: Set<String>, in range: Range<Int>) -> [String: Int] {
        var found: [String: Int] = [:]
        var position = range.lowerBound
        while position < range.upperBound, found.count < addresses.count {
            let line = line(at: position, before: range.upperBound)
            if self[position] == UInt8(ascii: "<") {
                let head = (position + 1)..<Swift.min(line.content.upperBound, position + 2 + AddressScan.maximumLength)
                if head.lowerBound < head.upperBound, let end = firstIndex(of: UInt8(ascii: ">"), in: head) {
                    let address = String(decoding: copy(head.lowerBound..<end), as: UTF8.self).lowercased()
                    if found[address] == nil, addresses.contains(address) { found[address] = position }
                }
            }
            position = line.next
        }
        return found
    }

    /// Where the paragraph ends in which `start` stands: at an empty line.
    func endOfParagraph(from start: Int, before end: Int) -> Int {
        var position = start
        while position < end {
            let line = line(at: position, before: end)
            if line.content.isEmpty { return position }
            position = line.next
        }
        return end
    }
}
