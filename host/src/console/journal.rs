//! The journal: its lines by conditions, one of them, and what operators did.

use super::answer::Page;
use super::asked::{Asked, Named};
use super::layout::{self, ACTIONS, DEVICES, JOURNAL};
use super::parts::{cell, choice, facts, field, link, table, text};
use super::problem;
use super::query::{given, query};
use super::visit::Visit;
use crate::explain;
use crate::journal::{ActionEntry, Entry, Reason, time_of};
use crate::operator::{JournalSearch, Problem};
use maud::{Markup, html};
use serde::Deserialize;

/// Lines of one page.
const LINES: u32 = 100;

/// How often the newest lines are looked for, in seconds.
const REFRESH_S: u32 = 5;

/// The conditions as a form sends them. An empty one is none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Conditions {
    device: String,
    domain: String,
    status: String,
    reason: String,
    since: String,
    /// The id of a line; only older ones are shown.
    before: String,
}

pub async fn get(visit: Visit, Asked(conditions): Asked<Conditions>) -> Page {
    let found = match conditions.search() {
        Ok(search) => visit.desk.operations.journal(&visit.principal, &search).await,
        Err(problem) => Err(problem),
    };
    let found = match found {
        // The form stays, so that the condition can be corrected.
        Err(problem @ Problem::Invalid { .. }) => Err(problem.to_string()),
        Err(problem) => return Err(problem::refuse(&visit)(problem)),
        Ok(found) => Ok(found),
    };
    let is_on = visit.desk.state.journal_config.file.is_some();
    Ok(layout::page(
        &visit,
        JOURNAL,
        &html! {
            (form(&visit, &conditions))
            @match &found {
                _ if !is_on => p .error { "The journal is off; set journal to a file, and restart the server." },
                Err(fault) => p .error role="alert" { (fault) },
                Ok(found) => {
                    (lines(&visit, &found.entries, conditions.before.is_empty()))
                    @if found.entries.is_empty() { p { "No lines fulfil these conditions." } }
                    @if let Some(next) = found.next { (older(&visit, &conditions, next)) }
                }
            }
        },
    ))
}

/// One line with everything that it has.
pub async fn entry(visit: Visit, Named(id): Named<i64>) -> Page {
    let entry = visit.desk.operations.entry(&visit.principal, id).await.map_err(problem::refuse(&visit))?;
    Ok(layout::inner_page(&visit, JOURNAL, &format!("Line {id}"), &whole(&visit, &entry)))
}

/// The request of a line, walked through again.
pub async fn explanation(visit: Visit, Named(id): Named<i64>) -> Page {
    let explanation = visit.desk.operations.explain_entry(&visit.principal, id).await;
    let explanation = explanation.map_err(problem::refuse(&visit))?;
    let content = html! {
        p { (link(&path(&visit, id), "The line")) }
        (text("Explanation", &explain::text(&explanation)))
    };
    Ok(layout::inner_page(&visit, JOURNAL, &format!("Line {id} explained"), &content))
}

/// Which actions.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Older {
    before: Option<i64>,
}

/// What operators did.
pub async fn actions(visit: Visit, Asked(older): Asked<Older>) -> Page {
    let found = visit
        .desk
        .operations
        .actions(&visit.principal, older.before, Some(LINES))
        .await
        .map_err(problem::refuse(&visit))?;
    let rows: Vec<_> = found.actions.iter().map(action).collect();
    let heads = ["Time (UTC)", "Operator", "By", "From", "Action", "Domain", "Device", "Detail", "Outcome"];
    Ok(layout::page(
        &visit,
        ACTIONS,
        &html! {
            @if rows.is_empty() { p { "No actions are known." } } @else { (table("Actions", &heads, &rows, None)) }
            @if let Some(next) = found.next {
                nav .pages aria-label="Older actions" {
                    (link(&format!("{}?before={next}", visit.desk.path(ACTIONS.path)), "Older actions"))
                }
            }
        },
    ))
}

fn action(action: &ActionEntry) -> Vec<Markup> {
    vec![
        cell(moment(action.at_us)),
        cell(&action.operator),
        cell(&action.source),
        cell(&action.client),
        cell(&action.action),
        cell(&action.domain),
        cell(action.device.as_deref().unwrap_or_default()),
        cell(&action.detail),
        cell(if action.is_done { "done" } else { "not done" }),
    ]
}

/// Whole seconds, in UTC.
fn moment(at_us: i64) -> String {
    time_of(at_us).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn path(visit: &Visit, id: i64) -> String {
    format!("{}/{id}", visit.desk.path(JOURNAL.path))
}

impl Conditions {
    fn search(&self) -> Result<JournalSearch, Problem> {
        let before = given(&self.before).map(|text| text.parse::<i64>()).transpose();
        let wrong = || Problem::invalid("before", format!("{:?} is no number of a line", self.before));
        Ok(JournalSearch {
            device: given(&self.device),
            domain: given(&self.domain),
            status: given(&self.status),
            reason: given(&self.reason),
            since: given(&self.since),
            before: before.map_err(|_| wrong())?,
            limit: Some(LINES),
            ..JournalSearch::default()
        })
    }
}

fn form(visit: &Visit, given: &Conditions) -> Markup {
    let words = Reason::ALL.iter().map(|reason| (reason.word(), reason.word()));
    let reasons: Vec<_> = std::iter::once(("", "any")).chain(words).collect();
    html! {
        form .filter method="get" action=(visit.desk.path(JOURNAL.path)) role="search" {
            (field("device", "Device", &given.device, "001565aabbcc"))
            @if visit.sees_server() { (field("domain", "Domain", &given.domain, "pbx.example.net")) }
            (field("status", "Status", &given.status, "404 or 4xx"))
            (choice("reason", "Reason", &given.reason, &reasons))
            (field("since", "Since", &given.since, "2h, 3d, 2026-07-01"))
            button type="submit" { "Show" }
        }
    }
}

/// The newest first. The first page shows new lines as they come.
fn lines(visit: &Visit, lines: &[Entry], is_first: bool) -> Markup {
    let row = |line: &Entry| {
        vec![
            link(&path(visit, line.id), &line.id.to_string()),
            cell(moment(line.at_us)),
            cell(&line.client),
            cell(line.status),
            cell(&line.reason),
            cell(line.device.as_deref().unwrap_or_default()),
            cell(&line.domain),
            cell(&line.target),
            cell(format!("{:.1}", line.duration_us as f64 / 1e3)),
        ]
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    let heads = ["Line", "Time (UTC)", "Client", "Status", "Reason", "Device", "Domain", "Request", "ms"];
    table("Lines", &heads, &rows, is_first.then_some(("lines", REFRESH_S)))
}

/// The link to the lines before these.
fn older(visit: &Visit, given: &Conditions, before: i64) -> Markup {
    let before = before.to_string();
    let query = query(&[
        ("device", &given.device),
        ("domain", &given.domain),
        ("status", &given.status),
        ("reason", &given.reason),
        ("since", &given.since),
        ("before", &before),
    ]);
    html! {
        nav .pages aria-label="Older lines" {
            (link(&format!("{}?{query}", visit.desk.path(JOURNAL.path)), "Older lines"))
        }
    }
}

fn whole(visit: &Visit, entry: &Entry) -> Markup {
    let meaning = Reason::parse(&entry.reason).map(Reason::meaning).unwrap_or_default();
    let plugin = entry.plugin.as_ref();
    let of_plugin = |text: fn(&crate::journal::PluginVersion) -> String| cell(plugin.map(text).unwrap_or_default());
    let device = entry.device.as_deref().unwrap_or_default();
    html! {
        (facts(&[
            ("Time", cell(format!("{:.6}", entry.time()))),
            ("Client", cell(&entry.client)),
            ("Request", cell(format!("{} {}", entry.method, entry.target))),
            ("Domain", cell(&entry.domain)),
            ("Device", cell(device)),
            ("File", cell(&entry.file)),
            ("Status", cell(entry.status)),
            ("Reason", html! { strong { (entry.reason) } ": " (meaning) }),
            ("Bytes", cell(entry.bytes)),
            ("SHA-256 of the document", cell(entry.sha256.as_deref().unwrap_or_default())),
            ("Plugin", of_plugin(|it| format!("{} {}", it.name, it.version))),
            ("SHA-256 of the plugin", of_plugin(|it| it.sha256.clone())),
            ("Template folder", of_plugin(|it| it.template.clone())),
            ("SHA-256 of its texts", of_plugin(|it| it.template_sha256.clone().unwrap_or_default())),
            ("Duration", cell(format!("{:.3} ms", entry.duration_us as f64 / 1e3))),
            ("User-Agent", cell(&entry.user_agent)),
            ("Request id", cell(&entry.request)),
        ]))
        p { (link(&format!("{}/explain", path(visit, entry.id)), "Explain the request")) }
        @if !device.is_empty() {
            p { (link(&format!("{}/{device}", visit.desk.path(DEVICES.path)), "The device")) }
            p { (link(&format!("{}?device={device}", visit.desk.path(JOURNAL.path)), "All lines of the device")) }
        }
    }
}
