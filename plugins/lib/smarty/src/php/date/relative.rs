//! Relative dates: `+1 week`, `last monday`, `first day of next month`.

use super::days_from_civil;
use super::make::Fields;
use super::scan::Scanner;
use super::words;

/// The distance, and the weekday to reach.
#[derive(Clone, Debug, Default)]
pub struct Relative {
    pub years: i64,
    pub months: i64,
    pub days: i64,
    pub seconds: i64,
    pub workdays: i64,
    weekday: Option<i64>,
    /// 0: strictly after today; 1: today counts; 2: within this week.
    behaviour: i64,
    edge: Option<Edge>,
    nth: Option<Nth>,
}

#[derive(Clone, Copy, Debug)]
enum Edge {
    FirstDay,
    LastDay,
}

#[derive(Clone, Copy, Debug)]
enum Nth {
    OfMonth,
    LastOfMonth,
}

enum Unit {
    Seconds(i64),
    Days(i64),
    Months(i64),
    Years,
    Workdays,
    Weekday(i64),
    Nothing,
}

/// The effect of a part of the text on the time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOfDay {
    Kept,
    Midnight,
}

fn unit(word: &str) -> Option<Unit> {
    if let Some(day) = words::day(word) {
        return Some(Unit::Weekday(day));
    }
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "sec" | "second" => Unit::Seconds(1),
        "min" | "minute" => Unit::Seconds(60),
        "hour" => Unit::Seconds(3600),
        "day" => Unit::Days(1),
        "week" => Unit::Days(7),
        "fortnight" | "forthnight" => Unit::Days(14),
        "month" => Unit::Months(1),
        "year" => Unit::Years,
        "weekday" => Unit::Workdays,
        "msec" | "millisecond" | "µ" | "usec" | "microsecond" | "m" => Unit::Nothing,
        other => Unit::Weekday(words::day(other)?),
    })
}

/// `next`, `third`: the amount, and whether today counts.
fn amount(word: &str) -> Option<(i64, i64)> {
    const COUNTS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth",
    ];
    match word {
        "last" | "previous" => Some((-1, 0)),
        "this" => Some((0, 1)),
        "next" => Some((1, 0)),
        _ => COUNTS.iter().position(|c| *c == word).map(|i| (i as i64 + 1, 0)),
    }
}

impl Relative {
    fn add(&mut self, amount: i64, unit: &Unit, behaviour: i64) -> TimeOfDay {
        let plus = |a: &mut i64, b: i64| *a = a.saturating_add(amount.saturating_mul(b));
        match unit {
            Unit::Seconds(n) => plus(&mut self.seconds, *n),
            Unit::Days(n) => plus(&mut self.days, *n),
            Unit::Months(n) => plus(&mut self.months, *n),
            Unit::Years => plus(&mut self.years, 1),
            Unit::Workdays => plus(&mut self.workdays, 1),
            Unit::Nothing => {}
            Unit::Weekday(day) => {
                let weeks = if amount > 0 { amount - 1 } else { amount };
                self.days = self.days.saturating_add(weeks.saturating_mul(7));
                self.weekday = Some(*day);
                self.behaviour = behaviour;
                return TimeOfDay::Midnight;
            }
        }
        TimeOfDay::Kept
    }

    /// Reads `+2 days`, `-1 week`, `3 months`.
    pub fn read_number(&mut self, s: &mut Scanner<'_>) -> Option<TimeOfDay> {
        s.attempt(|s| {
            let mut sign = 1;
            while let Some(c) = s.accept_any("+-") {
                if c == '-' {
                    sign = -sign;
                }
            }
            s.spaces();
            let number = s.digits(1, 18)?;
            s.spaces();
            let unit = unit(s.word()?)?;
            Some(self.add(sign * number, &unit, 1))
        })
    }

    /// Reads `next month`, `last monday`, `first day of`, `second tue of`.
    pub fn read_words(&mut self, s: &mut Scanner<'_>) -> Option<TimeOfDay> {
        s.attempt(|s| {
            let word = s.word()?;
            let (amount, behaviour) = amount(word)?;
            s.accept_any(" \t")?;
            s.spaces();
            let name = s.word()?;
            if name == "day" && matches!(word, "first" | "last") && s.attempt(of).is_some() {
                self.edge = Some(if word == "first" { Edge::FirstDay } else { Edge::LastDay });
                return Some(TimeOfDay::Kept);
            }
            let unit = unit(name)?;
            if let Unit::Weekday(_) = unit
                && s.attempt(of).is_some()
            {
                self.nth = Some(if amount > 0 { Nth::OfMonth } else { Nth::LastOfMonth });
                return Some(self.add(amount, &unit, if amount > 0 { 1 } else { behaviour }));
            }
            let time = self.add(amount, &unit, behaviour);
            if name == "week" {
                // "monday next week" is the weekday of that week; without a weekday, Monday.
                self.behaviour = 2;
                self.weekday = self.weekday.or(Some(1));
            }
            Some(time)
        })
    }

    /// Reads the name of a weekday: the next such day, today included.
    pub fn read_weekday(&mut self, s: &mut Scanner<'_>) -> Option<TimeOfDay> {
        s.attempt(|s| {
            let word = s.word()?;
            self.weekday = Some(words::day(word).or_else(|| words::day(word.strip_suffix('s')?))?);
            if self.behaviour != 2 {
                self.behaviour = 1;
            }
            s.accept(".");
            Some(TimeOfDay::Midnight)
        })
    }

    /// `ago`: reverses everything read so far.
    pub fn reverse(&mut self) {
        for part in [&mut self.years, &mut self.months, &mut self.days, &mut self.seconds, &mut self.workdays] {
            *part = part.saturating_neg();
        }
        self.weekday = self.weekday.map(|day| if day == 0 { -7 } else { -day });
    }

    /// Moves a date; the caller adds the seconds to the instant.
    pub fn apply(&self, f: &mut Fields) {
        let mut months = self.months;
        if let Some(nth) = self.nth {
            f.day = 1;
            f.month = f.month.saturating_add(months).saturating_add(i64::from(matches!(nth, Nth::LastOfMonth)));
            months = 0;
        }
        self.to_weekday(f);
        f.day = f.day.saturating_add(self.days);
        f.month = f.month.saturating_add(months);
        f.year = f.year.saturating_add(self.years);
        match self.edge {
            Some(Edge::FirstDay) => f.day = 1,
            Some(Edge::LastDay) => {
                f.day = 0;
                f.month = f.month.saturating_add(1);
            }
            None => {}
        }
        self.over_workdays(f);
    }

    fn to_weekday(&self, f: &mut Fields) {
        let Some(mut wanted) = self.weekday else {
            return;
        };
        let today = (days_from_civil(f.year, f.month, f.day) + 4).rem_euclid(7) as i64;
        if self.behaviour == 2 {
            if today == 0 && wanted != 0 {
                wanted -= 7;
            } else if wanted == 0 && today != 0 {
                wanted = 7;
            }
            f.day += wanted - today;
            return;
        }
        if wanted < 0 {
            f.day -= 7 - (wanted.abs() - today);
            return;
        }
        let mut difference = wanted - today;
        if self.days < 0 && difference < 0 || self.days >= 0 && difference <= -self.behaviour {
            difference += 7;
        }
        f.day += difference;
    }

    fn over_workdays(&self, f: &mut Fields) {
        // Bounds the loop to some 40 years of workdays.
        let mut left = self.workdays.clamp(-10_000, 10_000);
        let step = left.signum();
        while left != 0 {
            f.day += step;
            let weekday = (days_from_civil(f.year, f.month, f.day) + 4).rem_euclid(7);
            if (1..=5).contains(&weekday) {
                left -= step;
            }
        }
    }
}

fn of(s: &mut Scanner<'_>) -> Option<()> {
    s.accept_any(" \t")?;
    s.spaces();
    (s.accept("of") && s.at_boundary()).then_some(())
}
