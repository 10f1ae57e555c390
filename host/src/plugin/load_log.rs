//! What a plugin logs while it is loaded. The lines are kept until the call has ended, because the call may run in another
//! process.

use super::limit_counters::LimitCounters;
use super::limits::keys;
use serde::{Deserialize, Serialize};
use tracing::Level;

/// Lines in their order, and how many more there were than `log_lines_max`.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct LoadLog {
    lines: Vec<(Severity, String)>,
    dropped: u32,
}

/// A level that can be sent to another process.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Severity {
    Debug,
    Info,
    Warn,
    Error,
}

impl LoadLog {
    pub(super) fn push(&mut self, level: Level, line: String) {
        let severity = match level {
            Level::ERROR => Severity::Error,
            Level::WARN => Severity::Warn,
            Level::INFO => Severity::Info,
            _ => Severity::Debug,
        };
        self.lines.push((severity, line));
    }

    pub(super) fn count_dropped(&mut self, lines: u32) {
        self.dropped += lines;
    }

    /// Takes the warnings out, which are about templates.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        let is_warning = |line: &mut (Severity, String)| line.0 == Severity::Warn;
        self.lines.extract_if(.., is_warning).map(|(_, line)| line).collect()
    }

    /// Writes the lines to the server's log under the plugin's name, and counts the limit if there were too many.
    pub(super) fn write(self, plugin: &str, limit_counters: &LimitCounters) {
        for (severity, line) in self.lines {
            match severity {
                Severity::Error => tracing::error!(plugin.name = plugin, "{line}"),
                Severity::Warn => tracing::warn!(plugin.name = plugin, "{line}"),
                Severity::Info => tracing::info!(plugin.name = plugin, "{line}"),
                Severity::Debug => tracing::debug!(plugin.name = plugin, "{line}"),
            }
        }
        note_dropped(plugin, self.dropped, limit_counters);
    }
}

/// Logs and counts that a plugin logged more lines than it may.
pub(super) fn note_dropped(plugin: &str, lines: u32, limit_counters: &LimitCounters) {
    if lines == 0 {
        return;
    }
    let limit = keys::LOG_LINES;
    tracing::warn!(plugin.name = plugin, lines, limit, "plugin logged more lines than {limit}; the rest is dropped");
    limit_counters.note(plugin, Some(limit));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_taken_out_and_other_lines_stay() {
        let mut log = LoadLog::default();
        for (level, line) in [(Level::INFO, "a"), (Level::WARN, "b"), (Level::TRACE, "c"), (Level::WARN, "d")] {
            log.push(level, line.to_owned());
        }
        assert_eq!(log.take_warnings(), ["b", "d"]);
        assert_eq!(log.lines.iter().map(|(_, line)| &**line).collect::<Vec<_>>(), ["a", "c"]);
    }
}
