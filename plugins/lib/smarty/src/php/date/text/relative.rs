//! Relative dates: `+1 week`, `last monday`, `first day of next month`.

use super::super::days_from_civil;
use super::super::make::Fields;
use super::super::words::Unit;

/// The distance, and the weekday to reach.
#[derive(Clone, Debug, Default)]
pub struct Relative {
    pub years: i64,
    pub months: i64,
    pub days: i64,
    pub hours: i64,
    pub minutes: i64,
    pub seconds: i64,
    pub micros: i64,
    /// 0 is Sunday; `ago` makes it negative.
    pub weekday: Option<i64>,
    pub reach: Reach,
    pub edge: Option<Edge>,
    pub special: Option<Special>,
}

/// Which weekday a name means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    #[default]
    AfterToday,
    FromToday,
    ThisWeek,
}

/// `first day of`, `last day of`
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    First,
    Last,
}

#[derive(Clone, Copy, Debug)]
pub enum Special {
    /// So many days from Monday to Friday.
    Workdays(i64),
    /// `second tue of`
    OfMonth,
    /// `last tue of`
    LastOfMonth,
}

fn weekday_of(f: &Fields) -> i64 {
    (days_from_civil(f.year, f.month, f.day) + 4).rem_euclid(7) as i64
}

impl Relative {
    /// Adds a distance; `None` if it exceeds 64 bits.
    pub fn add(&mut self, amount: i64, unit: Unit, reach: Reach) -> Option<()> {
        let plus = |sum: &mut i64, n: i64| -> Option<()> {
            *sum = sum.checked_add(amount.checked_mul(n)?)?;
            Some(())
        };
        match unit {
            Unit::Micros(n) => plus(&mut self.micros, n),
            Unit::Hours => plus(&mut self.hours, 1),
            Unit::Minutes => plus(&mut self.minutes, 1),
            Unit::Seconds => plus(&mut self.seconds, 1),
            Unit::Days(n) => plus(&mut self.days, n),
            Unit::Months => plus(&mut self.months, 1),
            Unit::Years => plus(&mut self.years, 1),
            Unit::Weekday(day) => {
                let weeks = if amount > 0 { amount - 1 } else { amount };
                self.days = self.days.checked_add(weeks.checked_mul(7)?)?;
                self.weekday = Some(day);
                self.reach = reach;
                Some(())
            }
            Unit::Workdays => {
                self.special = Some(Special::Workdays(amount));
                Some(())
            }
        }
    }

    /// `ago`: reverses everything read so far.
    pub fn reverse(&mut self) {
        for part in
            [&mut self.years, &mut self.months, &mut self.days, &mut self.hours, &mut self.minutes, &mut self.seconds]
        {
            *part = part.saturating_neg();
        }
        self.weekday = self.weekday.map(|day| if day == 0 { -7 } else { -day });
        if let Some(Special::Workdays(amount)) = &mut self.special {
            *amount = amount.saturating_neg();
        }
    }

    /// Moves a date and its microseconds, in the order that PHP has.
    pub fn apply(&self, f: &mut Fields, micros: i64) {
        let mut months = self.months;
        if let Some(last @ (Special::OfMonth | Special::LastOfMonth)) = self.special {
            f.day = 1;
            f.month = f.month.saturating_add(months).saturating_add(i64::from(matches!(last, Special::LastOfMonth)));
            months = 0;
        }
        self.to_edge(f);
        carry(f);
        self.to_weekday(f);
        carry(f);
        let whole = micros.saturating_add(self.micros).div_euclid(1_000_000);
        f.second = f.second.saturating_add(self.seconds).saturating_add(whole);
        f.minute = f.minute.saturating_add(self.minutes);
        f.hour = f.hour.saturating_add(self.hours);
        f.day = f.day.saturating_add(self.days);
        f.month = f.month.saturating_add(months);
        f.year = f.year.saturating_add(self.years);
        self.to_edge(f);
        carry(f);
        if let Some(Special::Workdays(amount)) = self.special {
            over_workdays(f, amount);
        }
    }

    fn to_edge(&self, f: &mut Fields) {
        match self.edge {
            Some(Edge::First) => f.day = 1,
            Some(Edge::Last) => (f.day, f.month) = (0, f.month.saturating_add(1)),
            None => {}
        }
    }

    fn to_weekday(&self, f: &mut Fields) {
        let Some(wanted) = self.weekday else { return };
        let today = weekday_of(f);
        if self.reach == Reach::ThisWeek {
            let wanted = match (wanted, today) {
                (0, 1..) => 7,
                (wanted, 0) if wanted != 0 => wanted - 7,
                (wanted, _) => wanted,
            };
            f.day += wanted - today;
            return;
        }
        let counted = i64::from(self.reach == Reach::FromToday);
        let mut difference = wanted - today;
        if self.days < 0 && difference < 0 || self.days >= 0 && difference <= -counted {
            difference += 7;
        }
        f.day += if wanted >= 0 { difference } else { wanted.abs() - today - 7 };
    }
}

/// Brings all fields into their ranges.
fn carry(f: &mut Fields) {
    *f = f.carried().into();
}

/// Moves over `count` days from Monday to Friday. Zero leaves a weekend too.
fn over_workdays(f: &mut Fields, count: i64) {
    let weekday = weekday_of(f);
    let rest = count % 5;
    f.day = f.day.saturating_add((count / 5).saturating_mul(7)).saturating_add(rest);
    f.day += match (count > 0, rest, weekday) {
        (true, 0, 0) => -2,
        (true, 0, 6) => -1,
        (true, 0, _) => 0,
        (true, _, 6) => 1,
        (true, rest, day) if day + rest > 5 => 2,
        (false, 0, 6) => 2,
        (false, 0, 0) => 1,
        (false, 0, _) => 0,
        (false, _, 0) => -1,
        (false, rest, day) if day + rest < 1 => -2,
        _ => 0,
    };
}
