//! The history of swaps of plugins: those since the start from the reports of reloads, and earlier ones from the journal.

use super::operations::Operations;
use crate::journal::{Config, record_plugin_swaps};
use crate::reload::{PLUGIN_SWAPS_MAX, PluginSwap, Reloads};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How often to look for swaps. One look compares two places in memory.
const LOOK: Duration = Duration::from_millis(500);

/// Writes each swap into the journal. A journal that cannot be written costs the lines. The task runs until the process ends.
pub async fn keep_plugin_history(reloads: Reloads, journal: Config) {
    let mut written = Arc::new(VecDeque::new());
    loop {
        let swaps = Arc::clone(&reloads.report().plugin_swaps);
        let new = since(&swaps, written.back());
        if !new.is_empty()
            && let Err(error) = record_plugin_swaps(&journal, &new).await
        {
            tracing::warn!(%error, "the journal has no line of swapped plugins; after a restart their history lacks them");
        }
        written = swaps;
        tokio::time::sleep(LOOK).await;
    }
}

/// The swaps after this one, and all if it is not among them any more.
fn since(swaps: &VecDeque<PluginSwap>, last: Option<&PluginSwap>) -> Vec<PluginSwap> {
    let seen = swaps.iter().rposition(|swap| Some(swap) == last).map_or(0, |at| at + 1);
    swaps.iter().skip(seen).cloned().collect()
}

impl Operations {
    /// The swaps that are known, the newest first. A journal that cannot be read costs those before the start.
    pub(super) async fn plugin_swaps(&self) -> Vec<PluginSwap> {
        let report = self.admin.reloads.report();
        let mut swaps: Vec<_> = report.plugin_swaps.iter().rev().cloned().collect();
        let kept = match self.reader().await {
            Ok(Some(mut reader)) => {
                let kept = reader.plugin_swaps().await;
                reader.close().await;
                kept.map_err(|error| error.to_string())
            }
            Ok(None) => Ok(Vec::new()),
            Err(problem) => Err(problem.to_string()),
        };
        match kept {
            Ok(kept) => {
                // Those since the start are in both, with the journal's precision of time.
                let known: Vec<_> = swaps.iter().map(mark).collect();
                swaps.extend(kept.into_iter().filter(|swap| !known.contains(&mark(swap))));
            }
            Err(error) => tracing::warn!(error, "the history of plugins lacks the swaps before the start"),
        }
        swaps.truncate(PLUGIN_SWAPS_MAX);
        swaps
    }
}

/// What two records of one swap have in common.
fn mark(swap: &PluginSwap) -> (i64, String) {
    (Timestamp::try_from(swap.at).unwrap_or_default().as_microsecond(), swap.plugin.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn swaps_after_the_last_written_one_are_new() {
        let swap = |second| PluginSwap {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
            plugin: "acme".into(),
            before: None,
            after: None,
        };
        let swaps: VecDeque<_> = (1..4).map(swap).collect();
        assert_eq!(since(&swaps, None).len(), 3);
        assert_eq!(since(&swaps, Some(&swap(2))), [swap(3)]);
        assert!(since(&swaps, Some(&swap(3))).is_empty());
        assert_eq!(since(&swaps, Some(&swap(9))).len(), 3);
    }
}
