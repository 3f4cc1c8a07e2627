import Bytes
import MIME

extension Span<UInt8> {
    /// Where the lines within `range` start that begin with one of `addresses` (lower case) in angle brackets, in any case;
    /// of several about one address the first. Every line is looked at once, however many addresses there are.
    func paragraphs(startingWith addresses: some Sequence<String>, in range: Range<Int>) -> [String: Int] {
        let unknown = -1
        var found: [String: Int] = [:]
        for address in addresses { found[address] = unknown }
        var missing = found.count
        var position = range.lowerBound
        while position < range.upperBound, missing > 0 {
            let line = line(at: position, before: range.upperBound)
            if self[position] == UInt8(ascii: "<") {
                let head = (position + 1)..<Swift.min(line.content.upperBound, position + 2 + AddressScan.maximumLength)
                if head.lowerBound < head.upperBound, let end = firstIndex(of: UInt8(ascii: ">"), in: head) {
                    let address = String(lowercasing: extracting(head.lowerBound..<end))
                    if let place = found.index(forKey: address), found.values[place] == unknown {
                        found.values[place] = position
                        missing -= 1
                    }
                }
            }
            position = line.next
        }
        if missing > 0 { found = found.filter { $0.value != unknown } }
        return found
    }

    /// Where the paragraph ends in which `start` is: at an empty line.
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
