import MIME

/// The rules that hold for every message, whatever its bytes are, as far as this one breaks them. Everything that can be
/// asked of the message is asked on the way.
func brokenRules(_ message: Message) -> [String] {
    structureRules(message) + fieldRules(message) + textRules(message)
}

private func structureRules(_ message: Message) -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ rule: String) { if !holds { broken.append(rule) } }
    let (parts, limits) = (message.parts, message.limits)
    expect(
        !parts.isEmpty && parts.count <= max(1, limits.parts), "the message is one part at least, and has few enough")
    expect(parts.first?.parent == nil, "part 0 is the message")
    var lastChild: [Int: Int] = [:]
    var nextField = 0
    for (index, part) in parts.enumerated() {
        expect(part.body.upperBound <= message.bytes.count, "part \(index) lies within the bytes")
        expect(part.fields.lowerBound == nextField, "part \(index) has the fields behind those of the part before")
        nextField = part.fields.upperBound
        guard let parent = part.parent else {
            expect(index == 0 && part.depth == 0 && !part.isEnclosed, "part \(index) has a holder")
            continue
        }
        guard parent < index else {
            broken.append("part \(index) stands behind its holder")
            continue
        }
        let holder = parts[parent]
        expect(part.depth == holder.depth + 1 && part.depth < limits.depth, "part \(index) is not too deep")
        expect(part.isEnclosed == (holder.isEnclosed || holder.type == .messageRFC822), "part \(index) knows its place")
        expect(
            part.body.lowerBound >= holder.body.lowerBound && part.body.upperBound <= holder.body.upperBound,
            "part \(index) lies within its holder")
        if let sibling = lastChild[parent] {
            expect(parts[sibling].body.upperBound <= part.body.lowerBound, "part \(index) lies behind its sibling")
        }
        lastChild[parent] = index
        expect(holder.type.isMultipart || holder.type == .messageRFC822, "part \(parent) may hold parts")
    }
    expect(nextField == message.fields.count && nextField <= max(0, limits.fields), "fields are few enough")
    return broken
}

private func fieldRules(_ message: Message) -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ rule: String) { if !holds { broken.append(rule) } }
    var position = 0
    for (index, field) in message.fields.enumerated() {
        expect(
            position <= field.name.lowerBound && !field.name.isEmpty && field.name.upperBound < field.value.lowerBound
                && field.value.upperBound <= message.bytes.count,
            "field \(index) has its place")
        position = field.value.upperBound
        let value = message.value(of: field)
        expect(value.count <= message.limits.fieldBytes && !value.contains(0x0A), "field \(index) is one line")
        _ = message.text(of: field)
        _ = Parameters.value("name", in: value.span)
        if let seconds = MailDate.seconds(message.bytes.span, in: field.value) {
            // Year 9999, and a zone.
            expect(seconds > -100_000 && seconds < 253_402_400_000, "field \(index) has a date of this calendar")
        }
        let addresses = message.addresses(of: field)
        expect(addresses.count <= message.limits.addresses, "field \(index) has few enough addresses")
        expect(areSound(addresses, within: field.value), "field \(index) has sound addresses")
    }
    return broken
}

private func textRules(_ message: Message) -> [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ rule: String) { if !holds { broken.append(rule) } }
    for index in message.parts.indices {
        expect(message.decodedBody(ofPart: index).count <= message.limits.decodedBytes, "part \(index) is cut")
        let text = message.textBytes(ofPart: index)
        expect(Charset.isUTF8(text.span), "part \(index) has a text of UTF-8")
        expect(Charset.isUTF8(HTMLText.plain(text.span).span), "part \(index) has a page of UTF-8")
        expect(
            areSound(AddressScan.list(text.span, in: 0..<text.count, limit: 1_000), within: 0..<text.count),
            "part \(index) has sound addresses")
    }
    return broken
}

/// In order, apart from each other, within the text and not too long.
private func areSound(_ addresses: [Range<Int>], within range: Range<Int>) -> Bool {
    var position = range.lowerBound
    for address in addresses {
        guard address.lowerBound >= position, address.upperBound <= range.upperBound, address.count >= 3,
            address.count <= AddressScan.maximumLength
        else { return false }
        position = address.upperBound
    }
    return true
}

/// Limits that small messages meet.
let narrowLimits: MIMELimits = {
    var limits = MIMELimits()
    limits.depth = 3
    limits.parts = 4
    limits.fields = 6
    limits.decodedBytes = 100
    limits.fieldBytes = 30
    limits.addresses = 2
    return limits
}()
