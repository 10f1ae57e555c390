//! Random texts over the grammar of PHP's dates: pieces of every form, right and wrong, in any order.

use crate::date_words::{COUNTS, DAYS, MONTHS, UNITS};
use crate::generate::Generator;

const DATES: &[&str] = &[
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "YYYY/M/D",
    "YYYY-M-D",
    "YY-MM-DD",
    "+YYYY-MM-DD",
    "-YYYY-MM-DD",
    "+1YYYY-MM-DD",
    "YYYYMMDD",
    "YYYY-MM",
    "M/D",
    "M/D/YYYY",
    "MM/DD/YY",
    "D.M.YYYY",
    "DD.MM.YY",
    "D-M-YYYY",
    "D\tM.YY",
    "D N YYYY",
    "D-N-YYYY",
    "D.N.YY",
    "Do N YYYY",
    "DNYYYY",
    "D N",
    "Do N",
    "N D",
    "N Do, YYYY",
    "N D, YYYY",
    "N.D.YYYY",
    "N D",
    "N-D",
    "N YYYY",
    "YYYY N",
    "YYYY-N",
    "N-DD-YYYY",
    "YYYY-N-DD",
    "YY-N-DD",
    "N",
    "YYYY",
    "YYYY.JJJ",
    "YYYYJJJ",
    "YYYY-JJJ",
    "YYYYWww",
    "YYYY-Www-d",
    "YYYYWwwd",
    "YYYY:MM:DD hh:ii:ss",
    "YYYY-MM-DDThh:ii:ss",
    "YYYY-MM-DDThh:ii:ss.fZ",
    "YYYY-MM-DDThh:ii:ss.f+hh:ii",
    "YYYYMMDDThh:ii:ss",
    "YYYYMMDDthhiiss",
    "DD/N/YYYY:hh:ii:ss +hhii",
    "DD/N/YYYY:hh:ii:ss -hh:ii",
    "YYYY-M-DTh:i:s",
    "N D h:ii",
    "N D hh:ii:ss",
    "N D h:iipm",
    "N D hh.ii.ss",
    "N D h:ii:ss Z",
    "N D h.ii am",
    "D",
    "YYYY-MM-",
    "MM-DD-YYYY",
    "DD/MM/YYYY",
];

const TIMES: &[&str] = &[
    "h:ii",
    "hh:ii:ss",
    "hh:ii:ss.f",
    "h.ii",
    "hh.ii.ss",
    "hpm",
    "h am",
    "h:ii a.m.",
    "h:ii:ss PM",
    "hh:ii:ss:f",
    "hh:ii:ss:fpm",
    "thhii",
    "Thh:ii",
    "thh",
    "hhii",
    "hhiiss",
    "thhiiss",
    "noon",
    "midnight",
    "h:i:s",
    "back of h",
    "back of hpm",
    "front of ham",
    "front of h pm",
    "Back of h",
    "hh:ii:ssZ",
    "hh:iiZ",
    "hh:ii +hh",
    "h p.m.",
    "ha",
];

const RELATIVES: &[&str] = &[
    "C U",
    "C  U",
    "+n U",
    "-n U",
    "n U",
    "nU",
    "+n Us",
    "-nUs",
    "--n U",
    "+-n U",
    "+ n U",
    "n Us ago",
    "C U ago",
    "C W",
    "C W of",
    "C W of C U",
    "first day of",
    "last day of",
    "first day of C U",
    "last day of N YYYY",
    "first day of N",
    "today",
    "tomorrow",
    "yesterday",
    "now",
    "W",
    "Ws",
    "W C week",
    "C week",
    "C week W",
    "n weekdays",
    "-n weekdays",
    "n weekdays ago",
    "C weekday",
    "weekday",
    "W ago",
    "n W",
    "-n W",
    "n week",
    "n weeks",
    "+n week",
    "C fortnight",
    "n fortnights",
    "n msec",
    "n ms",
    "n \u{b5}s",
    "n usecs",
    "n milliseconds",
    "n\u{a0}Us",
    "yesterday noon",
    "tomorrow h:ii",
    "W h:ii",
    "h:ii W",
    "ago",
    "n sat",
    "this W",
    "C Us",
];

const ZONES: &[&str] = &[
    "UTC",
    "utc",
    "GMT",
    "Z",
    "z",
    "EST",
    "est",
    "EDT",
    "CET",
    "cest",
    "BST",
    "IST",
    "HKT",
    "ACST",
    "KST",
    "PKT",
    "a",
    "b",
    "m",
    "s",
    "q",
    "j",
    "x",
    "(CET)",
    "(EST",
    "PST)",
    "+hh",
    "-hh",
    "+hhii",
    "-hh:ii",
    "+h",
    "+h:ii",
    "+hhiiss",
    "+hh:ii:ss",
    "GMT+h",
    "GMT-hh:ii",
    "gmt+h",
    "Europe/Paris",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Argentina/Buenos_Aires",
    "Etc/GMT-3",
    "Etc/GMT",
    "europe/paris",
    "Europe/Nowhere",
    "Europe/london",
    "America/Port-au-Prince",
    "Japan",
    "Egypt",
    "GB",
    "PRC",
    "Zulu",
    "CST",
    "MSK",
    "EST5EDT",
    "WET",
    "XYZ",
    "foo",
    "nonsense",
    "+hhi",
    "NZDT",
    "AKST",
    "HST",
    "LMT",
    "SAST",
    "UCT",
    "Asia/Ho_Chi_Minh",
    "Pacific/Apia",
];

const SEPARATORS: &[&str] =
    &[" ", " ", " ", " ", " ", "  ", ", ", ",", "", "\t", "T", "-", ".", ";", "\n", "\u{a0}", "/"];

/// A text of one to four pieces.
pub fn text(g: &mut Generator) -> String {
    let mut out = String::new();
    for i in 0..1 + g.below(3).min(g.below(4)) + g.below(2) {
        if i > 0 {
            out.push_str(SEPARATORS[g.below(SEPARATORS.len())]);
        }
        let forms = match g.below(8) {
            0..=2 => DATES,
            3 | 4 => TIMES,
            5 | 6 => RELATIVES,
            _ => ZONES,
        };
        let form = forms[g.below(forms.len())];
        let is_zone = std::ptr::eq(forms, ZONES);
        fill(g, form, is_zone, &mut out);
    }
    out
}

/// Writes a form with its letters replaced by random numbers and names.
fn fill(g: &mut Generator, form: &str, is_zone: bool, out: &mut String) {
    let mut rest = form;
    'form: while let Some(letter) = rest.chars().next() {
        // Words of more than two letters are meant literally, and so are all letters of zones but those of offsets.
        let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let repeated = rest.bytes().take_while(|b| *b == rest.as_bytes()[0]).count();
        let starts_offset = out.ends_with(['+', '-', ':']);
        let literal = is_zone && !(starts_offset && matches!(letter, 'h' | 'i')) || is_literal(&rest[..word]);
        if literal && word > 0 {
            out.push_str(&rest[..word]);
            rest = &rest[word..];
            continue 'form;
        }
        let Some(count) = part(g, letter, repeated, out) else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        rest = &rest[count..];
    }
}

fn is_literal(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "noon",
        "midnight",
        "back",
        "front",
        "Back",
        "of",
        "ago",
        "first",
        "last",
        "day",
        "today",
        "tomorrow",
        "yesterday",
        "now",
        "week",
        "weeks",
        "weekday",
        "weekdays",
        "fortnight",
        "fortnights",
        "msec",
        "ms",
        "usecs",
        "milliseconds",
        "am",
        "pm",
        "PM",
        "m",
        "a",
        "p",
        "sat",
        "this",
    ];
    WORDS.contains(&word)
}

/// Writes the part that a letter stands for, and returns the letters that it covers.
fn part(g: &mut Generator, letter: char, repeated: usize, out: &mut String) -> Option<usize> {
    use std::fmt::Write;
    let mut number = |n: usize, wide: usize| {
        let _ = write!(out, "{n:0wide$}");
    };
    match letter {
        'Y' if repeated >= 4 => number(1890 + g.below(180), 4),
        'Y' => number(g.below(100), 2),
        'M' => number(g.below(13), if repeated == 2 { 2 } else { 1 }),
        'D' => number(g.below(32), if repeated == 2 { 2 } else { 1 }),
        'J' => number(g.below(370), 3),
        'h' => number(if g.below(3) == 0 { g.below(26) } else { g.below(13) }, if repeated == 2 { 2 } else { 1 }),
        'i' | 's' => number(g.below(61), if repeated == 2 { 2 } else { 1 }),
        'w' => number(g.below(55), 2),
        'd' => number(g.below(9), 1),
        'f' => number(g.below(1000), 1 + g.below(7)),
        'n' => number(if g.below(6) == 0 { g.below(3000) } else { g.below(20) }, 1),
        'o' => out.push_str(["st", "nd", "rd", "th"][g.below(4)]),
        'Z' => {
            let zone = ZONES[g.below(40)];
            out.push_str(if zone.contains('h') { "UTC" } else { zone });
        }
        'N' => out.push_str(MONTHS[g.below(MONTHS.len())]),
        'C' => out.push_str(COUNTS[g.below(COUNTS.len())]),
        'U' => out.push_str(UNITS[g.below(UNITS.len())]),
        'W' => out.push_str(DAYS[g.below(DAYS.len())]),
        _ => return None,
    }
    Some(if "MDhisYJw".contains(letter) { repeated.min(if letter == 'Y' { 4 } else { 3 }) } else { 1 })
}
