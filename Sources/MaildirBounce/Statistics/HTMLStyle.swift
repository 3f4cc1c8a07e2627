import Crypto

/// The style sheet of the HTML report. Nothing in it is loaded from anywhere.
enum HTMLStyle {
    /// The colours of the classes, in the order of `MessageClass.allCases`; each is shown with text.
    static let sheet: StaticString = """
        :root{color-scheme:light dark;--page:#fff;--card:#f4f5f7;--text:#1b1f24;--dim:#555e68;--line:#c9ced4;\
        --link:#0b57a4;--bar:#3b6fb5;--c1:#b3261e;--c2:#d97706;--c3:#6d7782;--c4:#7b4fb0;--c5:#a88700;--c6:#c2377c;\
        --c7:#8c4a2f;--c8:#2e7d32;--c9:#2a7f9e;--c10:#5b5f97;--c11:#a3acb5}
        @media (prefers-color-scheme:dark){:root{--page:#14171a;--card:#1f2428;--text:#e6e9ec;--dim:#a7b0b9;\
        --line:#3d454d;--link:#8ab8f0;--bar:#6c9fe0;--c1:#f2776d;--c2:#f0a04b;--c3:#97a1ab;--c4:#b493e6;--c5:#d9bc3f;\
        --c6:#f07bb0;--c7:#d29a7e;--c8:#6cc070;--c9:#62bddc;--c10:#9aa0dd;--c11:#6a737c}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",\
        sans-serif;overflow-wrap:anywhere}
        header,nav,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
        a{color:var(--link)}
        a:focus-visible,.scroll:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        .skip{position:absolute;left:-999rem}
        .skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.5rem}
        h1{font-size:1.6rem;line-height:1.25;margin:1.5rem 0 .25rem}
        h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-top:.5rem;border-top:1px solid var(--line)}
        h3{font-size:1rem;margin:1.75rem 0 .25rem}
        p{margin:.25rem 0 .75rem;max-width:50rem}
        .dim,caption,figcaption{color:var(--dim)}
        nav ul,.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:.75rem 0}
        .tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:1rem 0;padding:0}
        .tiles div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
        .tiles dt{color:var(--dim);font-size:.875rem}
        .tiles dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
        .scroll{overflow-x:auto;margin:.5rem 0 1rem}
        table{border-collapse:collapse;min-width:100%;font-variant-numeric:tabular-nums}
        caption{text-align:left;padding:.25rem 0;font-size:.875rem}
        caption span{display:inline-block;max-width:calc(100vw - 2rem);position:sticky;left:0}
        th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);\
        font-weight:400}
        thead th{font-size:.875rem;color:var(--dim);vertical-align:bottom;overflow-wrap:normal}
        td.n,th.n{text-align:right;white-space:nowrap;overflow-wrap:normal}
        td.t{white-space:nowrap}
        td.w{overflow-wrap:normal}
        tbody th{min-width:9rem;max-width:26rem}
        #lists tbody th{min-width:12rem}
        td.s{min-width:13rem;max-width:34rem}
        tfoot td,tfoot th{font-weight:600;border-bottom:0}
        .zero{color:var(--dim)}
        figure{margin:1rem 0}
        .chart{display:block;width:100%;height:12rem;background:var(--card);border-bottom:1px solid var(--dim)}
        .axis{max-width:none;display:flex;justify-content:space-between;font-size:.875rem;color:var(--dim)}
        .key{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;vertical-align:-.05rem}
        .share{display:inline-block;width:12rem;margin:0 .5rem;height:.7rem;vertical-align:middle}
        .share rect{fill:var(--bar)}
        .share .back{fill:var(--line)}
        .f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}\
        .f7{fill:var(--c7)}.f8{fill:var(--c8)}.f9{fill:var(--c9)}.f10{fill:var(--c10)}.f11{fill:var(--c11)}
        pre{white-space:pre-wrap;background:var(--card);border:1px solid var(--line);border-radius:.375rem;\
        padding:.5rem .75rem;margin:.25rem 0;font:.875rem/1.45 ui-monospace,"DejaVu Sans Mono",monospace}
        ol.groups{padding-left:1.5rem}
        ol.groups li{margin:.75rem 0}
        .paper{display:none}
        footer{margin-top:3rem;padding-bottom:2rem;font-size:.875rem;color:var(--dim)}
        @media (max-width:40rem){h1{font-size:1.35rem}.tiles{grid-template-columns:1fr 1fr}.chart{height:9rem}\
        .share{display:none}table{font-size:.9rem}tbody th,#lists tbody th{min-width:8.5rem}\
        th,td{padding-right:.7rem}}
        @media print{:root{color-scheme:light;--page:#fff;--card:#fff;--text:#000;--dim:#444;--line:#999;--link:#000;\
        --bar:#3b6fb5;--c1:#b3261e;--c2:#d97706;--c3:#6d7782;--c4:#7b4fb0;--c5:#a88700;--c6:#c2377c;--c7:#8c4a2f;\
        --c8:#2e7d32;--c9:#2a7f9e;--c10:#5b5f97;--c11:#a3acb5}
        body{font-size:10pt}header,nav,main,footer{max-width:none;padding:0}nav,.skip,#lists{display:none}
        .paper{display:block}.scroll{overflow:visible}a{text-decoration:none}
        h2,h3,caption{break-after:avoid}tr,li,figure,.tiles div{break-inside:avoid}
        svg,.key{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        caption span{max-width:none}.share{width:6rem}th,td{padding:.15rem .5rem .15rem 0}tbody th,td.s{min-width:0}}
        """

    /// The source expression that lets the page's content security policy accept the sheet.
    static var hash: String { "sha256-\(base64(Array(SHA256.hash(data: Array(sheet.description.utf8)))))" }

    /// Base64 (RFC 4648 section 4).
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
        var result = String.UnicodeScalarView()
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * place) & 63)] : "=")
            }
        }
        return String(result)
    }
}
