import MIME

/// A message's prose, made when it is first asked for: most reports are understood from their fields alone.
final class LazyProse {
    private let message: Message

    init(_ message: Message) { self.message = message }

    private(set) lazy var value = Prose(LazyProse.text(message))

    private static func text(_ message: Message) -> [UInt8] {
        var text: [UInt8] = []
        var hasPlain = false
        for (index, part) in message.parts.enumerated() where !part.isEnclosed && part.type.isText {
            // Of an alternative the plain text is read.
            if part.type == .textHTML && hasPlain { continue }
            let content = message.textBytes(ofPart: index)
            if part.type != .textHTML, content.contains(where: { !$0.isSpace }) { hasPlain = true }
            if !text.isEmpty { text.append(0x0A) }
            text += content
            if text.count >= Limits.proseBytes { break }
        }
        return text
    }
}
