//! The state of one call of a plugin: its deadline, what is left of its limits, and its access to the device's data.

use super::document::Document;
use super::error::RenderError;
use super::host_calls::{Asked, HostCalls};
use super::job::{DeviceScope, Moment, ScopeError};
use super::limit_counters::LimitCounters;
use super::limits::{Config, MEMORIES_MAX, TABLES_MAX, keys, one_line};
use super::load_log::{LoadLog, note_dropped};
use super::off_the_path::processor_time;
use super::turns::Turn;
use crate::facts::{DeviceAddress, Table, Versioned};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Level;
use wasmtime::ResourceLimiter;

/// A database query that takes more than this part of a render has made the render slow: even a device with keys and
/// a phone book needs only two or three queries.
const SLOW_ANSWER_PART: u32 = 4;

/// State of one wasmtime store, and so of one call. Every reason to stop the plugin is a `RenderError`, which
/// wasmtime returns as the cause of the trap.
pub(super) struct Call {
    plugin: Arc<str>,
    subject: Option<Subject>,
    host_calls: HostCalls,
    began: Instant,
    deadline: Instant,
    /// The thread's processor time at which the call is put off, and how much that is from its beginning.
    late: Option<(Duration, Duration)>,
    _turn: Option<Turn>,
    bounds: Bounds,
    /// The largest memory until now, if it has grown.
    memory_bytes: usize,
    table_entries_max: usize,
    questions_left: u32,
    contacts_rows_max: usize,
    may_read_contacts: bool,
    log_lines_left: u32,
    log_lines_dropped: u32,
    log_line_chars_max: usize,
    /// What the plugin has logged while it is loaded.
    load_log: LoadLog,
    limit_counters: LimitCounters,
}

/// What a render is for. `prepare` and `describe` have none.
pub(super) struct Subject {
    pub device: DeviceAddress,
    pub scope: Arc<dyn DeviceScope>,
    pub time: Moment,
}

/// The bounds that differ between a load and a render, with their configuration keys.
#[derive(Clone, Copy)]
struct Bounds {
    timeout: (Duration, &'static str),
    memory_bytes_max: (usize, &'static str),
}

impl Call {
    /// A call of `describe`. It returns constants, so that a shorter limit than for `prepare` is enough: no component
    /// delays the start of the others for long.
    pub(super) fn of_describe(plugin: Arc<str>, config: &Config, limit_counters: &LimitCounters) -> Self {
        let mut call = Self::of_load(plugin, config, limit_counters);
        if config.render_timeout_ms < config.prepare_timeout_ms {
            call.bounds.timeout = (config.render_timeout(), keys::RENDER_TIMEOUT);
            call.deadline = call.began + config.render_timeout();
        }
        call
    }

    /// A call without a device: `prepare`. It may log, but not query the database.
    pub(super) fn of_load(plugin: Arc<str>, config: &Config, limit_counters: &LimitCounters) -> Self {
        let bounds = Bounds {
            timeout: (config.prepare_timeout(), keys::PREPARE_TIMEOUT),
            memory_bytes_max: (config.prepare_memory_bytes_max, keys::PREPARE_MEMORY),
        };
        Self::new(plugin, config, bounds, limit_counters)
    }

    /// A render for one device. `prepared_bytes` is the size of the snapshot's memory.
    pub(super) fn of_render(
        plugin: Arc<str>,
        (config, limit_counters): (&Config, &LimitCounters),
        prepared_bytes: usize,
        subject: Subject,
    ) -> Self {
        let memory = prepared_bytes.saturating_add(config.render_memory_bytes_max);
        let memory = memory.min(config.instance_memory_bytes_max());
        let bounds = Bounds {
            timeout: (config.render_timeout(), keys::RENDER_TIMEOUT),
            memory_bytes_max: (memory, keys::RENDER_MEMORY),
        };
        let mut call = Self::new(plugin, config, bounds, limit_counters);
        call.subject = Some(subject);
        call
    }

    fn new(plugin: Arc<str>, config: &Config, bounds: Bounds, limit_counters: &LimitCounters) -> Self {
        Self {
            plugin,
            subject: None,
            host_calls: HostCalls::default(),
            began: Instant::now(),
            deadline: Instant::now() + bounds.timeout.0,
            late: None,
            _turn: None,
            bounds,
            memory_bytes: 0,
            table_entries_max: config.table_entries_max,
            questions_left: config.questions_max,
            contacts_rows_max: config.contacts_rows_max,
            may_read_contacts: config.permissions.contacts,
            log_lines_left: config.log_lines_max,
            log_lines_dropped: 0,
            log_line_chars_max: config.log_line_chars_max,
            load_log: LoadLog::default(),
            limit_counters: limit_counters.clone(),
        }
    }

    /// The call is put off after this processor time. The thread that makes it must be the one that runs it.
    pub(super) fn put_off_after(mut self, max: Option<Duration>) -> Self {
        self.late = max.map(|max| (processor_time() + max, max));
        self
    }

    /// The render's turn ends with the call.
    pub(super) fn with_turn(mut self, turn: Option<Turn>) -> Self {
        self._turn = turn;
        self
    }

    pub(super) fn check_deadline(&self) -> Result<(), RenderError> {
        if Instant::now() >= self.deadline {
            return Err(self.timed_out());
        }
        match self.late {
            Some((end, max)) if processor_time() >= end => Err(RenderError::Late(max)),
            _ => Ok(()),
        }
    }

    fn timed_out(&self) -> RenderError {
        let (timeout, name) = self.bounds.timeout;
        RenderError::Timeout { ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX), name }
    }

    /// The largest memory of the plugin until now.
    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// The document of this render, with what the plugin has asked of the host.
    pub(super) fn finish(&mut self, document: Document) -> Result<Document, RenderError> {
        let time = self.subject()?.time;
        document.finish(std::mem::take(&mut self.host_calls), time)
    }

    pub(super) fn time(&mut self) -> Result<Moment, RenderError> {
        self.host_calls.cannot_be_repeated();
        Ok(self.subject()?.time)
    }

    pub(super) fn insert_microtime(&mut self, offset: u32) -> Result<(), RenderError> {
        self.subject()?;
        self.host_calls.insert_microtime(offset)
    }

    pub(super) async fn contacts(&mut self) -> Result<Arc<Vec<Table>>, RenderError> {
        let (scope, rows_max) = (self.ask()?, self.contacts_rows_max);
        if !self.may_read_contacts {
            return Ok(Arc::default());
        }
        let Versioned { value, version } = self.answer(scope.contacts(rows_max)).await?;
        let rows: usize = value.iter().map(|table| table.rows.len()).sum();
        if rows > rows_max {
            return Err(RenderError::Beyond { name: keys::CONTACTS_ROWS });
        }
        self.host_calls.note(version.map(|answer| Asked::Contacts { rows_max, answer }));
        Ok(value)
    }

    pub(super) async fn extension(&mut self, number: String) -> Result<Table, RenderError> {
        let scope = self.ask()?;
        let Versioned { value, version } = self.answer(scope.extension(&number)).await?;
        self.host_calls.note(version.map(|answer| Asked::Extension { number, answer }));
        Ok(value)
    }

    pub(super) fn server_variables(&mut self) -> Result<Vec<(String, String)>, RenderError> {
        let variables = self.ask()?.server_variables();
        self.host_calls.note(Some(Asked::request(&variables)));
        Ok(variables)
    }

    /// Waits for the database until the deadline. The duration of the last query shows what caused a timeout: a plugin
    /// that queries too often has received many answers; a database that hangs has not answered this query.
    async fn answer<T>(&self, question: impl Future<Output = Result<T, ScopeError>>) -> Result<T, RenderError> {
        let asked = Instant::now();
        match tokio::time::timeout_at(self.deadline.into(), question).await {
            Ok(answer) => answer.map_err(RenderError::Scope),
            Err(_) if asked.elapsed() > self.began.elapsed() / SLOW_ANSWER_PART => Err(RenderError::Scope(no_answer())),
            Err(_) => Err(self.timed_out()),
        }
    }

    fn ask(&mut self) -> Result<Arc<dyn DeviceScope>, RenderError> {
        let scope = Arc::clone(&self.subject()?.scope);
        self.questions_left =
            self.questions_left.checked_sub(1).ok_or_else(|| RenderError::Beyond { name: keys::QUESTIONS })?;
        Ok(scope)
    }

    fn subject(&self) -> Result<&Subject, RenderError> {
        let absent =
            || RenderError::Other("it asked for data of a device in `prepare`, where there is no device".into());
        self.subject.as_ref().ok_or_else(absent)
    }

    /// What a load has logged until now. It is written to the log when the call ends, unless it is taken before.
    pub(super) fn take_load_log(&mut self) -> LoadLog {
        let mut log = std::mem::take(&mut self.load_log);
        log.count_dropped(std::mem::take(&mut self.log_lines_dropped));
        log
    }

    /// Writes one line to the server's log under the plugin's name. Lines over the limit are counted, not written.
    pub(super) fn log(&mut self, level: Level, message: &str) {
        self.host_calls.cannot_be_repeated();
        if self.log_lines_left == 0 {
            self.log_lines_dropped += 1;
            return;
        }
        self.log_lines_left -= 1;
        let message = one_line(message, self.log_line_chars_max);
        let Some(subject) = &self.subject else {
            self.load_log.push(level, message);
            return;
        };
        subject.scope.logged(&message);
        let (plugin, address) = (&*self.plugin, subject.device.as_str());
        match level {
            Level::ERROR => tracing::error!(plugin.name = plugin, device.address = address, "{message}"),
            Level::WARN => tracing::warn!(plugin.name = plugin, device.address = address, "{message}"),
            Level::INFO => tracing::info!(plugin.name = plugin, device.address = address, "{message}"),
            _ => tracing::debug!(plugin.name = plugin, device.address = address, "{message}"),
        }
    }
}

/// The error of a render whose time was used up by the database and not by the plugin.
fn no_answer() -> ScopeError {
    ScopeError("no answer within the time of the render".into())
}

impl Drop for Call {
    fn drop(&mut self) {
        std::mem::take(&mut self.load_log).write(&self.plugin, &self.limit_counters);
        note_dropped(&self.plugin, self.log_lines_dropped, &self.limit_counters);
    }
}

impl ResourceLimiter for Call {
    /// A trap is better than reporting failure to the plugin: most languages would then abort without giving a reason.
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let (bytes_max, name) = self.bounds.memory_bytes_max;
        if desired <= bytes_max {
            self.memory_bytes = self.memory_bytes.max(desired);
            return Ok(true);
        }
        Err(RenderError::Memory { bytes: desired, bytes_max, name }.into())
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired <= self.table_entries_max {
            return Ok(true);
        }
        Err(RenderError::Beyond { name: keys::TABLE_ENTRIES }.into())
    }

    fn memories(&self) -> usize {
        MEMORIES_MAX as usize
    }

    fn tables(&self) -> usize {
        TABLES_MAX as usize
    }
}
