//! The zones that PHP means by an abbreviation, or by an offset alone.
//!
//! Source: what `timezone_abbreviations_list()` and `timezone_name_from_abbr()` of PHP 8.2 return.

/// The zone of an abbreviation in any letter case: the first with this offset, else the first at all. Without such an
/// abbreviation, the zone of the offset and of daylight saving (0 or 1).
#[must_use]
pub fn by_abbreviation(name: &[u8], offset_seconds: i64, is_dst: i64) -> Option<&'static str> {
    if name.eq_ignore_ascii_case(b"utc") {
        return Some("UTC");
    }
    let named = || ZONES.iter().filter(|(_, known, _)| known.as_bytes().eq_ignore_ascii_case(name));
    let exact = named().find(|(offset, ..)| *offset == offset_seconds);
    if let Some((.., zone)) = exact.or_else(|| named().next()) {
        return Some(zone);
    }
    let by_offset = BY_OFFSET.iter().find(|(offset, dst, _)| *offset == offset_seconds && *dst == is_dst);
    by_offset.map(|(.., zone)| *zone)
}

/// Offset, abbreviation and zone, in PHP's order.
#[rustfmt::skip]
const ZONES: &[(i64, &str, &str)] = &[
    (37_800, "acdt", "Australia/Adelaide"), (34_200, "acst", "Australia/Adelaide"),
    (-7200, "addt", "America/Goose_Bay"), (-10_800, "adt", "America/Halifax"), (39_600, "aedt", "Australia/Melbourne"),
    (36_000, "aest", "Australia/Melbourne"), (-32_400, "ahdt", "America/Anchorage"),
    (-36_000, "ahst", "America/Anchorage"), (-28_800, "akdt", "America/Anchorage"),
    (-32_400, "akst", "America/Anchorage"), (-13_840, "amt", "America/Asuncion"), (1172, "amt", "Europe/Amsterdam"),
    (5692, "amt", "Europe/Athens"), (-10_800, "apt", "America/Halifax"), (-32_400, "apt", "America/Anchorage"),
    (-14_400, "ast", "America/Anguilla"), (-36_000, "ast", "America/Anchorage"), (32_400, "awdt", "Australia/Perth"),
    (28_800, "awst", "Australia/Perth"), (-10_800, "awt", "America/Halifax"), (-32_400, "awt", "America/Anchorage"),
    (7200, "bdst", "Europe/London"), (-36_000, "bdt", "America/Adak"), (-14_309, "bmt", "America/Barbados"),
    (6264, "bmt", "Europe/Tiraspol"), (-17_776, "bmt", "America/Bogota"), (10_656, "bmt", "Asia/Baghdad"),
    (24_124, "bmt", "Asia/Bangkok"), (25_632, "bmt", "Asia/Jakarta"), (3600, "bst", "Europe/London"),
    (-12_756, "bst", "America/La_Paz"), (-39_600, "bst", "America/Adak"), (34_200, "cast", "Australia/Adelaide"),
    (10_800, "cast", "Africa/Juba"), (7200, "cat", "Africa/Khartoum"), (-14_400, "cddt", "America/Rankin_Inlet"),
    (-18_000, "cdt", "America/Chicago"), (32_400, "cdt", "Asia/Shanghai"), (-14_400, "cdt", "America/Havana"),
    (10_800, "cemt", "Europe/Berlin"), (7200, "cest", "Europe/Berlin"), (10_800, "cest", "Europe/Kaliningrad"),
    (3600, "cet", "Europe/Berlin"), (7200, "cet", "Europe/Kaliningrad"),
    (-15_408, "cmt", "America/Argentina/Buenos_Aires"), (-16_060, "cmt", "America/Caracas"),
    (-16_356, "cmt", "America/La_Paz"), (-19_176, "cmt", "America/Cayman"), (6900, "cmt", "Europe/Chisinau"),
    (-18_000, "cpt", "America/Chicago"), (-21_600, "cst", "America/Chicago"), (-18_000, "cst", "America/Havana"),
    (28_800, "cst", "Asia/Chongqing"), (-18_000, "cwt", "America/Chicago"), (36_000, "chst", "Pacific/Guam"),
    (-1521, "dmt", "Europe/Dublin"), (10_800, "eat", "Africa/Addis_Ababa"), (-10_800, "eddt", "America/Iqaluit"),
    (-14_400, "edt", "America/New_York"), (10_800, "eest", "Europe/Helsinki"), (7200, "eet", "Europe/Helsinki"),
    (-26_248, "emt", "Chile/EasterIsland"), (-14_400, "ept", "America/New_York"), (-18_000, "est", "America/New_York"),
    (-14_400, "ewt", "America/New_York"), (-14_660, "ffmt", "America/Martinique"), (-4056, "fmt", "Atlantic/Madeira"),
    (39_600, "gdt", "Pacific/Guam"), (0, "gmt", "Africa/Abidjan"), (36_000, "gst", "Pacific/Guam"),
    (-34_200, "hdt", "Pacific/Honolulu"), (-32_400, "hdt", "America/Adak"), (32_400, "hkst", "Asia/Hong_Kong"),
    (28_800, "hkt", "Asia/Hong_Kong"), (30_600, "hkt", "Asia/Hong_Kong"), (-19_776, "hmt", "America/Havana"),
    (-6872, "hmt", "Atlantic/Azores"), (21_200, "hmt", "Asia/Dacca"), (5989, "hmt", "Europe/Helsinki"),
    (-34_200, "hpt", "Pacific/Honolulu"), (-36_000, "hst", "Pacific/Honolulu"), (-37_800, "hst", "Pacific/Honolulu"),
    (-34_200, "hwt", "Pacific/Honolulu"), (14_400, "iddt", "Asia/Jerusalem"), (10_800, "idt", "Asia/Jerusalem"),
    (25_025, "imt", "Asia/Irkutsk"), (7016, "imt", "Asia/Istanbul"), (7200, "ist", "Asia/Jerusalem"),
    (19_800, "ist", "Asia/Calcutta"), (2079, "ist", "Europe/Dublin"), (3600, "ist", "Europe/Dublin"),
    (36_000, "jdt", "Asia/Tokyo"), (8440, "jmt", "Asia/Jerusalem"), (32_400, "jst", "Asia/Tokyo"),
    (36_000, "kdt", "Asia/Seoul"), (34_200, "kdt", "Asia/Seoul"), (5736, "kmt", "Europe/Vilnius"),
    (-18_430, "kmt", "America/Grand_Turk"), (7324, "kmt", "Europe/Kiev"), (30_600, "kst", "Asia/Seoul"),
    (32_400, "kst", "Asia/Pyongyang"), (9394, "lst", "Europe/Riga"), (-18_000, "mddt", "America/Cambridge_Bay"),
    (16_279, "mdst", "Europe/Moscow"), (-21_600, "mdt", "America/Denver"), (7200, "mest", "MET"), (3600, "met", "MET"),
    (9017, "mmt", "Europe/Moscow"), (9079, "mmt", "Europe/Moscow"), (-13_491, "mmt", "America/Montevideo"),
    (-20_712, "mmt", "America/Managua"), (-2588, "mmt", "Africa/Monrovia"), (-2670, "mmt", "Africa/Monrovia"),
    (17_640, "mmt", "Indian/Maldives"), (19_172, "mmt", "Asia/Colombo"), (19_270, "mmt", "Asia/Calcutta"),
    (28_656, "mmt", "Asia/Makassar"), (6600, "mmt", "Europe/Minsk"), (-21_600, "mpt", "America/Denver"),
    (14_400, "msd", "Europe/Moscow"), (10_800, "msk", "Europe/Moscow"), (14_400, "msk", "Europe/Moscow"),
    (-25_200, "mst", "America/Denver"), (12_679, "mst", "Europe/Moscow"), (-21_600, "mwt", "America/Denver"),
    (-5400, "nddt", "America/St_Johns"), (-9052, "ndt", "America/St_Johns"), (-9000, "ndt", "America/St_Johns"),
    (-9000, "npt", "America/St_Johns"), (-36_000, "npt", "America/Adak"), (-12_600, "nst", "America/St_Johns"),
    (-12_652, "nst", "America/St_Johns"), (4772, "nst", "Europe/Amsterdam"), (-39_600, "nst", "America/Adak"),
    (-9000, "nwt", "America/St_Johns"), (-36_000, "nwt", "America/Adak"), (46_800, "nzdt", "Pacific/Auckland"),
    (41_400, "nzmt", "Pacific/Auckland"), (43_200, "nzst", "Pacific/Auckland"), (45_000, "nzst", "Pacific/Auckland"),
    (-21_600, "pddt", "America/Inuvik"), (-25_200, "pdt", "America/Los_Angeles"), (32_400, "pdt", "Asia/Manila"),
    (21_600, "pkst", "Asia/Karachi"), (18_000, "pkt", "Asia/Karachi"), (25_590, "plmt", "Asia/Ho_Chi_Minh"),
    (-13_236, "pmt", "America/Paramaribo"), (-13_252, "pmt", "America/Paramaribo"),
    (13_505, "pmt", "Asia/Yekaterinburg"), (26_240, "pmt", "Asia/Pontianak"), (561, "pmt", "Africa/Algiers"),
    (-17_340, "ppmt", "America/Port-au-Prince"), (-25_200, "ppt", "America/Los_Angeles"),
    (-28_800, "pst", "America/Los_Angeles"), (28_800, "pst", "Asia/Manila"), (-25_200, "pwt", "America/Los_Angeles"),
    (-18_840, "qmt", "America/Guayaquil"), (5794, "rmt", "Europe/Riga"), (23_087, "rmt", "Asia/Rangoon"),
    (7200, "sast", "Africa/Johannesburg"), (10_800, "sast", "Africa/Johannesburg"),
    (5400, "sast", "Africa/Johannesburg"), (-16_800, "sdmt", "America/Santo_Domingo"),
    (-20_173, "sjmt", "America/Costa_Rica"), (-13_884, "smt", "Atlantic/Stanley"),
    (-16_966, "smt", "America/Punta_Arenas"), (24_925, "smt", "Asia/Kuala_Lumpur"), (8160, "smt", "Europe/Simferopol"),
    (-39_600, "sst", "Pacific/Samoa"), (10_751, "tbmt", "Asia/Tbilisi"), (12_344, "tmt", "Asia/Tehran"),
    (5940, "tmt", "Europe/Tallinn"), (0, "uct", "Etc/UCT"), (0, "utc", "Etc/Universal"),
    (7200, "wast", "Africa/Windhoek"), (3600, "wat", "Africa/Brazzaville"), (7200, "wemt", "Europe/Lisbon"),
    (3600, "west", "Europe/Paris"), (7200, "west", "Europe/Luxembourg"), (0, "wet", "Europe/Paris"),
    (3600, "wet", "Europe/Luxembourg"), (25_200, "wib", "Asia/Jakarta"), (28_800, "wita", "Asia/Makassar"),
    (32_400, "wit", "Asia/Jayapura"), (5040, "wmt", "Europe/Vilnius"), (-25_200, "yddt", "America/Dawson"),
    (-28_800, "ydt", "America/Dawson"), (-28_800, "ypt", "America/Dawson"), (-32_400, "yst", "America/Anchorage"),
    (-28_800, "ywt", "America/Dawson"),
];

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
