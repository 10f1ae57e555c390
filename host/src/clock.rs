//! What time it is. A clock that stands still makes answers reproducible: the same job gives the same bytes.

use jiff::Timestamp;

/// The server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    System,
    /// Stands still at this moment.
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
