//! The zones that PHP means by an abbreviation, or by an offset alone.
//!
//! Source: what `timezone_abbreviations_list()` and `timezone_name_from_abbr()` of PHP 8.2 return.

/// Written by `tests/functions/abbreviations.php`, which describes the lines.
static ABBREVIATIONS: &str = include_str!("abbreviations.txt");

/// One meaning of an abbreviation.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The abbreviation in lower case.
    pub name: &'static str,
    pub is_dst: bool,
    /// Seconds east of Greenwich, daylight saving included.
    pub offset_seconds: i64,
    zones: &'static str,
}

impl Meaning {
    /// The zones that use it, the usual one first; none for a military letter.
    pub fn zones(&self) -> impl Iterator<Item = &'static str> {
        self.zones.split_terminator(' ')
    }
}

/// All meanings, in PHP's order. One with many zones comes in several parts.
pub fn meanings() -> impl Iterator<Item = Meaning> {
    ABBREVIATIONS.lines().filter_map(meaning)
}

/// The meanings of one abbreviation in any letter case.
pub fn meanings_of(name: &[u8]) -> impl Iterator<Item = Meaning> {
    let is_named = move |line: &&str| match line.as_bytes().split_at_checked(name.len()) {
        Some((found, [b' ', ..])) => found.eq_ignore_ascii_case(name),
        _ => false,
    };
    ABBREVIATIONS.lines().filter(is_named).filter_map(meaning)
}

fn meaning(line: &'static str) -> Option<Meaning> {
    let mut parts = line.splitn(4, ' ');
    Some(Meaning {
        name: parts.next()?,
        is_dst: parts.next()? == "1",
        offset_seconds: parts.next()?.parse().ok()?,
        zones: parts.next().unwrap_or_default(),
    })
}

/// The zone of an abbreviation in any letter case: that of the meaning with this offset, else of the first one. Without
/// such an abbreviation, the zone of the offset and of daylight saving (0 or 1).
#[must_use]
pub fn by_abbreviation(name: &[u8], offset_seconds: i64, is_dst: i64) -> Option<&'static str> {
    if name.eq_ignore_ascii_case(b"utc") || name.eq_ignore_ascii_case(b"gmt") {
        return Some("UTC");
    }
    let exact = meanings_of(name).find(|meaning| meaning.offset_seconds == offset_seconds);
    if let Some(meaning) = exact.or_else(|| meanings_of(name).next()) {
        return meaning.zones().next();
    }
    let by_offset = BY_OFFSET.iter().find(|(offset, dst, _)| *offset == offset_seconds && *dst == is_dst);
    by_offset.map(|(.., zone)| *zone)
}

/// Offset, daylight saving and zone.
#[rustfmt::skip]
const BY_OFFSET: &[(i64, i64, &str)] = &[
    (-39_600, 0, "Pacific/Apia"), (-36_000, 0, "Pacific/Honolulu"), (-32_400, 0, "America/Anchorage"),
    (-28_800, 0, "America/Los_Angeles"), (-25_200, 0, "America/Denver"), (-21_600, 0, "America/Chicago"),
    (-18_000, 0, "America/New_York"), (-16_200, 0, "America/Caracas"), (-14_400, 0, "America/Halifax"),
    (-10_800, 0, "America/Sao_Paulo"), (-3600, 0, "Atlantic/Azores"), (0, 0, "Europe/London"),
    (3600, 0, "Europe/Paris"), (7200, 0, "Europe/Helsinki"), (10_800, 0, "Europe/Moscow"), (14_400, 0, "Asia/Dubai"),
    (18_000, 0, "Asia/Karachi"), (19_800, 0, "Asia/Kolkata"), (20_700, 0, "Asia/Katmandu"),
    (25_200, 0, "Asia/Krasnoyarsk"), (28_800, 0, "Asia/Shanghai"), (32_400, 0, "Asia/Tokyo"),
    (36_000, 0, "Australia/Melbourne"), (43_200, 0, "Pacific/Auckland"), (-28_800, 1, "America/Anchorage"),
    (-25_200, 1, "America/Los_Angeles"), (-21_600, 1, "America/Denver"), (-18_000, 1, "America/Chicago"),
    (-14_400, 1, "America/New_York"), (-10_800, 1, "America/Halifax"), (-7200, 1, "America/Sao_Paulo"),
    (0, 1, "Atlantic/Azores"), (3600, 1, "Europe/London"), (7200, 1, "Europe/Paris"), (10_800, 1, "Europe/Helsinki"),
    (14_400, 1, "Europe/Moscow"), (21_600, 1, "Asia/Yekaterinburg"), (25_200, 1, "Asia/Novosibirsk"),
    (28_800, 1, "Asia/Krasnoyarsk"), (37_800, 1, "Australia/Adelaide"), (39_600, 1, "Australia/Melbourne"),
    (46_800, 1, "Pacific/Auckland"),
];
