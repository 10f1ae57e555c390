//! The release of FusionPBX whose variables a job's templates get. The host names it in the table `dialect`.

use crate::row;
use crate::types::Job;

/// A release, in the order of publication.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Release {
    V5_0,
    V5_1,
    V5_2,
    V5_3,
    V5_4,
    V5_5,
    Master,
}

impl Release {
    /// The job's release; the current one if the host names none, or one that is not known here.
    pub fn of(job: &Job) -> Self {
        match row::table(&job.tables, "dialect").first().text("release") {
            "5.0" => Self::V5_0,
            "5.1" => Self::V5_1,
            "5.2" => Self::V5_2,
            "5.3" => Self::V5_3,
            "5.4" => Self::V5_4,
            "5.5" => Self::V5_5,
            _ => Self::Master,
        }
    }

    /// Whether placeholders in keys stand for columns of line 1, and not of the key's own line.
    pub fn fills_keys_from_line_1(self) -> bool {
        self <= Self::V5_2
    }

    /// Whether `$keys[id]` holds keys, beside `$keys[category][id]`.
    pub fn has_flat_keys(self) -> bool {
        self <= Self::V5_5
    }
}
