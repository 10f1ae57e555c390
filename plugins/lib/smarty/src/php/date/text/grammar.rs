//! The pieces that PHP knows in a date's text, in the order in which equally long matches win.
//!
//! Source: PHP's manual, "Supported Date and Time Formats", and the behaviour of PHP 8.2.

use super::super::words::{DAYS, MONTHS};
use super::pattern::Pattern::{self, All, Any, Maybe, Number, One, Repeat, Run, Text, Word, Words};

/// A piece of a date's text, by what its parts mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Yesterday,
    Now,
    Noon,
    Midnight,
    Tomorrow,
    Instant,
    EdgeOfMonth,
    AroundHour,
    WeekdayOfMonth,
    HalfDayTime,
    Time,
    CompactTime,
    FourDigits,
    American,
    YearFirst,
    WideYearFirst,
    ShortYearFirst,
    YearAndMonth,
    DayFirst,
    MonthAndYear,
    YearAndMonthName,
    MonthNameFirst,
    DayAndMonthName,
    DateAndTime,
    DayOfYear,
    IsoWeek,
    YearNameDay,
    LogDate,
    Year,
    Ago,
    Weekday,
    RelativeWeek,
    RelativeWord,
    Month,
    Zone,
    MonthDayHalfDayTime,
    MonthDayTime,
    RelativeNumber,
    Nothing,
}

impl Piece {
    /// True if PHP reports a relative part, even one that moves nothing.
    #[must_use]
    pub fn is_relative(self) -> bool {
        use Piece::{
            EdgeOfMonth, Instant, IsoWeek, RelativeNumber, RelativeWeek, RelativeWord, Tomorrow, Weekday,
            WeekdayOfMonth, Yesterday,
        };
        matches!(
            self,
            Yesterday
                | Tomorrow
                | Instant
                | EdgeOfMonth
                | WeekdayOfMonth
                | Weekday
                | RelativeWeek
                | RelativeWord
                | RelativeNumber
                | IsoWeek
        )
    }
}

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SIGNS: &[u8] = b"+-";

const BLANKS: Pattern = Run(b" \t");
/// Blanks, no-break spaces, or narrow no-break spaces.
const SPACE: Pattern = Any(&[BLANKS, Repeat(&Text("\u{a0}")), Repeat(&Text("\u{202f}"))]);
const GAP: Pattern = Maybe(&SPACE);
const DIGITS: Pattern = Run(b"0123456789");
const FRACTION: Pattern = All(&[Text("."), DIGITS]);

const HOUR: Pattern = Number(1, 2, 0, 24);
const HOUR_2: Pattern = Number(2, 2, 0, 24);
const HOUR_12: Pattern = Number(1, 2, 1, 12);
const MINUTE: Pattern = Number(1, 2, 0, 59);
const MINUTE_2: Pattern = Number(2, 2, 0, 59);
const SECOND: Pattern = Number(1, 2, 0, 60);
const SECOND_2: Pattern = Number(2, 2, 0, 60);
const COLON: Pattern = One(b":.");
const T: Pattern = Maybe(&Word("t"));
/// `am` or `pm` and what ends it; the text itself ends with a NUL.
const HALF: Pattern = All(&[One(b"AaPp"), Maybe(&Text(".")), One(b"Mm"), Maybe(&Text(".")), One(b"\0\t ")]);
const HALF_AFTER_GAP: Pattern = All(&[GAP, HALF]);

const MONTH: Pattern = Number(1, 2, 0, 12);
const MONTH_2: Pattern = Number(2, 2, 0, 12);
const DAY: Pattern = All(&[Number(1, 2, 0, 31), Maybe(&Any(&[Text("st"), Text("nd"), Text("rd"), Text("th")]))]);
const DAY_2: Pattern = Number(2, 2, 0, 31);
const YEAR: Pattern = Number(1, 4, 0, 9999);
const YEAR_2: Pattern = Number(2, 2, 0, 99);
const YEAR_4: Pattern = Number(4, 4, 0, 9999);
const DASH: Pattern = Text("-");
const SLASH: Pattern = Text("/");
const MAYBE_DASH: Pattern = Maybe(&DASH);

const MONTH_SHORT: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"];
const MONTH_ROMAN: &[Pattern] = &[
    Text("I"),
    Text("II"),
    Text("III"),
    Text("IV"),
    Text("V"),
    Text("VI"),
    Text("VII"),
    Text("VIII"),
    Text("IX"),
    Text("X"),
    Text("XI"),
    Text("XII"),
];
const MONTH_NAME: Pattern = Any(&[Words(&MONTHS), Words(MONTH_SHORT), Any(MONTH_ROMAN)]);

const WEEKDAY_SHORT: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY: Pattern = Any(&[All(&[Words(&DAYS), Maybe(&Word("s"))]), Words(WEEKDAY_SHORT)]);
const WEEKDAYS: Pattern = Words(&["weekday", "weekdays"]);
const DAY_NAME: Pattern = Any(&[WEEKDAY, WEEKDAYS]);

const OFFSET: Pattern = All(&[
    Maybe(&Text("GMT")),
    One(SIGNS),
    Any(&[
        All(&[HOUR, Maybe(&All(&[Maybe(&Text(":")), MINUTE]))]),
        All(&[HOUR_2, MINUTE_2, SECOND_2]),
        All(&[HOUR_2, Text(":"), MINUTE_2, Text(":"), SECOND_2]),
    ]),
]);
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SMALL: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
/// An abbreviation: one to six letters.
const LETTERS_1_TO_6: Pattern = {
    const L: Pattern = One(LETTERS);
    Any(&[L, All(&[L, L]), All(&[L, L, L]), All(&[L, L, L, L]), All(&[L, L, L, L, L]), All(&[L, L, L, L, L, L])])
};
const ZONE: Pattern = Any(&[
    All(&[Maybe(&Text("(")), LETTERS_1_TO_6, Maybe(&Text(")"))]),
    All(&[One(CAPITALS), Run(SMALL), Repeat(&All(&[One(b"_/-"), Run(LETTERS)]))]),
]);

const TIME_12_SHORT: Pattern = All(&[HOUR_12, COLON, MINUTE_2, GAP, HALF]);
const TIME_12_LONG: Pattern = All(&[HOUR_12, COLON, MINUTE, COLON, SECOND_2, GAP, HALF]);
const TIME_SHORT: Pattern = All(&[T, HOUR, COLON, MINUTE]);
const TIME_LONG: Pattern = All(&[T, HOUR, COLON, MINUTE, COLON, SECOND]);
const TIME_AND_ZONE: Pattern = All(&[T, HOUR, COLON, MINUTE, COLON, SECOND_2, GAP, Any(&[OFFSET, ZONE])]);

const BETWEEN: Pattern = Maybe(&Run(b" .\t-"));
const AFTER_DAY: Pattern = Run(b",.stndrh\t ");
const MONTH_AND_DAY: Pattern = All(&[MONTH_NAME, BETWEEN, DAY, Any(&[AFTER_DAY, Text("\0")])]);

const COUNTS: &[&str] = &[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eight", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
];
const NEXT_OR_LAST: &[&str] = &["next", "last", "previous", "this"];
const COUNT: Pattern = Any(&[Words(COUNTS), Words(NEXT_OR_LAST)]);
const UNIT: Pattern = Any(&[
    Words(&["ms", "\u{b5}s", "weeks"]),
    All(&[
        Words(&[
            "msec",
            "millisecond",
            "\u{b5}sec",
            "microsecond",
            "usec",
            "sec",
            "second",
            "min",
            "minute",
            "hour",
            "day",
            "fortnight",
            "forthnight",
            "month",
            "year",
        ]),
        Maybe(&Word("s")),
    ]),
    DAY_NAME,
]);
const AMOUNT: Pattern = All(&[Maybe(&Run(SIGNS)), Maybe(&BLANKS), Number(1, 13, 0, i64::MAX)]);

const DATE_AND_TIME: Pattern = Any(&[
    All(&[YEAR_4, MONTH_2, DAY_2, Text("T"), HOUR, Text(":"), MINUTE_2, Text(":"), SECOND_2]),
    All(&[YEAR_4, MONTH_2, DAY_2, Word("t"), HOUR, MINUTE_2, SECOND_2]),
    All(&[
        YEAR_4,
        DASH,
        MONTH_2,
        DASH,
        DAY_2,
        Text("T"),
        HOUR_2,
        Text(":"),
        MINUTE_2,
        Text(":"),
        SECOND_2,
        FRACTION,
        Maybe(&OFFSET),
    ]),
    All(&[YEAR_4, DASH, MONTH, DASH, DAY, Text("T"), HOUR, Text(":"), MINUTE, Text(":"), SECOND]),
    All(&[YEAR_4, Text(":"), MONTH_2, Text(":"), DAY_2, Text(" "), HOUR_2, Text(":"), MINUTE_2, Text(":"), SECOND_2]),
]);

#[rustfmt::skip]
const TABLE: &[(Piece, Pattern)] = &[
    (Piece::Yesterday, Word("yesterday")),
    (Piece::Now, Word("now")),
    (Piece::Noon, Word("noon")),
    (Piece::Midnight, Words(&["midnight", "today"])),
    (Piece::Tomorrow, Word("tomorrow")),
    (Piece::Instant, All(&[Text("@"), MAYBE_DASH, DIGITS, Maybe(&All(&[Text("."), Maybe(&Number(1, 6, 0, 999_999))]))])),
    (Piece::EdgeOfMonth, Words(&["first day of", "last day of"])),
    (Piece::AroundHour, All(&[Words(&["back of ", "front of "]), HOUR, Maybe(&HALF_AFTER_GAP)])),
    (Piece::WeekdayOfMonth, All(&[COUNT, SPACE, WEEKDAY, SPACE, Word("of")])),
    (Piece::HalfDayTime, Any(&[All(&[HOUR_12, GAP, HALF]), TIME_12_SHORT, TIME_12_LONG])),
    (Piece::HalfDayTime, All(&[HOUR_12, Text(":"), MINUTE_2, Text(":"), SECOND_2, COLON, DIGITS, HALF])),
    (Piece::Time, Any(&[All(&[Word("t"), HOUR]), TIME_SHORT, TIME_LONG, All(&[TIME_LONG, FRACTION])])),
    (Piece::FourDigits, All(&[T, HOUR_2, MINUTE_2])),
    (Piece::CompactTime, All(&[T, HOUR_2, MINUTE_2, SECOND_2])),
    (Piece::American, All(&[MONTH, SLASH, DAY, Maybe(&All(&[SLASH, YEAR]))])),
    (Piece::YearFirst, Any(&[
        All(&[Maybe(&One(SIGNS)), YEAR_4, DASH, MONTH_2, DASH, DAY_2]),
        All(&[YEAR_4, SLASH, MONTH_2, SLASH, DAY_2, Maybe(&SLASH)]),
        All(&[YEAR_4, SLASH, MONTH, SLASH, DAY]),
    ])),
    (Piece::ShortYearFirst, All(&[YEAR_2, DASH, MONTH_2, DASH, DAY_2])),
    (Piece::WideYearFirst, All(&[One(SIGNS), Number(5, 19, 0, i64::MAX), DASH, MONTH_2, DASH, DAY_2])),
    (Piece::YearAndMonth, All(&[YEAR_4, DASH, MONTH])),
    (Piece::ShortYearFirst, All(&[YEAR, DASH, MONTH, DASH, DAY])),
    (Piece::DayFirst, All(&[DAY, BETWEEN, MONTH_NAME, BETWEEN, YEAR])),
    (Piece::DayFirst, All(&[DAY, One(b".\t-"), MONTH, One(b".-"), YEAR_4])),
    (Piece::DayFirst, All(&[DAY, One(b".\t"), MONTH, Text("."), YEAR_2])),
    (Piece::MonthAndYear, All(&[MONTH_NAME, BETWEEN, YEAR_4])),
    (Piece::YearAndMonthName, All(&[YEAR_4, BETWEEN, MONTH_NAME])),
    (Piece::MonthNameFirst, Any(&[All(&[MONTH_NAME, BETWEEN, DAY, AFTER_DAY, YEAR]), MONTH_AND_DAY])),
    (Piece::DayAndMonthName, All(&[DAY, BETWEEN, MONTH_NAME])),
    (Piece::YearFirst, All(&[YEAR_4, MONTH_2, DAY_2])),
    (Piece::DateAndTime, DATE_AND_TIME),
    (Piece::DayOfYear, All(&[YEAR_4, Maybe(&One(b".-")), Number(3, 3, 1, 366)])),
    (Piece::IsoWeek, All(&[
        YEAR_4, MAYBE_DASH, Text("W"), Number(2, 2, 1, 53), Maybe(&All(&[MAYBE_DASH, Number(1, 1, 0, 7)])),
    ])),
    (Piece::MonthNameFirst, All(&[Words(MONTH_SHORT), DASH, DAY_2, DASH, YEAR])),
    (Piece::YearNameDay, All(&[YEAR, DASH, Words(MONTH_SHORT), DASH, DAY_2])),
    (Piece::LogDate, All(&[
        DAY, SLASH, Words(MONTH_SHORT), SLASH, YEAR_4, Text(":"), HOUR_2, Text(":"), MINUTE_2, Text(":"), SECOND_2,
        SPACE, OFFSET,
    ])),
    (Piece::Year, YEAR_4),
    (Piece::Ago, Word("ago")),
    (Piece::Weekday, DAY_NAME),
    (Piece::RelativeWeek, All(&[Words(NEXT_OR_LAST), SPACE, Word("week")])),
    (Piece::RelativeWord, All(&[COUNT, SPACE, UNIT])),
    (Piece::Month, Any(&[Words(&MONTHS), Words(MONTH_SHORT)])),
    (Piece::Zone, Any(&[OFFSET, ZONE])),
    (Piece::MonthDayHalfDayTime, All(&[MONTH_AND_DAY, Any(&[TIME_12_SHORT, TIME_12_LONG])])),
    (Piece::MonthDayTime, All(&[MONTH_AND_DAY, Any(&[TIME_SHORT, TIME_LONG, TIME_AND_ZONE])])),
    (Piece::RelativeNumber, All(&[AMOUNT, GAP, Any(&[UNIT, Word("week")])])),
    (Piece::Nothing, One(b".,\0\n")),
    (Piece::Nothing, SPACE),
];

/// The longest piece that starts at `at`, with its end; of equally long ones the first in the table.
pub fn piece(text: &[u8], at: usize) -> Option<(Piece, usize)> {
    let mut best: Option<(Piece, usize)> = None;
    for (piece, pattern) in TABLE {
        if let Some(end) = pattern.longest(text, at)
            && best.is_none_or(|(_, longest)| end > longest)
        {
            best = Some((*piece, end));
        }
    }
    best
}
