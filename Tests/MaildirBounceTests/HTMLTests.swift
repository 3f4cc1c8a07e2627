import Testing

@testable import MaildirBounce

@Suite("HTML builder")
struct HTMLTests {
    static let hostile = "\"'><script>alert(1)</script>&lt;"
    static let escaped = "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;"

    @Test("hostile text is escaped in an element, in an attribute and as a name")
    func hostileText() {
        #expect(HTML(Self.hostile).markup == Self.escaped)
        #expect(HTML(.td) { Self.hostile }.markup == "<td>\(Self.escaped)</td>")
        #expect(HTML(.td, [.ariaLabel: Self.hostile]).markup == "<td aria-label=\"\(Self.escaped)\"></td>")
        #expect(
            HTML.name(Self.hostile).markup
                == "<bdi>&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/<wbr>script&gt;&amp;lt;</bdi>")
    }

    @Test("text is escaped once however it comes into a page", arguments: [false, true])
    func everyWay(isFirst: Bool) {
        let piece = HTML {
            if isFirst { Self.hostile } else { HTML(Self.hostile) }
            if isFirst { Self.hostile }
            for text in [Self.hostile] { text }
            let inner = HTML(.span) { Self.hostile }
            inner
        }
        let texts = String(repeating: Self.escaped, count: isFirst ? 3 : 2)
        #expect(piece.markup == "\(texts)<span>\(Self.escaped)</span>")
    }

    @Test("a link leads to a place of the page only", arguments: ["javascript:alert(1)", "//evil.example/", "main"])
    func links(target: String) {
        #expect(HTML(.a, [.href: target]) { "x" }.markup == "<a href=\"#\(target)\">x</a>")
    }

    @Test("no element and no attribute loads or runs anything")
    func vocabulary() {
        for name in ["script", "img", "iframe", "object", "embed", "link", "form", "base", "style"] {
            #expect(HTML.Tag(rawValue: name) == nil, "\(name)")
        }
        for name in ["style", "src", "srcdoc", "onclick", "onerror", "onload", "action"] {
            #expect(HTML.Attribute(rawValue: name) == nil, "\(name)")
        }
    }

    @Test("elements nest and close; an attribute without a value is left out; some elements have no end")
    func elements() {
        let row = HTML(.tr, [.class: nil, .id: "a"]) {
            HTML(.th, [.scope: "row", .class: "n"]) { "x" }
            HTML(.td)
        }
        #expect(row.markup == "<tr id=\"a\"><th scope=\"row\" class=\"n\">x</th><td></td></tr>\n")
        #expect(HTML(.meta, [.charset: "utf-8"]).markup == "<meta charset=\"utf-8\">\n")
        #expect(HTML(.rect, [.width: "1"]).markup == "<rect width=\"1\"/>")
    }

    @Test("what would hide or turn text around is shown, and only the beginning of a long text")
    func shownText() {
        #expect(HTML("\u{0}\u{1B}\u{202E}\u{85}").markup == "\\x00\\x1B\\u{202E}\\x85")
        let long = String(repeating: "<", count: 70_000)
        let cut = String(repeating: "&lt;", count: HTML.textLimit) + "…"
        #expect(HTML(long).markup == cut)
        #expect(HTML(.td, [.id: long]).markup == "<td id=\"\(cut)\"></td>")
    }

    @Test("the style sheet is the one text that is not escaped, and cannot end its element")
    func style() {
        #expect(HTML.style(HTMLStyle.sheet).markup == "<style>\(HTMLStyle.sheet)</style>\n")
        #expect(!HTMLStyle.sheet.description.contains("</"))
    }
}
