//! How an answer differs from one of before.

use serde::{Deserialize, Serialize};

/// The comparison of an answer with that of today.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Comparison {
    /// The id of the line.
    pub entry: i64,
    /// When the request was answered.
    pub time: String,
    /// Whether status, reason and document would be the same.
    pub is_same: bool,
    /// What differs, causes included.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    pub what: String,
    pub then: String,
    pub now: String,
}
