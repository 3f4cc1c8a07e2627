import Bytes

/// Divides a JSON text (RFC 8259) into the objects of its arrays, in constant memory: `[{…}, …]`, or an object that holds
/// such a list, as the interfaces of services answer. Objects within these objects belong to them.
struct JSONElements {
    /// How many bytes an object may have: as many as a line.
    static let elementLimit = 64 << 10
    /// How deep arrays and objects may be nested.
    static let depthLimit = 64

    struct Element {
        enum Content {
            case object([UInt8])
            case broken(String)
        }

        /// The line on which it begins, from 1.
        let line: Int
        let content: Content
    }

    private var piece: [UInt8] = []
    private var index = 0
    private var line = 1
    /// The brackets that are open around what is read.
    private var open: [UInt8] = []
    private var isInText = false
    private var isEscaped = false
    /// The object that is read, where it began and how many brackets are open around it.
    private var object: [UInt8] = []
    private var start = 0
    private var depth: Int?
    private var isTooLong = false
    private var hasList = false
    private var isOver = false

    /// The next object, or what is wrong, after which nothing follows.
    mutating func next(_ read: () throws(Failure) -> [UInt8]?) throws(Failure) -> Element? {
        while !isOver {
            while index < piece.count {
                let byte = piece[index]
                index += 1
                if byte == UInt8(ascii: "\n") { line += 1 }
                if depth != nil { take(byte) }
                if let element = step(byte) { return element }
            }
            guard let more = try read() else {
                isOver = true
                if isInText || !open.isEmpty { return broken("the JSON text ends early; it may have been cut") }
                return hasList
                    ? nil : broken("there is no list of objects; for one object a line give --format jsonl")
            }
            (piece, index) = (more, 0)
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) {
        if object.count >= JSONElements.elementLimit { isTooLong = true } else { object.append(byte) }
    }

    private mutating func broken(_ problem: String) -> Element {
        isOver = true
        return Element(line: line, content: .broken(problem))
    }

    private mutating func step(_ byte: UInt8) -> Element? {
        if isInText {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInText = true
            if depth == nil, open == [UInt8(ascii: "[")] { return broken("the list has a text in place of an object") }
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if open.count >= JSONElements.depthLimit {
                return broken("arrays and objects are nested more than \(JSONElements.depthLimit) deep")
            }
            if byte == UInt8(ascii: "["), depth == nil { hasList = true }
            if byte == UInt8(ascii: "{"), depth == nil, open.last == UInt8(ascii: "[") {
                (depth, start, object, isTooLong) = (open.count, line, [byte], false)
            }
            open.append(byte)
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            guard let last = open.popLast(), last == (byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{"))
            else { return broken("a bracket is out of place") }
            guard depth == open.count else { return nil }
            depth = nil
            let content: Element.Content =
                isTooLong
                ? .broken("the object has more than \(JSONElements.elementLimit) bytes") : .object(object)
            return Element(line: start, content: content)
        default:
            let isOfJSON = byte.isSpace || byte.isLetterOrDigit || ":,+-.".utf8.contains(byte)
            if depth == nil, !isOfJSON { return broken("this is no JSON") }
        }
        return nil
    }
}
