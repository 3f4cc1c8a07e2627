import Bytes

/// A piece of an HTML page.
///
/// Markup is written here only, from ``Tag``, ``Attribute`` and literals. Every `String` is text, whoever wrote it, and is
/// escaped; there is no way to pass one as markup.
struct HTML {
    /// How much of one text is shown, in Unicode scalars. The ledger keeps host names and paths of up to 4096 bytes.
    static let textLimit = 1_200

    /// The elements that the page uses. None of them loads or runs anything.
    enum Tag: String {
        case a, bdi, body, caption, code, dd, div, dl, dt, figcaption, figure, footer, h1, h2, h3, head, header, html,
            li
        case main, meta, nav, ol, p, pre, rect, section, span, strong, svg, table, tbody, td, tfoot, th, thead, title
        case tr, ul

        var isVoid: Bool { self == .meta || self == .rect }

        /// Whether a line ends after it. White space there is not shown.
        fileprivate var endsLine: Bool {
            switch self {
            case .a, .bdi, .caption, .code, .dd, .dt, .figcaption, .pre, .rect, .span, .strong, .svg, .td, .th: false
            default: true
            }
        }
    }

    /// The attributes that the page uses. None of them runs anything or changes the style.
    enum Attribute: String {
        case ariaHidden = "aria-hidden"
        case ariaLabel = "aria-label"
        case ariaLabelledby = "aria-labelledby"
        case charset
        case `class`
        case content
        case dataKey = "data-key"
        case focusable
        case height
        /// Always leads to an `id` of this page; the `#` is added.
        case href
        case httpEquiv = "http-equiv"
        case id, lang, name
        case preserveAspectRatio, role, scope, tabindex, viewBox, width, x, y
    }

    private(set) var markup = ""

    /// A text. Control characters and marks that change the direction of text are shown as `\x1B`.
    init(_ text: String) {
        var count = 0
        for scalar in terminalSafe(text).unicodeScalars {
            count += 1
            if count > Self.textLimit {
                markup += "…"
                return
            }
            switch scalar {
            case "&": markup += "&amp;"
            case "<": markup += "&lt;"
            case ">": markup += "&gt;"
            case "\"": markup += "&quot;"
            case "'": markup += "&#39;"
            default: markup.unicodeScalars.append(scalar)
            }
        }
    }

    /// Pieces one after the other.
    init(@Builder _ content: () -> HTML) { self = content() }

    /// An element. An attribute whose value is nil is left out.
    init(
        _ tag: Tag, _ attributes: KeyValuePairs<Attribute, String?> = [:], @Builder _ content: () -> HTML = { HTML("") }
    ) {
        markup = "<\(tag.rawValue)"
        for case (let attribute, let value?) in attributes {
            markup += " \(attribute.rawValue)=\"\(attribute == .href ? "#" : "")\(HTML(value).markup)\""
        }
        markup += tag == .rect ? "/>" : ">"
        if !tag.isVoid { markup += "\(content().markup)</\(tag.rawValue)>" }
        if tag.endsLine { markup += "\n" }
    }

    private init(markup: String) { self.markup = markup }

    static let doctype = HTML(markup: "<!DOCTYPE html>\n")

    /// A style sheet, which HTML does not escape.
    static func style(_ sheet: StaticString) -> HTML { HTML(markup: "<style>\(sheet)</style>\n") }

    /// An address, a host name or a path: text of either direction, with places to break it at.
    static func name(_ text: String) -> HTML {
        var markup = ""
        for character in HTML(text).markup {
            markup.append(character)
            if ".@/".contains(character) { markup += "<wbr>" }
        }
        return HTML(.bdi) { HTML(markup: markup) }
    }

    /// Joins pieces and texts.
    @resultBuilder
    enum Builder {
        static func buildExpression(_ text: String) -> HTML { HTML(text) }
        static func buildExpression(_ piece: HTML) -> HTML { piece }
        static func buildBlock(_ pieces: HTML...) -> HTML { buildArray(pieces) }
        static func buildOptional(_ piece: HTML?) -> HTML { piece ?? HTML("") }
        static func buildEither(first piece: HTML) -> HTML { piece }
        static func buildEither(second piece: HTML) -> HTML { piece }
        static func buildArray(_ pieces: [HTML]) -> HTML { HTML(markup: pieces.map(\.markup).joined()) }
    }
}
