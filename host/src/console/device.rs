//! One device: its facts with the layer of each, its files, and buttons that ask its phone.

use super::answer::Page;
use super::asked::{Asked, Named};
use super::form::Form;
use super::layout::{self, DEVICES, JOURNAL};
use super::parts::{cell, edited, facts, link, table, text};
use super::problem;
use super::query::query;
use super::visit::Visit;
use super::{device_edit, devices};
use crate::editing::text_of_json;
use crate::explain::{self, SettingUse};
use crate::operator::{DeviceDetail, DeviceFile, Notified};
use crate::plugin::Action;
use axum::body::Bytes;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;

/// What became of an edit that led here.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AfterEdit {
    edit: String,
}

pub async fn get(visit: Visit, Named(word): Named<String>, Asked(after): Asked<AfterEdit>) -> Page {
    shown(&visit, &word, edited(&after.edit)).await
}

/// Asks the phone to fetch.
pub async fn resync(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    ask(&visit, &word, &body, Action::Resync).await
}

/// Asks the phone to restart.
pub async fn reboot(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    ask(&visit, &word, &body, Action::Reboot).await
}

async fn ask(visit: &Visit, word: &str, body: &Bytes, action: Action) -> Page {
    layout::check(visit, &Form::parse(body), &purpose(word, action))?;
    let notified = visit.desk.operations.notify(&visit.principal, word, action, false, visit.client()).await;
    let notified = notified.map_err(problem::refuse(visit))?;
    shown(visit, word, outcome(&notified)).await
}

/// The path of a button, and the purpose of its token.
fn purpose(word: &str, action: Action) -> String {
    let name = if action == Action::Resync { "resync" } else { "reboot" };
    format!("{}/{word}/{name}", DEVICES.path)
}

async fn shown(visit: &Visit, word: &str, said: Markup) -> Page {
    let detail = visit.desk.operations.device(&visit.principal, word).await.map_err(problem::refuse(visit))?;
    let device = &detail.summary;
    let edits = device_edit::actions(visit, device).await;
    let title =
        if device.label.is_empty() { device.address.clone() } else { format!("{} {}", device.address, device.label) };
    let content = html! {
        (said)
        @if let Some(refusal) = &detail.refusal { p .error { "The phone would get no file: " (refusal) } }
        (summary(visit, &detail))
        (buttons(visit, &device.uuid))
        (edits)
        (files(visit, &detail))
        (settings(&detail.settings))
        (rows(&detail))
    };
    Ok(layout::inner_page(visit, DEVICES, &title, &content))
}

fn outcome(notified: &Notified) -> Markup {
    let class = if notified.outcome == "notified" { "good" } else { "warn" };
    html! {
        div role="status" {
            p class=(class) {
                (notified.action) ": " (notified.outcome.replace('_', " "))
                @if let Some(to) = &notified.to { ", to " (to) }
                @if let Some(reason) = &notified.reason { ": " (reason) }
            }
            @for candidate in &notified.candidates { p { "May be the phone's registration: " (candidate) } }
        }
    }
}

fn summary(visit: &Visit, detail: &DeviceDetail) -> Markup {
    let device = &detail.summary;
    let fetch = device.last_fetch.as_ref();
    let of_fetch =
        |text: fn(&crate::operator::FetchSummary) -> Option<&str>| cell(fetch.and_then(text).unwrap_or_default());
    let lines = format!("{}?{}", visit.desk.path(JOURNAL.path), query(&[("device", &device.address)]));
    facts(&[
        ("Address", cell(&device.address)),
        ("Domain", cell(&device.domain)),
        ("Vendor", cell(&device.vendor)),
        ("Template", cell(&device.template)),
        ("Description", cell(&device.description)),
        ("State", cell(if device.is_enabled { "enabled" } else { "disabled" })),
        ("Last fetch", cell(fetch.map_or("never", |fetch| &fetch.time))),
        (
            "Phone's files",
            cell(match device.is_in_date {
                Some(true) => "as it would get them now",
                Some(false) => "other than it would get now",
                None => "not known",
            }),
        ),
        ("From", of_fetch(|fetch| Some(&fetch.client))),
        ("Firmware", of_fetch(|fetch| fetch.firmware.as_deref())),
        ("User-Agent", of_fetch(|fetch| Some(&fetch.user_agent))),
        ("Requests", link(&lines, "in the journal")),
        ("Decision", link(&format!("{}/explain", devices::path(visit, &device.uuid)), "explained")),
    ])
}

fn buttons(visit: &Visit, uuid: &str) -> Markup {
    html! {
        @if visit.grant.is_admin {
            div .buttons {
                (layout::button(visit, &purpose(uuid, Action::Resync), "Ask the phone to fetch"))
                (layout::button(visit, &purpose(uuid, Action::Reboot), "Ask the phone to restart"))
            }
        }
    }
}

fn files(visit: &Visit, detail: &DeviceDetail) -> Markup {
    let Some(template) = &detail.template_folder else { return html! {} };
    let of_file = |page: &str, file: &DeviceFile| {
        format!("{}/{page}?{}", devices::path(visit, &detail.summary.uuid), query(&[("name", &file.template)]))
    };
    let row = |file: &DeviceFile| {
        let fetched = file.fetched.as_deref().unwrap_or("never, by the journal");
        let mut cells = vec![link(&of_file("file", file), &file.name), cell(&file.template), cell(fetched)];
        if visit.grant.is_admin {
            cells.push(link(&of_file("try", file), "Would a change matter?"));
        }
        cells
    };
    let rows: Vec<_> = template.files.iter().map(row).collect();
    let heads: &[&str] = if visit.grant.is_admin {
        &["File", "Template", "Fetched last (UTC)", "Template's text"]
    } else {
        &["File", "Template", "Fetched last (UTC)"]
    };
    html! {
        h2 { "Files of " (template.name) }
        @for folder in &template.folders { p .quiet { code { (folder) } } }
        (table("Files", heads, &rows, None))
    }
}

fn settings(settings: &[SettingUse]) -> Markup {
    let row =
        |setting: &SettingUse| vec![cell(&setting.name), cell(text_of_json(&setting.value)), cell(&setting.layer)];
    let rows: Vec<_> = settings.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            details {
                summary { "Settings, and the layer that each comes from" }
                (table("Settings", &["Setting", "Value", "Layer"], &rows, None))
            }
        }
    }
}

/// The rows that the templates see, without secrets.
fn rows(detail: &DeviceDetail) -> Markup {
    html! {
        @for (name, rows) in &detail.tables {
            @if rows.as_array().is_some_and(|rows| !rows.is_empty()) {
                details {
                    summary { "Rows: " (name.replace('_', " ")) }
                    @for row in rows.as_array().into_iter().flatten() { (one_row(row)) }
                }
            }
        }
    }
}

fn one_row(row: &Json) -> Markup {
    let columns = row.as_object().into_iter().flatten();
    let columns: Vec<_> = columns.map(|(name, value)| (name.as_str(), cell(text_of_json(value)))).collect();
    facts(&columns)
}

/// Which file of the phone an explanation is for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfFile {
    name: String,
}

/// What the phone would get, and why, step by step.
pub async fn explanation(visit: Visit, Named(word): Named<String>, Asked(of): Asked<OfFile>) -> Page {
    let file = super::query::given(&of.name);
    let explanation = visit.desk.operations.explain_device(&visit.principal, &word, file).await;
    let explanation = explanation.map_err(problem::refuse(&visit))?;
    let content = html! {
        p { (link(&devices::path(&visit, &word), "The device")) }
        (text("Explanation", &explain::text(&explanation)))
    };
    Ok(layout::inner_page(&visit, DEVICES, "Explained", &content))
}
