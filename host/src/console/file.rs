//! A file of a device: as its phone would get it now, how that differs from what it fetched, and what another template text
//! would change.

use super::answer::Page;
use super::asked::{Asked, Named};
use super::devices;
use super::form::Form;
use super::fusionpbx;
use super::layout::{self, DEVICES};
use super::parts::{cell, facts, link, text};
use super::problem;
use super::query::query;
use super::visit::Visit;
use crate::operator::{FileDifference, Problem, RenderedFile, Trial};
use axum::body::Bytes;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

/// Bytes of a form with a template text: each byte of the longest text may be written with three.
pub const TRY_BYTES_MAX: usize = 3 * (512 << 10) + (16 << 10);

/// Which file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfFile {
    name: String,
}

pub async fn get(visit: Visit, Named(word): Named<String>, Asked(of): Asked<OfFile>) -> Page {
    let (file, difference) = visit
        .desk
        .operations
        .compared_file(&visit.principal, &word, &of.name)
        .await
        .map_err(problem::refuse(&visit))?;
    Ok(layout::inner_page(
        &visit,
        DEVICES,
        &file.name,
        &html! {
            p { (link(&devices::path(&visit, &word), "The device")) }
            (changed(&difference))
            (fusionpbx::button(&visit, &word, &of.name))
            (document(&file))
        },
    ))
}

fn document(file: &RenderedFile) -> Markup {
    html! {
        h2 { "What the phone would get now" }
        (facts(&[
            ("Type", cell(&file.content_type)),
            ("Bytes", cell(file.bytes)),
            ("SHA-256", html! { code { (file.sha256) } }),
        ]))
        @if file.is_masked { p .quiet { "Secrets are replaced." } }
        @match &file.text {
            Some(document) => (text("Document", document)),
            None => p { "It is no text, or its secrets cannot be replaced." },
        }
    }
}

fn changed(difference: &Result<FileDifference, Problem>) -> Markup {
    let difference = match difference {
        Ok(difference) => difference,
        Err(problem) => return html! { p .error { (problem) } },
    };
    html! {
        h2 { "Compared with the last fetch" }
        @match (&difference.fetched, difference.is_same) {
            (None, _) => p { "The journal knows no fetch of this file." },
            (Some(at), Some(true)) => p .good { "The phone has this document since " (at) "." },
            (Some(at), Some(false)) => p .warn { "The phone fetched another document at " (at) "." },
            (Some(at), None) => p { "The phone fetched at " (at) "; the journal does not know what." },
        }
        @match (&difference.diff, difference.is_same) {
            (Some(diff), _) => (text("Difference", diff)),
            (None, Some(false)) => p .quiet { "The journal stored no text of it; journal_documents = \"changed\" stores new ones." },
            (None, _) => {}
        }
    }
}

/// The path of the form, and the purpose of its token.
fn purpose(word: &str) -> String {
    format!("{}/{word}/try", DEVICES.path)
}

/// A form with the template's live text.
pub async fn form(visit: Visit, Named(word): Named<String>, Asked(of): Asked<OfFile>) -> Page {
    let operations = &visit.desk.operations;
    let device = operations.device(&visit.principal, &word).await.map_err(problem::refuse(&visit))?;
    let folder = device.template_folder.map(|folder| folder.name).unwrap_or_default();
    let live = operations.template_text(&visit.principal, &folder, &of.name).map_err(problem::refuse(&visit))?;
    Ok(page(&visit, &word, &of.name, &live.text.unwrap_or_default(), None))
}

/// Renders a text for the device, and saves nothing.
pub async fn try_text(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    layout::check(&visit, &form, &purpose(&word))?;
    // Browsers send the lines of a text field with CR and LF.
    let (name, template) = (form.text("name"), form.text("text").replace("\r\n", "\n"));
    let trial = visit.desk.operations.try_text(&visit.principal, &word, name, template.clone()).await;
    let trial = trial.map_err(problem::refuse(&visit))?;
    Ok(page(&visit, &word, name, &template, Some(&trial)))
}

fn page(visit: &Visit, word: &str, name: &str, template: &str, trial: Option<&Trial>) -> Response {
    let purpose = purpose(word);
    layout::inner_page(
        visit,
        DEVICES,
        &format!("Try {name}"),
        &html! {
            p { (link(&devices::path(visit, word), "The device")) ". Nothing is saved." }
            @if let Some(trial) = trial { (outcome(trial)) }
            form method="post" action=(visit.desk.path(&purpose)) {
                (layout::token(visit, &purpose))
                input type="hidden" name="name" value=(name);
                label for="text" { "Template text" }
                textarea #text name="text" rows="24" spellcheck="false" autocomplete="off" { (template) }
                button type="submit" { "Would it change?" }
            }
            p { (link(&format!("{}/file?{}", devices::path(visit, word), query(&[("name", name)])), "The file as it is now")) }
        },
    )
}

fn outcome(trial: &Trial) -> Markup {
    html! {
        div role="status" {
            @match (&trial.error, trial.is_changed) {
                (Some(error), _) => p .error { "The text fails: " (error) },
                (None, Some(true)) => p .warn { "The phone would get another document." },
                (None, Some(false)) => p .good { "The phone would get the same document." },
                (None, None) => p { "The text renders; the live text does not." },
            }
        }
        @if let Some(fault) = &trial.fault {
            p { "Line " (fault.line) ", column " (fault.column) ": " (fault.message) }
            (text("Place of the fault", &fault.excerpt))
        }
        @if let Some(diff) = &trial.diff { (text("Difference", diff)) }
        @if let Some(document) = trial.rendered.as_ref().and_then(|rendered| rendered.text.as_deref()) {
            details {
                summary { "The document" }
                (text("Document", document))
            }
        }
    }
}
