//! The parts of a date as the C library has them, and what follows from some of them, for `strptime`.

/// The parts of a date as C has them. A part that the text does not have is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub second: i64,
    pub minute: i64,
    pub hour: i64,
    pub day: i64,
    /// 0 is January.
    pub month: i64,
    /// 0 is 1900.
    pub year: i64,
    /// 0 is Sunday.
    pub weekday: i64,
    /// 0 is 1 January.
    pub day_of_year: i64,
}

/// What the format has named so far.
#[derive(Debug, Default)]
pub struct Seen {
    pub hour_of_half_day: bool,
    pub is_pm: bool,
    pub weekday: bool,
    pub day_of_year: bool,
    pub month: bool,
    pub day: bool,
    /// The number of a week, and whether weeks begin on Monday.
    pub week: Option<i64>,
    pub week_from_sunday: bool,
    pub century: Option<i64>,
    pub year_in_century: bool,
    pub year_in_era: bool,
    /// Anything of which the weekday and the day of the year depend.
    pub date: bool,
}

/// The days before each month: a number that is before the table in glibc, a normal year, a leap year, and an end.
/// glibc looks beyond a year's months for days that the year does not have.
#[rustfmt::skip]
const DAYS_BEFORE: [i64; 28] = [
    0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365,
    0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366, 64,
];

/// The index of January in [`DAYS_BEFORE`].
fn january(year: i64) -> usize {
    if super::is_leap(1900 + year) { 14 } else { 1 }
}

impl Parts {
    fn set_weekday(&mut self) {
        let year = 1900 + self.year - i64::from(self.month < 2);
        let centuries = year / 4 / 25;
        let days = -473 + 365 * (self.year - 70) + year / 4 - centuries
            + i64::from(year / 4 % 25 < 0)
            + centuries / 4
            + DAYS_BEFORE[1 + usize::try_from(self.month).unwrap_or(0)]
            + self.day
            - 1;
        self.weekday = days.rem_euclid(7);
    }

    /// The month of the day of the year, and the day in it.
    fn month_and_day(&self) -> (i64, i64) {
        let january = january(self.year);
        let next = DAYS_BEFORE[january..].iter().take_while(|days| **days <= self.day_of_year).count();
        (next as i64 - 1, self.day_of_year - DAYS_BEFORE[january + next - 1] + 1)
    }

    /// Computes what the format does not name from what it names.
    pub fn complete(&mut self, mut seen: Seen) {
        if seen.hour_of_half_day && seen.is_pm {
            self.hour += 12;
        }
        if let Some(century) = seen.century {
            let year = if seen.year_in_century { self.year % 100 } else { 0 };
            self.year = year + (century - 19) * 100;
        } else if seen.year_in_era && seen.year_in_century && self.year < 69 {
            self.year += 100;
        }
        if seen.date && !seen.weekday {
            if seen.day_of_year && !(seen.month && seen.day) {
                self.set_month_and_day(&seen);
                (seen.month, seen.day) = (true, true);
            }
            if (0..12).contains(&self.month) || seen.month {
                self.set_weekday();
            }
        }
        if seen.date && !seen.day_of_year && (0..12).contains(&self.month) {
            let month = usize::try_from(self.month).unwrap_or(0);
            self.day_of_year = DAYS_BEFORE[january(self.year) + month] + self.day - 1;
        }
        if let (Some(week), true) = (seen.week, seen.weekday) {
            self.count_weeks(week, &seen);
        }
    }

    fn set_month_and_day(&mut self, seen: &Seen) {
        let (month, day) = self.month_and_day();
        if !seen.month {
            self.month = month;
        }
        if !seen.day {
            self.day = day;
        }
    }

    /// The day of the year from the week and the weekday.
    fn count_weeks(&mut self, week: i64, seen: &Seen) {
        let first_day = i64::from(!seen.week_from_sunday);
        let given = *self;
        (self.day, self.month) = (1, 0);
        self.set_weekday();
        if !seen.day_of_year {
            self.day_of_year =
                (7 - (self.weekday - first_day)) % 7 + (week - 1) * 7 + (given.weekday - first_day + 7) % 7;
        }
        if seen.day {
            self.day = given.day;
        }
        if seen.month {
            self.month = given.month;
        }
        if !seen.day || !seen.month {
            self.set_month_and_day(seen);
        }
        self.weekday = given.weekday;
    }
}
