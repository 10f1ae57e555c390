//! Triggers on FusionPBX's tables that notify of changes, so that requests need no statement while nothing changes. They are
//! optional, and only on PostgreSQL.

mod definition;
mod install;

pub use definition::{CHANNEL, Payload, UNNOTICED, check};
pub use install::{TriggerChange, TriggerPlan};
