//! Compares what a phone has, by the journal, with what it would get now.

use crate::facts::{DeviceAddress, hex};
use crate::http::{self, AppState, Preview};
use crate::journal::Entry;
use std::time::Duration;

/// A phone fetches its files within this time. What it fetched before its last files is no part of what it fetches now, such
/// as a file of an earlier template.
const ROUND: Duration = Duration::from_secs(600);

/// The comparison of one phone's files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The hashes of the files that the phone would get now and does not have, in the order of their names; empty if the phone
    /// is up to date, or never fetched.
    pub newer: Vec<String>,
}

impl Comparison {
    /// Renders each file of the phone's last fetch anew. `fetched` are the last fetches of all its files. A file that does not
    /// exist any more is not compared. A time that a file prints is that of the fetch.
    pub async fn of(app: &AppState, fetched: &[Entry], address: &DeviceAddress, domain: &str) -> Self {
        let mut newer = Vec::new();
        for entry in of_last_round(fetched) {
            let preview = http::preview_at(app, address, domain, Some(&entry.file), entry.time()).await;
            let Ok(Preview { ready, .. }) = preview else { continue };
            let hash = hex(&ready.sha256());
            if entry.sha256.as_ref() != Some(&hash) {
                newer.push(hash);
            }
        }
        Self { newer }
    }

    pub fn is_outdated(&self) -> bool {
        !self.newer.is_empty()
    }
}

/// The entries that belong to the last time when the phone fetched its files.
fn of_last_round(fetched: &[Entry]) -> impl Iterator<Item = &Entry> {
    let newest = fetched.iter().map(|entry| entry.at_us).max().unwrap_or_default();
    let round = i64::try_from(ROUND.as_micros()).unwrap_or(i64::MAX);
    fetched.iter().filter(move |entry| entry.at_us >= newest.saturating_sub(round))
}
