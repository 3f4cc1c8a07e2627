import Bytes

/// The charsets that mail is read in, and the labels that mean them.
///
/// Unlisted labels are not passed to iconv, which knows a thousand charsets that no mail uses: such text is guessed,
/// like unlabelled text. If senders use a label for a larger charset, the label is mapped to that (iso-8859-1 holds
/// windows-1252 in practice, gb2312 holds GB18030, shift_jis holds CP932: the WHATWG Encoding Standard's labels, and
/// those seen in reports of old mailers).
enum CharsetAliases {
    /// glibc's name for each label, which is written as `key(_:)` writes it.
    static let table: [String: String] = {
        var table: [String: String] = [:]
        for (name, labels) in charsets {
            for label in labels.split(separator: " ") { table[String(label)] = name }
        }
        return table
    }()

    /// Longest label that is looked at, in bytes: RFC 2978 section 2.3 allows 40.
    static let maximumLabel = 64

    /// A label normalised for the variations of senders: case, everything but letters and digits (Unicode Technical
    /// Standard 22, section 1.4), leading `x-`, and the year after a colon (`ISO_8859-1:1987`).
    static func key(_ label: String) -> String {
        // Most labels' letters fit into a string that needs no memory of its own.
        String(unsafeUninitializedCapacity: min(label.utf8.count, maximumLabel)) { key in
            var count = 0
            for byte in label.utf8.prefix(maximumLabel) {
                if byte == UInt8(ascii: ":") { break }
                if byte.isLetterOrDigit {
                    key[count] = byte.lowercased
                    count += 1
                } else if count == 1, key[0] == UInt8(ascii: "x") {
                    count = 0
                }
            }
            return count
        }
    }

    static let charsets: [(name: String, labels: String)] = [
        ("UTF-8", "utf8 utf8n unicode11utf8 unicode20utf8 csutf8 cp65001"),
        ("UTF-7", "utf7 unicode11utf7 unicode20utf7 csunicode11utf7 cp65000"),
        ("UTF-16", "utf16 csutf16 ucs2 iso10646ucs2"), ("UTF-16LE", "utf16le"), ("UTF-16BE", "utf16be"),
        ("UTF-32", "utf32"), ("UTF-32LE", "utf32le"), ("UTF-32BE", "utf32be"),
        (
            "WINDOWS-1252",
            "iso88591 88591 latin1 l1 isolatin1 csisolatin1 isoir100 cp819 ibm819 iso88591windows31latin1 cp1252 windows1252 "
                + "win1252 ansi"
        ),
        ("ISO-8859-2", "iso88592 88592 latin2 l2 csisolatin2 isoir101"),
        ("ISO-8859-3", "iso88593 latin3 l3 csisolatin3 isoir109"),
        ("ISO-8859-4", "iso88594 latin4 l4 csisolatin4 isoir110"),
        ("ISO-8859-5", "iso88595 88595 cyrillic csisolatincyrillic isoir144"),
        ("ISO-8859-6", "iso88596 iso88596i iso88596e arabic csisolatinarabic isoir127 asmo708 ecma114"),
        ("ISO-8859-7", "iso88597 greek csisolatingreek isoir126 elot928 ecma118"),
        ("ISO-8859-8", "iso88598 iso88598i iso88598e hebrew csisolatinhebrew isoir138 logical visual"),
        ("WINDOWS-1254", "iso88599 latin5 l5 csisolatin5 isoir148 cp1254 windows1254 win1254"),
        ("ISO-8859-10", "iso885910 latin6 l6 csisolatin6 isoir157"),
        ("CP874", "iso885911 tis620 windows874 cp874 ibm874"),
        ("ISO-8859-13", "iso885913 latin7 l7"), ("ISO-8859-14", "iso885914 latin8 l8"),
        ("ISO-8859-15", "iso885915 885915 latin9 latin0 l9 csiso885915"), ("ISO-8859-16", "iso885916 latin10 l10"),
        ("WINDOWS-1250", "cp1250 windows1250 win1250"), ("WINDOWS-1251", "cp1251 windows1251 win1251"),
        ("WINDOWS-1253", "cp1253 windows1253 win1253"), ("WINDOWS-1255", "cp1255 windows1255 win1255"),
        ("WINDOWS-1256", "cp1256 windows1256 win1256"), ("WINDOWS-1257", "cp1257 windows1257 win1257"),
        ("WINDOWS-1258", "cp1258 windows1258 win1258"),
        ("CP437", "cp437 ibm437"), ("CP737", "cp737"), ("CP775", "cp775 ibm775"), ("CP850", "cp850 ibm850"),
        ("CP852", "cp852 ibm852"), ("CP855", "cp855 ibm855"), ("CP857", "cp857 ibm857"), ("CP858", "cp858 ibm858"),
        ("CP860", "cp860 ibm860"), ("CP861", "cp861 ibm861"), ("CP862", "cp862 ibm862"), ("CP863", "cp863 ibm863"),
        ("CP864", "cp864 ibm864"), ("CP865", "cp865 ibm865"), ("CP866", "cp866 ibm866 866"), ("CP869", "cp869 ibm869"),
        ("KOI8-R", "koi8r koi8 koi cskoi8r"), ("KOI8-U", "koi8u"), ("KOI8-RU", "koi8ru"),
        ("MACINTOSH", "mac macintosh macroman csmacintosh"), ("MAC-CYRILLIC", "maccyrillic macukrainian"),
        ("MAC-CENTRALEUROPE", "macce maccentraleurope maccentraleurroman"),
        ("VISCII", "viscii csviscii"), ("TCVN", "tcvn tcvn5712"), ("ARMSCII-8", "armscii8"),
        (
            "ISO-2022-JP",
            "iso2022jp csiso2022jp jis iso2022jp1 iso2022jp2 csiso2022jp2 iso2022jp3 iso2022jpms cp50220 cp50221 cp50222"
        ),
        (
            "CP932",
            "shiftjis csshiftjis sjis mskanji windows31j cswindows31j cp932 ms932 mscp932 windows932 macjapanese"
        ),
        ("EUC-JP-MS", "eucjp euc ujis eucjpms eucjpwin cseucpkdfmtjapanese"),
        (
            "GB18030",
            "gb2312 gb231280 gb23121980 csgb2312 csiso58gb231280 isoir58 gbk cp936 windows936 ms936 gb18030 chinese euccn "
                + "eucgb2312cn cngb gb"
        ),
        ("BIG5-HKSCS", "big5 xbig5 csbig5 cnbig5 big5hkscs"), ("CP950", "cp950 windows950 ms950"),
        ("EUC-TW", "euctw"), ("ISO-2022-CN", "iso2022cn"),
        (
            "CP949",
            "ksc56011987 ksc56011989 ksc5601 csksc56011987 isoir149 korean euckr cseuckr windows949 cp949 ms949 uhc"
        ),
        ("JOHAB", "johab cp1361"), ("ISO-2022-KR", "iso2022kr csiso2022kr"),
    ]
}
