import MIME

extension Span<UInt8> {
    /// Where the first line within `range` starts that begins with `opening` (lower case), in any case.
    func paragraph(startingWith opening: String, in range: Range<Int>) -> Int? {
        let letters = Array(opening.utf8)
        guard let first = letters.first else { return nil }
        var position = range.lowerBound
        while position < range.upperBound {
            if self[position] == first, position + letters.count <= range.upperBound {
                var same = true
                for offset in letters.indices where self[position + offset].lowercased != letters[offset] {
                    same = false
                    break
                }
                if same { return position }
            }
            position = line(at: position, before: range.upperBound).next
        }
        return nil
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
