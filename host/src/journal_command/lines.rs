//! Lines of the journal.

use crate::journal::{Config, Entry, Filter, Reader};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;

/// How often new lines are looked for. The server writes them more often.
const POLL: Duration = Duration::from_millis(250);

/// Digits of a hash that are shown in columns: enough to tell a device's documents apart.
const HASH_DIGITS: usize = 12;

const HEADS: [&str; 12] =
    ["ID", "TIME", "CLIENT", "STATUS", "REASON", "DEVICE", "DOMAIN", "REQUEST", "BYTES", "SHA256", "MS", "USER-AGENT"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Columns,
    /// One object for each line.
    Json,
}

/// Prints the newest lines.
///
/// # Errors
/// The journal cannot be read.
pub async fn show(mut reader: Reader, filter: &Filter, limit: u32, output: Output, out: &mut impl Write) -> Result<()> {
    let entries = reader.newest(filter, limit).await?;
    reader.close().await;
    if entries.is_empty() && output == Output::Columns {
        return ended(writeln!(out, "no lines"));
    }
    Printer::new(output).print(&entries, out)
}

/// Prints the newest lines, and then further ones until the process ends or nobody reads them.
///
/// # Errors
/// The journal cannot be read.
pub async fn follow(
    mut reader: Reader,
    config: &Config,
    filter: &Filter,
    limit: u32,
    output: Output,
    out: &mut (impl Write + Send),
) -> Result<()> {
    let mut last = reader.newest_id().await?;
    let mut printer = Printer::new(output);
    let first = reader.newest(filter, limit).await?;
    last = first.last().map_or(last, |entry| entry.id.max(last));
    printer.print(&first, out)?;
    loop {
        tokio::time::sleep(POLL).await;
        if reader.is_replaced().await {
            reader = Reader::open(config).await?;
            last = 0;
        }
        // The newest line is looked up first, so that no later one is passed over.
        let newest = reader.newest_id().await?;
        loop {
            let entries = reader.after(filter, last).await?;
            let Some(entry) = entries.last() else { break };
            last = entry.id;
            printer.print(&entries, out)?;
        }
        last = last.max(newest);
    }
}

struct Printer {
    output: Output,
    zone: TimeZone,
    /// The widest cell of each column so far.
    widths: [usize; HEADS.len()],
    has_heads: bool,
}

impl Printer {
    fn new(output: Output) -> Self {
        Self { output, zone: TimeZone::system(), widths: HEADS.map(str::len), has_heads: false }
    }

    fn print(&mut self, entries: &[Entry], out: &mut impl Write) -> Result<()> {
        let mut text = String::new();
        if self.output == Output::Json {
            for entry in entries {
                text += &serde_json::to_string(entry)?;
                text.push('\n');
            }
        } else if !entries.is_empty() {
            let rows: Vec<_> = entries.iter().map(|entry| self.cells(entry)).collect();
            for row in &rows {
                for (width, cell) in self.widths.iter_mut().zip(row) {
                    *width = (*width).max(cell.chars().count());
                }
            }
            if !std::mem::replace(&mut self.has_heads, true) {
                text += &self.line(&HEADS.map(str::to_owned));
            }
            text.extend(rows.iter().map(|row| self.line(row)));
        }
        ended(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    fn line(&self, cells: &[String; HEADS.len()]) -> String {
        let cells: Vec<_> = cells.iter().zip(self.widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    }

    fn cells(&self, entry: &Entry) -> [String; HEADS.len()] {
        let absent = || "-".to_owned();
        let text = |text: &str| if text.is_empty() { absent() } else { text.to_owned() };
        let at = entry.time().to_zoned(self.zone.clone());
        [
            entry.id.to_string(),
            at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            entry.client.clone(),
            entry.status.to_string(),
            entry.reason.clone(),
            entry.device.as_deref().map_or_else(absent, text),
            text(&entry.domain),
            text(&entry.target),
            entry.bytes.to_string(),
            entry.sha256.as_ref().map_or_else(absent, |hash| hash[..HASH_DIGITS.min(hash.len())].to_owned()),
            format!("{:.1}", entry.duration_us as f64 / 1e3),
            text(&entry.user_agent),
        ]
    }
}

/// A reader that has seen enough, such as `head`, is no error.
pub(super) fn ended(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        written => written.context("standard output"),
    }
}
