//! The server's clock. A fixed clock makes answers reproducible: the same job gives the same bytes.

use jiff::Timestamp;

/// The server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    System,
    /// Always this time.
    Fixed(Timestamp),
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(moment) => *moment,
        }
    }
}
