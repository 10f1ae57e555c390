//! The proleptic Gregorian calendar, for every year within 64 bits of seconds.

/// A date and time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
}

#[must_use]
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && year % 100 != 0 || year % 400 == 0
}

#[must_use]
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date. Months and days out of range carry over.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
#[must_use]
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i128 {
    let months = i128::from(year) * 12 + i128::from(month) - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 + i128::from(day) - 1
}

fn civil_from_days(days: i128) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    (year as i64, month as i64, day as i64)
}

impl Civil {
    /// The date and time of seconds since 1970, in the zone of the seconds.
    #[must_use]
    pub fn from_seconds(seconds: i128) -> Civil {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as i64);
        let (year, month, day) = civil_from_days(days);
        Civil { year, month, day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60 }
    }

    /// 0 is Sunday.
    #[must_use]
    pub fn weekday(&self) -> i64 {
        (days_from_civil(self.year, self.month, self.day) + 4).rem_euclid(7) as i64
    }

    /// 0 is 1 January.
    #[must_use]
    pub fn day_of_year(&self) -> i64 {
        (days_from_civil(self.year, self.month, self.day) - days_from_civil(self.year, 1, 1)) as i64
    }

    /// The year and number of the ISO 8601 week.
    #[must_use]
    pub fn iso_week(&self) -> (i64, i64) {
        let weekday = (self.weekday() + 6) % 7;
        let thursday = self.day_of_year() - weekday + 3;
        if thursday < 0 {
            let year = self.year - 1;
            let length = if is_leap(year) { 366 } else { 365 };
            return (year, (thursday + length) / 7 + 1);
        }
        let length = if is_leap(self.year) { 366 } else { 365 };
        if thursday >= length { (self.year + 1, 1) } else { (self.year, thursday / 7 + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-800_000..800_000).step_by(337) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn iso_week_belongs_to_year_of_its_thursday() {
        let week = |year, month, day| Civil { year, month, day, hour: 0, minute: 0, second: 0 }.iso_week();
        assert_eq!(week(2021, 1, 3), (2020, 53));
        assert_eq!(week(2024, 12, 30), (2025, 1));
        assert_eq!(week(2026, 7, 1), (2026, 27));
    }
}
