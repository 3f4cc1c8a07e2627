import Testing

@testable import MIME

@Suite("HTML")
struct HTMLTextTests {
    private func plain(_ text: String) -> String { string(HTMLText.plain(Array(text.utf8).span)) }

    @Test(
        "loses its tags",
        arguments: [
            ("a<b>b</b>c", "abc"), ("a<br>b<BR/>c", "a\nb\nc"), ("<p>a</p><p>b", "a\n\nb"), ("a<div><div>b", "a\nb"),
            ("<h1>a</h1>b", "a\n\nb"), ("<td>a</td><td>b", " a  b"), ("a <font color=\"red\">b</font>", "a b"),
            ("a\r\nb\n\nc", "a b c"), ("<a href=\"mailto:bob@dest.example\">Bob</a>", "Bob"),
            ("<?xml?><!DOCTYPE html>a", "a"),
            ("a</>b", "ab"), ("a<x:y z>b", "ab"), ("", ""),
        ])
    func tags(page: String, text: String) {
        #expect(plain(page) == text)
    }

    @Test(
        "keeps its paragraphs apart, by one empty line",
        arguments: [
            ("<p>a</p>\n<p>b</p>", "a\n\nb\n\n"), ("a<br><br>b", "a\n\nb"), ("a<br><br><br>\n<br>b", "a\n\nb"),
            ("<div>a</div><div><br></div><div>b<br></div><div>c", "a\n\nb\nc"), ("<br><p><br>a", "a"),
            ("a<ul><li>b<li>c</ul>d", "a\n\nb\nc\n\nd"), ("<p>a<p></p><hr><p>b", "a\n\nb"),
            ("<pre>\n\n\na\n\n\nb</pre>c", "\n\n\na\n\n\nb\n\nc"), ("a<br> b", "a\n b"),
        ])
    func paragraphs(page: String, text: String) {
        #expect(plain(page) == text)
    }

    @Test(
        "hides what is not shown",
        arguments: [
            ("a<!-- b > c -->d", "ad"), ("a<!---->b", "ab"), ("a<!-- -- - -> b", "a"), ("a<!b>c", "ac"),
            ("a<style>b{c:d>e}</style>f", "af"), ("a<STYLE type=x>b</Style >c", "ac"),
            ("a<script>if (1<2) b()</script>c", "ac"),
            ("<title>a</title>b", "b"), ("a<style>b", "a"), ("a<script>b</scrip>c", "a"), ("a<style>b</style", "a"),
            ("a</style>b", "ab"), ("a<styles>b</styles>c", "abc"),
        ])
    func hidden(page: String, text: String) {
        #expect(plain(page) == text)
    }

    @Test(
        "keeps angle brackets that open no tag",
        arguments: [
            ("a < b > c", "a < b > c"), ("1<2", "1<2"), ("a<", "a<"), ("a<>b", "a<>b"),
            ("<bob@dest.example>: gone", "<bob@dest.example>: gone"),
            ("<b.o-b@dest.example> x", "<b.o-b@dest.example> x"),
            ("to <bob@dest.example", "to <bob@dest.example"),
            ("<mailto:bob@dest.example>", "<mailto:bob@dest.example>"),
            ("<b><bob@dest.example></b>", "<bob@dest.example>"), ("<bob@dest.example&gt;", "<bob@dest.example>"),
        ])
    func brackets(page: String, text: String) {
        #expect(plain(page) == text)
    }

    @Test("ends at a tag that is never closed", arguments: ["a<b", "a<p class=\"x", "a</", "a<!", "a<b c@d"])
    func unclosed(page: String) {
        #expect(plain(page) == "a")
    }

    @Test("keeps the lines of preformatted text")
    func preformatted() {
        #expect(plain("a\nb<pre>c\r\nd\n\ne</pre>f\ng") == "a b\n\nc\nd\n\ne\n\nf g")
        #expect(plain("</pre>a\nb<pre>c\nd") == "a b\n\nc\nd")
    }

    @Test(
        "has character references by name and by number",
        arguments: [
            ("&lt;a&gt; &amp; &quot;b&apos;", "<a> & \"b'"), ("a&nbsp;b&#160;c&#xA0;d", "a b c d"),
            ("&eacute;&Eacute;", "éÉ"),
            ("&uuml;&Uuml;&szlig;&yuml;&iexcl;&divide;&Agrave;&thorn;", "üÜßÿ¡÷Àþ"),
            ("can&rsquo;t &ndash; &euro;", "can’t – €"),
            ("&#64;&#x40;&#X40;&commat;", "@@@@"), ("&#0064;", "@"), ("&#8364;", "€"), ("&#x1F600;", "😀"),
            ("&#146;&#128;", "’€"),
            ("&#64b", "@b"), ("&#x4g", "\u{4}g"), ("&lt&gt", "<>"), ("&NBSP;&LT;", " <"), ("&copy=1", "&copy=1"),
            ("&", "&"), ("&;", "&;"), ("&#;", "&#;"), ("&#x;", "&#x;"), ("&#", "&#"), ("&nosuch;", "&nosuch;"),
            ("&waytoolongname;", "&waytoolongname;"),
            ("a&b", "a&b"), ("&amp;lt;", "&lt;"), ("&#0;", "\u{FFFD}"), ("&#xD800;", "\u{FFFD}"),
            ("&#x110000;", "\u{FFFD}"),
            ("&#99999999999999999999;", "\u{FFFD}"),
        ])
    func references(page: String, text: String) {
        #expect(plain(page) == text)
    }

    @Test(
        "names its charset",
        arguments: [
            ("<meta charset=utf-8>", "utf-8"), ("<META CHARSET = \"Shift_JIS\">", "Shift_JIS"),
            ("<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\">", "koi8-r"),
            ("<meta charset='x'>", "x"),
            ("<meta name=a content=b>", nil), ("<meta charset=>", nil), ("<meta charset=utf-16>", nil), ("=", nil),
            ("", nil),
            (String(repeating: " ", count: 3_000) + "charset=utf-8", nil),
        ] as [(String, String?)])
    func declaredCharset(page: String, charset: String?) {
        #expect(HTMLText.declaredCharset(Array(page.utf8).span) == charset)
    }

    @Test(
        "is read in the charset of its part, or else in its own",
        arguments: [("; charset=windows-1251", "щ"), ("; charset=us-ascii", "Ы"), ("; charset=x-none", "Ы"), ("", "Ы")])
    func charset(parameter: String, text: String) {
        let page = "Content-Type: text/html\(parameter)\n\n<meta charset=koi8-r>"
        let message = Message(parsing: Array(page.utf8) + [0xF9])
        #expect(message.text(ofPart: 0) == text)
    }
}
