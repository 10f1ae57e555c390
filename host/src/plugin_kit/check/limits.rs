//! Time and memory of a device with 1,000 keys in a domain with 10,000 contacts.

use super::examiner::{Examiner, place};
use super::phone::{self, Size};
use super::report::{Findings, LIMITS, PointReport};
use crate::plugin;
use crate::plugin_kit::shown::grouped;
use std::time::Duration;

const KEYS: usize = 1_000;
const CONTACTS: usize = 10_000;
/// A large job takes some milliseconds to hand over alone.
const FILES_MAX: usize = 200;

pub async fn examine(examiner: &Examiner, config: &plugin::Config) -> PointReport {
    let (targets, mut findings) = (examiner.different_targets(FILES_MAX), Findings::default());
    // The three extensions of the domain are contacts as well.
    let contacts = CONTACTS.min(config.contacts_rows_max.saturating_sub(3));
    let (mut slowest, mut largest) = (Duration::ZERO, 0);
    for target in &targets {
        let phone = phone::full(examiner.description(), target, Size { keys: KEYS, contacts });
        let (outcome, usage) = examiner.measure(&phone).await;
        slowest = slowest.max(usage.time);
        largest = largest.max(usage.memory_bytes);
        if let Err(error) = outcome {
            findings.add(format!("{}: {error}", place(target)));
        }
    }
    let summary = format!(
        "{} different files; the slowest took {} ms of {} (render_timeout_ms), the largest {} KB of {} \
         (render_memory_bytes_max)",
        targets.len(),
        slowest.as_millis(),
        config.render_timeout_ms,
        grouped((largest >> 10) as u64),
        grouped((config.render_memory_bytes_max >> 10) as u64),
    );
    findings.report(LIMITS, summary)
}
