@testable import MIME

/// One line a part: its depth, its type, whether it is enclosed, and the body of a part that holds no others.
func outline(_ message: Message) -> [String] {
    message.parts.enumerated().map { index, part in
        let holdsParts = message.parts.contains { $0.parent == index }
        let body = holdsParts ? "" : ": " + string(message.bytes.span.copy(part.body))
        return "\(part.depth) \(part.type)\(part.isEnclosed ? " enclosed" : "")\(body)"
    }
}

func outline(_ text: String) -> [String] { outline(Message(parsing: Array(text.utf8))) }

/// The fields of a part's header as `name=value`.
func fields(_ message: Message, of part: Int = 0) -> [String] {
    message.parts[part].fields.map { index in
        let field = message.fields[index]
        return string(message.bytes.span.copy(field.name)) + "=" + string(message.value(of: field))
    }
}
