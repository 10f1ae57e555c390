//! The names of mbstring's encodings.

use super::wide::Order;
use super::{Charset, pairs, single_tables as single};

/// An encoding of mbstring.
#[derive(Debug)]
pub struct Encoding {
    /// The name that `mb_list_encodings()` has.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// The name for mail, if it is another one.
    pub mime: &'static str,
    /// `None` for an encoding that this library does not support.
    pub charset: Option<Charset>,
}

impl Encoding {
    /// The name for mail.
    #[must_use]
    pub fn mail_name(&self) -> &'static str {
        if self.mime.is_empty() { self.name } else { self.mime }
    }
}

/// Finds an encoding by its name, its name for mail or an alias, in any letter case.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Encoding> {
    let is = |known: &str| !known.is_empty() && known.as_bytes().eq_ignore_ascii_case(name);
    let by = |has: &dyn Fn(&Encoding) -> bool| ENCODINGS.iter().find(|encoding| has(encoding));
    by(&|e| is(e.name)).or_else(|| by(&|e| is(e.mime))).or_else(|| by(&|e| e.aliases.iter().any(|alias| is(alias))))
}

impl Charset {
    /// The encoding that mbstring knows by `name`, in any letter case; `None` if it is unknown or not supported.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Charset> {
        find(name).and_then(|encoding| encoding.charset)
    }
}

const fn yes(name: &'static str, mime: &'static str, aliases: &'static [&'static str], charset: Charset) -> Encoding {
    Encoding { name, aliases, mime, charset: Some(charset) }
}

const fn no(name: &'static str, mime: &'static str, aliases: &'static [&'static str]) -> Encoding {
    Encoding { name, aliases, mime, charset: None }
}

/// All encodings of PHP 8.2's mbstring, in its order.
#[rustfmt::skip]
pub static ENCODINGS: &[Encoding] = &[
    yes("BASE64", "", &[], Charset::Base64),
    no("UUENCODE", "x-uuencode", &[]),
    yes("HTML-ENTITIES", "", &["HTML", "html"], Charset::HtmlEntities),
    yes("Quoted-Printable", "", &["qprint"], Charset::QuotedPrintable),
    yes("7bit", "", &[], Charset::Bytes(0x7f)),
    yes("8bit", "", &["binary"], Charset::Bytes(0xff)),
    yes("UCS-4", "", &["ISO-10646-UCS-4", "UCS4"], Charset::Utf32(Order::Marked)),
    yes("UCS-4BE", "", &["byte4be"], Charset::Utf32(Order::Big)),
    yes("UCS-4LE", "", &["byte4le"], Charset::Utf32(Order::Little)),
    yes("UCS-2", "", &["ISO-10646-UCS-2", "UCS2", "UNICODE"], Charset::Ucs2(Order::Marked)),
    yes("UCS-2BE", "", &["byte2be"], Charset::Ucs2(Order::Big)),
    yes("UCS-2LE", "", &["byte2le"], Charset::Ucs2(Order::Little)),
    yes("UTF-32", "", &["utf32"], Charset::Utf32(Order::Marked)),
    yes("UTF-32BE", "", &[], Charset::Utf32(Order::Big)),
    yes("UTF-32LE", "", &[], Charset::Utf32(Order::Little)),
    yes("UTF-16", "", &["utf16"], Charset::Utf16(Order::Marked)),
    yes("UTF-16BE", "", &[], Charset::Utf16(Order::Big)),
    yes("UTF-16LE", "", &[], Charset::Utf16(Order::Little)),
    yes("UTF-8", "", &["utf8"], Charset::Utf8),
    yes("UTF-7", "", &["utf7"], Charset::Utf7),
    yes("UTF7-IMAP", "", &["mUTF-7"], Charset::Utf7Imap),
    yes("ASCII", "US-ASCII", &["ANSI_X3.4-1968", "iso-ir-6", "ANSI_X3.4-1986", "ISO_646.irv:1991", "US-ASCII", "ISO646-US", "us", "IBM367", "IBM-367", "cp367", "csASCII"], Charset::Bytes(0x7f)),
    yes("EUC-JP", "", &["EUC", "EUC_JP", "eucJP", "x-euc-jp"], Charset::Pairs(&pairs::EUC_JP)),
    yes("SJIS", "Shift_JIS", &["x-sjis", "SHIFT-JIS"], Charset::Pairs(&pairs::SJIS)),
    no("eucJP-win", "EUC-JP", &["eucJP-open", "eucJP-ms"]),
    no("EUC-JP-2004", "EUC-JP", &["EUC_JP-2004"]),
    no("SJIS-Mobile#DOCOMO", "Shift_JIS", &["SJIS-DOCOMO", "shift_jis-imode", "x-sjis-emoji-docomo"]),
    no("SJIS-Mobile#KDDI", "Shift_JIS", &["SJIS-KDDI", "shift_jis-kddi", "x-sjis-emoji-kddi"]),
    no("SJIS-Mobile#SOFTBANK", "Shift_JIS", &["SJIS-SOFTBANK", "shift_jis-softbank", "x-sjis-emoji-softbank"]),
    no("SJIS-mac", "Shift_JIS", &["MacJapanese", "x-Mac-Japanese"]),
    no("SJIS-2004", "Shift_JIS", &["SJIS2004", "Shift_JIS-2004"]),
    no("UTF-8-Mobile#DOCOMO", "UTF-8", &["UTF-8-DOCOMO", "UTF8-DOCOMO"]),
    no("UTF-8-Mobile#KDDI-A", "UTF-8", &[]),
    no("UTF-8-Mobile#KDDI-B", "UTF-8", &["UTF-8-Mobile#KDDI", "UTF-8-KDDI", "UTF8-KDDI"]),
    no("UTF-8-Mobile#SOFTBANK", "UTF-8", &["UTF-8-SOFTBANK", "UTF8-SOFTBANK"]),
    yes("CP932", "Shift_JIS", &["MS932", "Windows-31J", "MS_Kanji"], Charset::Pairs(&pairs::CP932)),
    yes("SJIS-win", "Shift_JIS", &["SJIS-ms", "SJIS-open"], Charset::Pairs(&pairs::SJIS_WIN)),
    yes("CP51932", "", &["cp51932"], Charset::Pairs(&pairs::CP51932)),
    no("JIS", "ISO-2022-JP", &[]),
    yes("ISO-2022-JP", "", &[], Charset::Iso2022Jp),
    no("ISO-2022-JP-MS", "ISO-2022-JP", &["ISO2022JPMS"]),
    yes("GB18030", "", &["gb-18030", "gb-18030-2000"], Charset::Pairs(&pairs::GB18030)),
    yes("Windows-1252", "", &["cp1252"], Charset::Single(&single::WINDOWS_1252)),
    yes("Windows-1254", "", &["CP1254", "CP-1254", "WINDOWS-1254"], Charset::Single(&single::WINDOWS_1254)),
    yes("ISO-8859-1", "", &["ISO8859-1", "latin1"], Charset::Bytes(0xff)),
    yes("ISO-8859-2", "", &["ISO8859-2", "latin2"], Charset::Single(&single::ISO_8859_2)),
    yes("ISO-8859-3", "", &["ISO8859-3", "latin3"], Charset::Single(&single::ISO_8859_3)),
    yes("ISO-8859-4", "", &["ISO8859-4", "latin4"], Charset::Single(&single::ISO_8859_4)),
    yes("ISO-8859-5", "", &["ISO8859-5", "cyrillic"], Charset::Single(&single::ISO_8859_5)),
    yes("ISO-8859-6", "", &["ISO8859-6", "arabic"], Charset::Single(&single::ISO_8859_6)),
    yes("ISO-8859-7", "", &["ISO8859-7", "greek"], Charset::Single(&single::ISO_8859_7)),
    yes("ISO-8859-8", "", &["ISO8859-8", "hebrew"], Charset::Single(&single::ISO_8859_8)),
    yes("ISO-8859-9", "", &["ISO8859-9", "latin5"], Charset::Single(&single::ISO_8859_9)),
    yes("ISO-8859-10", "", &["ISO8859-10", "latin6"], Charset::Single(&single::ISO_8859_10)),
    yes("ISO-8859-13", "", &["ISO8859-13"], Charset::Single(&single::ISO_8859_13)),
    yes("ISO-8859-14", "", &["ISO8859-14", "latin8"], Charset::Single(&single::ISO_8859_14)),
    yes("ISO-8859-15", "", &["ISO8859-15"], Charset::Single(&single::ISO_8859_15)),
    yes("ISO-8859-16", "", &["ISO8859-16"], Charset::Single(&single::ISO_8859_16)),
    yes("EUC-CN", "CN-GB", &["CN-GB", "EUC_CN", "eucCN", "x-euc-cn", "gb2312"], Charset::Pairs(&pairs::EUC_CN)),
    yes("CP936", "", &["CP-936", "GBK"], Charset::Pairs(&pairs::CP936)),
    no("HZ", "HZ-GB-2312", &[]),
    no("EUC-TW", "", &["EUC_TW", "eucTW", "x-euc-tw"]),
    yes("BIG-5", "BIG5", &["CN-BIG5", "BIG-FIVE", "BIGFIVE"], Charset::Pairs(&pairs::BIG5)),
    no("CP950", "BIG5", &[]),
    yes("EUC-KR", "", &["EUC_KR", "eucKR", "x-euc-kr"], Charset::Pairs(&pairs::EUC_KR)),
    yes("UHC", "", &["CP949"], Charset::Pairs(&pairs::UHC)),
    no("ISO-2022-KR", "", &[]),
    yes("Windows-1251", "", &["CP1251", "CP-1251", "WINDOWS-1251"], Charset::Single(&single::WINDOWS_1251)),
    yes("CP866", "", &["CP-866", "IBM866", "IBM-866"], Charset::Single(&single::CP866)),
    yes("KOI8-R", "", &["KOI8R"], Charset::Single(&single::KOI8_R)),
    yes("KOI8-U", "", &["KOI8U"], Charset::Single(&single::KOI8_U)),
    yes("ArmSCII-8", "", &["ArmSCII8", "ARMSCII-8", "ARMSCII8"], Charset::Single(&single::ARMSCII_8)),
    yes("CP850", "", &["CP-850", "IBM850", "IBM-850"], Charset::Single(&single::CP850)),
    no("ISO-2022-JP-2004", "", &[]),
    no("ISO-2022-JP-MOBILE#KDDI", "ISO-2022-JP", &["ISO-2022-JP-KDDI"]),
    no("CP50220", "ISO-2022-JP", &["cp50220raw", "cp50220-raw", "JIS-ms"]),
    no("CP50221", "ISO-2022-JP", &[]),
    no("CP50222", "ISO-2022-JP", &[]),
];
