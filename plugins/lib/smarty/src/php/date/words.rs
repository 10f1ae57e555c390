//! The words of dates: names of months and days in the C locale, counts and units.

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The number of a month, 1 to 12, by its name, its first three letters, `sept`, or a Roman numeral.
pub fn month(word: &[u8]) -> Option<i64> {
    const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    if word.eq_ignore_ascii_case(b"sept") {
        return Some(9);
    }
    let at = named(word, &MONTHS).or_else(|| ROMAN.iter().position(|r| word.eq_ignore_ascii_case(r.as_bytes())))?;
    Some(at as i64 + 1)
}

fn named(word: &[u8], names: &[&str]) -> Option<usize> {
    let is = |name: &str| {
        let name = name.as_bytes();
        word.eq_ignore_ascii_case(name) || word.len() == 3 && name[..3].eq_ignore_ascii_case(word)
    };
    names.iter().position(|name| is(name))
}

/// `next`, `third`: the amount, and whether today counts.
pub fn amount(word: &[u8]) -> Option<(i64, bool)> {
    const COUNTS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth",
    ];
    let word = word.to_ascii_lowercase();
    match word.as_slice() {
        b"last" | b"previous" => Some((-1, false)),
        b"this" => Some((0, true)),
        b"next" => Some((1, false)),
        b"eight" => Some((8, false)),
        _ => COUNTS.iter().position(|c| c.as_bytes() == word).map(|i| (i as i64 + 1, false)),
    }
}

/// What a relative date counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many microseconds.
    Micros(i64),
    Seconds,
    Minutes,
    Hours,
    /// So many days.
    Days(i64),
    Months,
    Years,
    /// A weekday; 0 is Sunday.
    Weekday(i64),
    /// Days from Monday to Friday.
    Workdays,
}

/// The unit of a word: `days`, `sat`, `weekdays`.
pub fn unit(word: &[u8]) -> Option<Unit> {
    let word = word.to_ascii_lowercase();
    let single = word.strip_suffix(b"s").unwrap_or(&word);
    let day = named(&word, &DAYS).or_else(|| named(single, &DAYS).filter(|_| single.len() > 3));
    if let Some(day) = day {
        return Some(Unit::Weekday(day as i64));
    }
    Some(match single {
        b"m" | b"msec" | b"millisecond" => Unit::Micros(1000),
        b"\xc2\xb5" | b"usec" | b"\xc2\xb5sec" | b"microsecond" => Unit::Micros(1),
        b"sec" | b"second" => Unit::Seconds,
        b"min" | b"minute" => Unit::Minutes,
        b"hour" => Unit::Hours,
        b"day" => Unit::Days(1),
        b"week" => Unit::Days(7),
        b"fortnight" | b"forthnight" => Unit::Days(14),
        b"month" => Unit::Months,
        b"year" => Unit::Years,
        b"weekday" => Unit::Workdays,
        _ => return None,
    })
}
