//! Names of months and days, in the C locale.

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

/// The number of a month, 1 to 12, by its name, its first three letters, or a Roman numeral.
pub fn month(word: &str) -> Option<i64> {
    const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    if word == "sept" {
        return Some(9);
    }
    let named = named(word, &MONTHS).map(|i| i + 1);
    named.or_else(|| ROMAN.iter().position(|r| *r == word).map(|i| i as i64 + 1))
}

/// The number of a weekday by its name; 0 is Sunday.
pub fn day(word: &str) -> Option<i64> {
    match word {
        "tues" => Some(2),
        "wednes" => Some(3),
        "thur" | "thurs" => Some(4),
        _ => named(word, &DAYS),
    }
}

fn named(word: &str, names: &[&str]) -> Option<i64> {
    let is = |name: &str| word.eq_ignore_ascii_case(name) || word.len() == 3 && name[..3].eq_ignore_ascii_case(word);
    names.iter().position(|name| is(name)).map(|i| i as i64)
}
