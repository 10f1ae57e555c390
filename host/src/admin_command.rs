//! Commands that query or control the running server through its admin endpoint.

use crate::config::AdminListen;
use crate::explain::{Explanation, Question};
use crate::http::{self, Cleared, ListedSignature, Listing, Reloaded};
use crate::plugin_install::HASH_DIGITS;
use crate::plugin_kit::{CaptureQuestion, CaseFiles, valid_through};
use crate::sentry::{LimitKind, ReachedLimit};
use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::net::SocketAddr;
use std::time::Duration;

/// A listing names every faulty template, which takes a few MB in the worst case.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// The maximum length of an error text from another program, in characters.
const REASON_CHARS_MAX: usize = 200;
const OFF: &str = "admin_listen is off, so no command can reach the server";
const WHERE: &str = "set --admin-listen (DIALPLATE_ADMIN_LISTEN) to the server's admin address";
/// A render may take its whole time, and wait for a turn before.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(60);

/// No program listens at the address of the admin endpoint.
#[derive(Debug, thiserror::Error)]
#[error("no server answers at {0}; {WHERE}")]
struct NoServer(SocketAddr);

/// A request to the server, its timeout, and the advice to print when the timeout expires.
struct AdminRequest {
    method: Method,
    path: Cow<'static, str>,
    body: Bytes,
    timeout: Duration,
    late: &'static str,
}

/// The server answers a listing immediately, so a short timeout suffices.
const LIST: AdminRequest = AdminRequest {
    method: Method::GET,
    path: Cow::Borrowed("/plugins"),
    body: Bytes::new(),
    timeout: Duration::from_secs(10),
    late: "it is stopped, or the machine is very busy",
};

/// A reload may rebuild every plugin on a busy machine.
const RELOAD: AdminRequest = AdminRequest {
    method: Method::POST,
    path: Cow::Borrowed("/reload"),
    body: Bytes::new(),
    timeout: http::ADMIN_TIMEOUT,
    late: "the reload may still be running; see `dialplate plugin list` and the server's log for the result",
};

/// The limits, which the server lists and clears immediately.
fn limits(method: Method, path: Cow<'static, str>) -> AdminRequest {
    AdminRequest { method, path, ..LIST }
}

/// Prints the limits that are reached, one a line, or the JSON of the endpoint.
pub async fn limits_list(admin: AdminListen, json: bool, out: &mut impl Write) -> Result<()> {
    let (body, reached) = ask::<Vec<ReachedLimit>>(admin, limits(Method::GET, "/limits".into())).await?;
    if json {
        return Ok(writeln!(out, "{body}")?);
    }
    for limit in &reached {
        let kind = match limit.kind {
            LimitKind::FailuresOfNetwork => "failed requests of network",
            LimitKind::FailuresOfMaker => "failed requests for maker",
            LimitKind::NewDevicesOfNetwork => "new devices of network",
            LimitKind::NewDevicesOfDomain => "new devices of domain",
        };
        let ReachedLimit { subject, count, max, seconds_left, .. } = limit;
        writeln!(out, "{kind} {subject}: {count} of {max}, ends in {seconds_left} s")?;
    }
    Ok(if reached.is_empty() { writeln!(out, "no limit is reached") } else { Ok(()) }?)
}

/// Lifts the limits of a network, a maker or a domain, or all.
///
/// # Errors
/// The subject is none of these, or the server does not answer.
pub async fn limits_clear(admin: AdminListen, subject: Option<&str>, out: &mut impl Write) -> Result<()> {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || ".:/-_".contains(c));
    let path = match subject {
        None => "/limits".into(),
        Some(subject) if is_plain(subject) => format!("/limits?subject={subject}").into(),
        Some(_) => bail!("name a network, a maker or a domain as `dialplate limits list` prints it"),
    };
    let (_, cleared) = ask::<Cleared>(admin, limits(Method::DELETE, path)).await?;
    Ok(writeln!(out, "cleared {} counters", cleared.counters)?)
}

/// The running server's explanation of a request.
///
/// # Errors
/// The server does not answer, or the question describes no request.
pub async fn explain(admin: AdminListen, question: &Question) -> Result<Explanation> {
    question_at(admin, "/explain", question).await
}

/// A case that the running server makes of a device's request. The server replaces the secrets.
///
/// # Errors
/// The server does not answer, has no such device, or would send it no document.
pub async fn capture(admin: AdminListen, question: &CaptureQuestion) -> Result<CaseFiles> {
    question_at(admin, "/capture", question).await
}

async fn question_at<T: DeserializeOwned>(
    admin: AdminListen,
    path: &'static str,
    question: &impl Serialize,
) -> Result<T> {
    let request = AdminRequest {
        method: Method::POST,
        path: path.into(),
        body: serde_json::to_vec(question)?.into(),
        timeout: QUESTION_TIMEOUT,
        late: "its database may be slow, or the machine very busy",
    };
    Ok(ask(admin, request).await?.1)
}

/// What the running server has loaded; `None` if no server runs, or none has an admin endpoint.
///
/// # Errors
/// The program at the address gives no answer, or is no server of this version.
pub async fn listing(admin: AdminListen) -> Result<Option<Listing>> {
    if admin.address().is_none() {
        return Ok(None);
    }
    match ask::<Listing>(admin, LIST).await {
        Ok((_, listing)) => Ok(Some(listing)),
        Err(error) if error.is::<NoServer>() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the server reload from disk, and waits for it. What it could not load is in its listing.
///
/// # Errors
/// The server does not answer.
pub async fn reload_and_wait(admin: AdminListen) -> Result<()> {
    ask::<Reloaded>(admin, RELOAD).await.map(drop)
}

/// Makes the server reload from disk, and prints the outcome.
///
/// # Errors
/// If a file on disk could not be loaded, or the server does not answer.
pub async fn reload(admin: AdminListen, out: &mut impl Write) -> Result<()> {
    let (_, reloaded) = ask::<Reloaded>(admin, RELOAD).await?;
    for wrong in &reloaded.wrong {
        writeln!(out, "{wrong}")?;
    }
    for warning in &reloaded.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    let (count, warnings) = (reloaded.wrong.len(), reloaded.warnings.len());
    ensure!(count == 0, "reloaded, except for {count} (named above)");
    let all = if warnings == 0 { "everything" } else { "everything else" };
    Ok(writeln!(out, "{all} on disk serves")?)
}

/// The body of the answer, as text and parsed.
async fn ask<T: DeserializeOwned>(admin: AdminListen, request: AdminRequest) -> Result<(String, T)> {
    let Some(address) = admin.address() else { bail!(OFF) };
    let (timeout, late) = (request.timeout, request.late);
    let Ok(answered) = tokio::time::timeout(timeout, answer(address, request)).await else {
        bail!("the server at {address} has not answered within {} s: {late}", timeout.as_secs());
    };
    let body = answered?;
    // Another program may listen on this address.
    let foreign = || format!("the program at {address} is not dialplate, or of another version; {WHERE}");
    let parsed = serde_json::from_str(&body).with_context(foreign)?;
    Ok((body, parsed))
}

/// Sends a request and returns the body of the answer.
///
/// # Errors
/// If the answer is incomplete, is not JSON, or has a status other than 200.
async fn answer(address: SocketAddr, request: AdminRequest) -> Result<String> {
    let request = Request::builder()
        .method(request.method)
        .uri(format!("http://{address}{}", request.path))
        .header(http::CALLER, "command")
        .body(Full::new(request.body))?;
    let broken = || format!("{address} sent no whole answer; {WHERE}");
    let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await;
    let answer = answer.map_err(|error| match error.is_connect() {
        true => Error::new(error).context(NoServer(address)),
        false => Error::new(error).context(broken()),
    })?;
    let status = answer.status();
    let is_json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| anyhow!(error).context(broken()))?.to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    if status != StatusCode::OK {
        let reason: String = body.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect();
        bail!("{address} answers {status}: {reason}");
    }
    ensure!(is_json, "the program at {address} is not dialplate: it does not answer with JSON; {WHERE}");
    Ok(body)
}

/// Why there is no listing.
pub fn no_server(admin: AdminListen) -> String {
    admin.address().map_or_else(|| OFF.to_owned(), |address| NoServer(address).to_string())
}

/// The loaded plugins and templates for a terminal.
pub fn listing_text(listing: &Listing) -> String {
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
    aligned(&rows) + &remarks(listing)
}

/// Rows as lines, with each column as wide as its widest cell. All rows have the same number of cells.
pub fn aligned(rows: &[impl AsRef<[String]>]) -> String {
    let rows: Vec<_> = rows.iter().map(AsRef::as_ref).collect();
    let mut text = String::new();
    for row in &rows {
        let widths = (0..row.len()).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// Writes a value as JSON for people: in several lines.
///
/// # Errors
/// The output cannot be written.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    Ok(writeln!(out, "{}", serde_json::to_string_pretty(value)?)?)
}

/// Writes each of several reports to standard error as soon as it is made. A single one is only printed at the end.
pub fn progress(total: usize) -> impl FnMut(&dyn Display) {
    let mut count = 0;
    move |report| {
        count += 1;
        if total > 1 {
            // In one piece, so that no line of the log comes between. Progress that nobody can read is no reason to stop.
            let _ = stderr().write_all(format!("{count} of {total}: {report}\n").as_bytes());
        }
    }
}

fn signed(signature: &ListedSignature) -> String {
    match signature {
        ListedSignature::Unsigned => "is not signed".to_owned(),
        ListedSignature::Valid { key, expires: Some(last), expired: true } => format!(
            "is signed with key {key}, and the signature expired after {last}: the server refuses the component when it \
             starts again; get a newer signature from its publisher"
        ),
        ListedSignature::Valid { key, expires, .. } => {
            format!("is signed with key {key}{}", valid_through(expires.as_deref()))
        }
    }
}

/// The remarks below the table: vendors, failures, refused files and the last reload.
fn remarks(listing: &Listing) -> String {
    let mut lines = Vec::new();
    for plugin in &listing.plugins {
        let vendors = plugin.vendors.join(", ");
        let rest = if plugin.any { " and whatever no other plugin serves" } else { "" };
        lines.push(format!("{} serves {vendors}{rest}", plugin.name));
        lines.extend(plugin.signature.as_ref().map(|signature| format!("{} {}", plugin.name, signed(signature))));
        lines.extend(plugin.because.as_ref().map(|because| format!("{}: {because}", plugin.name)));
        if let Some(last) = &plugin.last_failure {
            lines.push(format!("{} failed last at {} ({}): {}", plugin.name, last.at, last.kind, last.message));
        }
    }
    let old = |serves: bool| if serves { "; the version loaded before stays active" } else { "" };
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
        let weight = if wrong.warning { "template warning" } else { "template wrong" };
        lines.push(format!("{weight} since {}: {}{}", wrong.since, wrong.error, old(wrong.old_serves)));
    }
    lines
        .extend(listing.silent.iter().map(|folder| format!("{folder} does not answer; requests that need it get 503")));
    let reload = &listing.reload;
    lines.extend(reload.trouble.as_ref().map(|trouble| format!("not reloaded: {trouble}")));
    lines.extend(
        reload.polling_because.as_ref().map(|because| format!("polling the disk twice a second, because {because}")),
    );
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
