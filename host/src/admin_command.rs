//! Commands that ask the running server, through its admin endpoint.

use crate::config::AdminListen;
use crate::http::{self, Listing, Reloaded};
use anyhow::{Context, Result, bail, ensure};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A reload may build every plugin anew, on a busy machine.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(600);
/// A listing names every template that is wrong: a few MB in the worst of cases.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Digits of a content hash in the table: enough to tell two by; `--json` has all.
const HASH_DIGITS: usize = 12;

/// Prints what is loaded: a table, or the endpoint's own JSON.
pub fn plugin_list(admin: AdminListen, json: bool, out: &mut impl Write) -> Result<()> {
    let body = ask(admin, "GET", "/plugins")?;
    if json {
        return Ok(writeln!(out, "{body}")?);
    }
    let listing: Listing = serde_json::from_str(&body).context("the server's answer is of another version")?;
    Ok(write!(out, "{}", table(&listing))?)
}

/// Has the server look at the disk now, and says what came of it. An error when something there does not serve.
pub fn reload(admin: AdminListen, out: &mut impl Write) -> Result<()> {
    let body = ask(admin, "POST", "/reload")?;
    let reloaded: Reloaded = serde_json::from_str(&body).context("the server's answer is of another version")?;
    for wrong in &reloaded.wrong {
        writeln!(out, "{wrong}")?;
    }
    let count = reloaded.wrong.len();
    ensure!(count == 0, "reloaded, except for {count} (named above)");
    Ok(writeln!(out, "everything on disk serves")?)
}

fn ask(admin: AdminListen, method: &str, path: &str) -> Result<String> {
    let Some(address) = admin.address() else { bail!("admin_listen is off, so the server cannot be asked") };
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        stream.write_all(request(address, method, path).as_bytes())?;
        let mut answer = String::new();
        stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = asked().with_context(|| {
        format!("no server answers at {address}; --admin-listen (DIALPLATE_ADMIN_LISTEN) says where it is to be asked")
    })?;
    let (head, body) = answer.split_once("\r\n\r\n").context("that is no answer of ours")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status == "200", "{address} answers {status}: {}", body.trim());
    Ok(body.to_owned())
}

/// Without keep-alive, so that the answer ends where the connection does; and with a length, so nothing is in chunks.
fn request(address: SocketAddr, method: &str, path: &str) -> String {
    let caller = http::CALLER;
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{caller}: command\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
}

fn table(listing: &Listing) -> String {
    let heads = [
        "PLUGIN",
        "VERSION",
        "STATE",
        "SINCE",
        "TEMPLATES",
        "FAULTS",
        "MEMORY",
        "RENDERS",
        "FAILURES",
        "SHA-256",
        "FILE",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    for plugin in &listing.plugins {
        rows.push([
            plugin.name.clone(),
            plugin.version.clone(),
            serde_json::to_value(plugin.state)
                .ok()
                .and_then(|state| Some(state.as_str()?.replace('_', " ")))
                .unwrap_or_default(),
            plugin.since.clone(),
            plugin.templates.to_string(),
            plugin.template_faults.to_string(),
            format!("{} MB", plugin.memory_bytes >> 20),
            plugin.renders.to_string(),
            plugin.failures.to_string(),
            plugin.sha256.chars().take(HASH_DIGITS).collect(),
            plugin.file.clone(),
        ]);
    }
    let mut text = String::new();
    for row in &rows {
        let widths = (0..row.len()).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text + &remarks(listing)
}

/// What is not as it should be, below the table.
fn remarks(listing: &Listing) -> String {
    let mut lines = Vec::new();
    for plugin in &listing.plugins {
        let vendors = plugin.vendors.join(", ");
        let rest = if plugin.any { " and whatever no other plugin serves" } else { "" };
        lines.push(format!("{} serves {vendors}{rest}", plugin.name));
        lines.extend(plugin.because.as_ref().map(|because| format!("{}: {because}", plugin.name)));
        if let Some(last) = &plugin.last_failure {
            lines.push(format!("{} failed last at {} ({}): {}", plugin.name, last.at, last.kind, last.message));
        }
    }
    let old = |serves: bool| if serves { "; what was loaded before serves on" } else { "" };
    for refused in &listing.refused {
        lines.push(format!(
            "refused since {}: {} {}{}",
            refused.since,
            refused.file,
            refused.error,
            old(refused.old_serves)
        ));
    }
    for wrong in &listing.templates.wrong {
        lines.push(format!("template wrong since {}: {}{}", wrong.since, wrong.error, old(wrong.old_serves)));
    }
    let reload = &listing.reload;
    lines.extend(reload.trouble.as_ref().map(|trouble| format!("not reloaded: {trouble}")));
    lines.extend(reload.polling_because.as_ref().map(|because| format!("looking twice a second, because {because}")));
    if let Some(last) = &reload.last {
        lines.push(format!(
            "last reload {} {} after {} ms; {} swaps since the start",
            last.at, last.outcome, last.duration_ms, reload.swaps
        ));
    }
    let (folders, files) = (listing.templates.folders, listing.templates.files);
    lines.push(format!("{files} templates in {folders} folders; dialplate {}", listing.version));
    lines.iter().fold("\n".to_owned(), |text, line| text + line + "\n")
}
