//! The limits of plugins. Vendor code can be wrong or hostile, so every resource that it uses has a limit here.

use super::permissions::Permissions;
use crate::facts::is_control;
use crate::plugin_signature::Policy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

const MIB: usize = 1 << 20;

/// The room's settings. Every limit holds for one call of one plugin unless it says otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of compiled components; `None` compiles at each start. It is created if absent, and must belong to
    /// the server's user and be closed to others.
    pub cache: Option<PathBuf>,
    /// Size of the cache; beyond it the oldest files are removed. All vendors together need about 200 MB, and every
    /// edit of a template adds a file of up to 50 MB.
    pub cache_bytes_max: u64,
    /// The program that compiles, which has to be the running one: see `own_program`. `None` compiles in this process
    /// without the compiler's limits: for tests only.
    pub compiler: Option<PathBuf>,
    /// Processor time for compiling a component once, in seconds. The wall-clock limit is ten times as long, because
    /// builds have a low priority. Ours need two seconds, 11 MB of plain code six; a few hostile KB can need hours.
    pub compile_cpu_s_max: u64,
    /// Memory for compiling a component: three times its size and what `prepare` left in it, some 100 MB for ours. As
    /// many components are compiled at once as there are processors.
    pub compile_memory_bytes_max: u64,
    /// Bytes of a component's machine code with the memory that `prepare` left, as the cache stores them. Ours have
    /// 6 MB of code.
    pub code_bytes_max: u64,
    /// Wall-clock time of a render, database queries included, from the moment that it has its turn; and of `describe`. A
    /// render takes well under 10 ms; phones give up after about 10 s.
    pub render_timeout_ms: u64,
    /// Wall-clock time of `prepare`. The largest vendor's 430 templates take a few seconds on a slow
    /// machine.
    pub prepare_timeout_ms: u64,
    /// Memory of a render beyond what `prepare` left, which all renders share.
    pub render_memory_bytes_max: usize,
    /// Memory of `prepare`, the templates' sources included (14 MB for the largest vendor).
    pub prepare_memory_bytes_max: usize,
    /// The body of a document. FusionPBX's largest templates give about 150 KB; a big phone book a few MB.
    pub output_bytes_max: usize,
    /// The results of `describe` and `prepare`. The names of all settings that the largest vendor's templates read are
    /// some MB.
    pub prepare_output_bytes_max: usize,
    /// Nested calls inside a plugin, on the machine's stack.
    pub stack_bytes_max: usize,
    /// Entries of one of a plugin's tables: each is a function that is called through a pointer.
    pub table_entries_max: usize,
    /// Lines that a call may log; the rest are counted.
    pub log_lines_max: u32,
    /// Characters of a logged line; the rest is cut.
    pub log_line_chars_max: usize,
    /// Rows of one answer to `contacts`, all tables together.
    pub contacts_rows_max: usize,
    /// Calls of `contacts` and `extension` in a render: a phone book needs one, a device with all expansion modules one
    /// for each of some hundred labelled keys.
    pub questions_max: u32,
    /// Renders at the same time, in the whole server. Others wait for their turn.
    pub instances_max: u32,
    /// Size of a component's file.
    pub component_bytes_max: u64,
    /// Failures in a row after which a plugin is retried less often for a template folder and domain.
    pub failures_max: u32,
    /// What plugins are permitted that have no configuration of their own; or the plugin whose configuration this is.
    pub permissions: Permissions,
    /// Plugins with a configuration of their own, by name.
    pub plugins: BTreeMap<String, Self>,
    /// Renders count the instructions that they execute. It makes them slower, so it is for commands that measure.
    pub counts_instructions: bool,
    /// Whose signatures components need. The processes that compile do not check them again.
    #[serde(skip)]
    pub signatures: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cache: None,
            cache_bytes_max: 1 << 30,
            compiler: None,
            compile_cpu_s_max: 60,
            compile_memory_bytes_max: 1 << 30,
            code_bytes_max: 512 * MIB as u64,
            render_timeout_ms: 5_000,
            prepare_timeout_ms: 30_000,
            render_memory_bytes_max: 64 * MIB,
            prepare_memory_bytes_max: 256 * MIB,
            output_bytes_max: 16 * MIB,
            prepare_output_bytes_max: 64 * MIB,
            stack_bytes_max: MIB,
            table_entries_max: 100_000,
            log_lines_max: 32,
            log_line_chars_max: 1_000,
            contacts_rows_max: 20_000,
            questions_max: 1_000,
            instances_max: 64,
            component_bytes_max: 64 * MIB as u64,
            failures_max: 5,
            permissions: Permissions::default(),
            plugins: BTreeMap::new(),
            counts_instructions: false,
            signatures: Policy::default(),
        }
    }
}

impl Config {
    /// The configuration of one plugin.
    pub(super) fn of_plugin(&self, name: &str) -> &Self {
        self.plugins.get(name).unwrap_or(self)
    }

    pub fn render_timeout(&self) -> Duration {
        Duration::from_millis(self.render_timeout_ms)
    }

    pub fn prepare_timeout(&self) -> Duration {
        Duration::from_millis(self.prepare_timeout_ms)
    }

    /// The limits of a build: a result in the cache was checked against these, and is not valid for others.
    pub(super) fn of_builds(&self) -> [u64; 8] {
        let bytes = [
            self.prepare_memory_bytes_max,
            self.prepare_output_bytes_max,
            self.stack_bytes_max,
            self.table_entries_max,
        ];
        let [memory, output, stack, table] = bytes.map(|max| max as u64);
        let (cpu, code) = (self.compile_cpu_s_max, self.code_bytes_max);
        [cpu, self.compile_memory_bytes_max, code, self.prepare_timeout_ms, memory, output, stack, table]
    }

    /// The largest memory of a plugin's instance.
    pub(super) fn instance_memory_bytes_max(&self) -> usize {
        self.prepare_memory_bytes_max.saturating_add(self.render_memory_bytes_max)
    }

    /// The largest memory of any plugin's instance.
    pub(super) fn largest_instance_bytes(&self) -> usize {
        let own = self.plugins.values().map(Self::instance_memory_bytes_max).max();
        self.instance_memory_bytes_max().max(own.unwrap_or_default())
    }
}

/// The configuration keys of the limits, for messages.
pub(super) mod keys {
    pub(in super::super) const RENDER_TIMEOUT: &str = "render_timeout_ms";
    pub(in super::super) const PREPARE_TIMEOUT: &str = "prepare_timeout_ms";
    pub(in super::super) const RENDER_MEMORY: &str = "render_memory_bytes_max";
    pub(in super::super) const PREPARE_MEMORY: &str = "prepare_memory_bytes_max";
    pub(in super::super) const OUTPUT: &str = "output_bytes_max";
    pub(in super::super) const PREPARE_OUTPUT: &str = "prepare_output_bytes_max";
    pub(in super::super) const STACK: &str = "stack_bytes_max";
    pub(in super::super) const TABLE_ENTRIES: &str = "table_entries_max";
    pub(in super::super) const CONTACTS_ROWS: &str = "contacts_rows_max";
    pub(in super::super) const QUESTIONS: &str = "questions_max";
    pub(in super::super) const LOG_LINES: &str = "log_lines_max";
    pub(in super::super) const COMPONENT: &str = "component_bytes_max";
    pub(in super::super) const COMPILE_CPU: &str = "compile_cpu_s_max";
    pub(in super::super) const COMPILE_MEMORY: &str = "compile_memory_bytes_max";
    pub(in super::super) const CODE: &str = "code_bytes_max";

    /// The keys of the limits that can end `prepare`.
    const OF_PREPARE: [&str; 6] = [PREPARE_TIMEOUT, PREPARE_MEMORY, PREPARE_OUTPUT, STACK, TABLE_ENTRIES, QUESTIONS];

    /// One of these keys, as another process named it.
    pub(in super::super) fn known(key: &str) -> &'static str {
        OF_PREPARE.into_iter().find(|known| *known == key).unwrap_or(PREPARE_OUTPUT)
    }
}

/// Processor time of `prepare` before the server listens. A component that needs more is put off: the server starts
/// without it, and the reload task then builds it with the limits of the configuration. Ours need a second. Processor time,
/// because on a busy machine a component is not at fault for the delay.
pub(super) const START_PREPARE_CPU: Duration = Duration::from_secs(5);
/// The same for compiling once, in seconds; ours need two.
pub(super) const START_COMPILE_CPU_S: u64 = 10;
/// Core instances in one component: the plugin itself and two small ones of the component's own making, one more
/// while a snapshot is taken, and as many again for toolchains that link a component from parts.
pub(super) const CORE_INSTANCES_MAX: u32 = 8;
/// A plugin has one memory; two leave room for a component made of two.
pub(super) const MEMORIES_MAX: u32 = 2;
pub(super) const TABLES_MAX: u32 = 8;
/// Bytes that a host call may copy out of a plugin besides a document: names, log lines.
pub(super) const TRANSFER_BYTES_EXTRA: usize = 64 << 10;
/// Characters of a failure's or fault's message in the log.
pub(super) const MESSAGE_CHARS_MAX: usize = 1_000;

/// Makes a plugin's text safe for a log or a terminal: one line, no control characters, bounded length.
pub(super) fn one_line(text: &str, chars_max: usize) -> String {
    let mut line: String = text.chars().take(chars_max).map(|c| if is_control(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(chars_max).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_plugin_becomes_one_short_line() {
        assert_eq!(one_line("a\nb\u{1b}[0m", 10), "a\u{fffd}b\u{fffd}[0m");
        assert_eq!(one_line("a\u{2028}b\u{202e}c\u{2066}", 10), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(one_line("abcdef", 3), "abc…");
        assert_eq!(one_line("abc", 3), "abc");
    }
}
