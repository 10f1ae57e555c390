//! Texts that are put together from pieces: mail headers, INI files, Japanese and Hebrew texts, dates for the C library.

#[rustfmt::skip]
const JAPANESE: &[&[u8]] = &[
    b"abc", b"XYZ", b"019", b" ", b"!\"'\\~", "アカガサザパヴ".as_bytes(), "ｱｶｶﾞﾊﾟﾊﾞｳﾞﾜﾞ".as_bytes(), "ﾞﾟｯｰ｡｢｣､･".as_bytes(), "あがぱゔゐゑを".as_bytes(), "、。「」・ー゛゜".as_bytes(),
    "ＡＺａｚ０９！～".as_bytes(), "＂＇＼￥￣　".as_bytes(), "¥‾’”‘“−".as_bytes(), "ヮヰヱヲンゝゞヽヾ".as_bytes(), b"\xff", "日本".as_bytes(), "ｶ".as_bytes(), "ﾞ".as_bytes(), "ﾟ".as_bytes(), b"}{@`",
];

#[rustfmt::skip]
pub fn pieces(kind: char) -> Option<&'static [&'static [u8]]> {
    Some(match kind {
        // INI files.
        'C' => &[
            b"a", b"b", b"key", b"Z9_", b"=", b"=", b"=", b"\n", b"\n", b"\r\n", b" ", b"\t", b"[", b"]", b"[sec]\n", b"[]", b";", b"; c\n", b"'", b"\"", b"'q'",
            b"\"d q\"", b"true", b"on", b"No", b"none", b"null", b"12", b"-3", b"1.5", b"0x1", b"077", b"|", b"&", b"^", b"~", b"!", b"(", b")", b"$", b"\\",
            b"{", b"}", b"\\\"", b"\\\\", b"E_ALL", b"M_PI", b":", b",", b"+", b"a[] = 1\n", b"a[k]=v\n", b"0[1]=x\n", b"b = c\n", b".", b"#", b"\xc3\xa9", b"9999999999999999999",
        ],
        // Mail headers.
        'K' => &[
            b"word", b"a", b" ", b" ", b"  ", b"\xc3\xa9", b"\xe2\x82\xac", b"=", b"?", b"_", b"=?UTF-8?B?", b"=?utf-8?q?", b"=?ISO-8859-1?Q?", b"?=", b"aGVsbG8=", b"w6k",
            b"=C3=A9", b"=E9", b"\r\n", b"\n ", b"\t", b"=?", b"=?nope?B?", b"?B?", b"longer-word-without-a-space", b"\xe3\x81\x82", b"\xff", b"\xe3\x81", b"=3D", b".", b"(x)", b"\0", b"=?KOI8-R?B?", b"8sHE",
        ],
        // Japanese texts.
        'X' => JAPANESE,
        // What to convert in them.
        'd' => &[b"A", b"a", b"R", b"r", b"N", b"n", b"S", b"s", b"K", b"k", b"H", b"h", b"M", b"m", b"C", b"c", b"V", b"KV", b"HV", b"x"],
        // Hebrew in ISO-8859-8.
        'u' => &[
            b"\xf9\xec\xe5\xed", b"\xe0\xe1", b"\xe2", b" ", b" ", b"hello", b"World 12", b"-", b"/", b"(", b")", b"[", b"]", b"{", b"<", b">", b"\\", b".", b",", b"\n", b"\r\n", b"\t", b"x", b"\xfa", b"\xfb",
        ],
        // Formats and texts of strptime.
        '%' => &[
            b"%Y", b"%m", b"%d", b"%H", b"%M", b"%S", b"%y", b"%C", b"%j", b"%U", b"%W", b"%w", b"%u", b"%a", b"%B", b"%b", b"%p", b"%I", b"%e", b"%D", b"%T", b"%F", b"%R", b"%r", b"%c",
            b"%x", b"%X", b"%z", b"%Z", b"%s", b"%n", b"%%", b"%G", b"%V", b"%g", b"%Ey", b"%EY", b"%EC", b"%Oy", b"%Od", b"%OH", b"%OB", b"%k", b"%-d", b"%05Y", b" ", b" ", b"-", b":", b"x", b"%q", b"%",
        ],
        '@' => &[
            b"2024", b"1999", b"12", b"5", b"05", b"31", b"0", b"366", b"53", b" ", b" ", b"-", b":", b"/", b"Sun", b"Monday", b"sat", b"Jan", b"february", b"May", b"AM", b"pm", b"+0200", b"+02:30", b"Z", b"CET",
            b"10:20:30", b"2024-02-29", b"02/29/24", b"Thu Feb 29 10:20:30 2024", b"1700000000", b"x", b"%", b"\n", b"6", b"99",
        ],
        _ => return None,
    })
}

#[rustfmt::skip]
pub fn listed(kind: char) -> &'static [&'static str] {
    match kind {
        // Character sets of mail.
        '&' => &["UTF-8", "utf8", "ISO-8859-1", "ISO-2022-JP", "Shift_JIS", "EUC-JP", "US-ASCII", "Windows-1252", "KOI8-R", "BIG5", "GB18030", "7bit", "8bit", "UTF-16", "UTF-7", "ISO-8859-15", "EUC-KR", "nope", "UTF7-IMAP", ""],
        '!' => &["B", "Q", "b", "quoted", "x", ""],
        '_' => &["\r\n", "\n", "", "0123456789", "\t"],
        _ => unreachable!("{kind} is not a list"),
    }
}
