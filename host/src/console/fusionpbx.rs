//! A file of a device compared with FusionPBX's own answer.

use super::answer::Page;
use super::asked::Named;
use super::devices;
use super::form::Form;
use super::layout::{self, DEVICES};
use super::parts::{cell, facts, link, text};
use super::problem;
use super::query::query;
use super::visit::Visit;
use crate::operator::FusionpbxDifference;
use axum::body::Bytes;
use maud::{Markup, html};

/// The path of the form, and the purpose of its token.
fn purpose(word: &str) -> String {
    format!("{}/{word}/fusionpbx", DEVICES.path)
}

/// The button on the page of a file, where a FusionPBX can be asked.
pub fn button(visit: &Visit, word: &str, name: &str) -> Markup {
    let purpose = purpose(word);
    html! {
        @if visit.desk.operations.has_fusionpbx() {
            h2 { "Compared with FusionPBX" }
            (layout::button_with(visit, &purpose, &[("name", name)], "Ask FusionPBX"))
            p .quiet { "FusionPBX notes this request as a fetch of the phone." }
        }
    }
}

/// Asks FusionPBX, and shows what differs.
pub async fn compare(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    layout::check(&visit, &form, &purpose(&word))?;
    let (operations, name) = (&visit.desk.operations, form.text("name"));
    let difference = operations.fusionpbx_difference(&visit.principal, &word, name, visit.client()).await;
    let difference = difference.map_err(problem::refuse(&visit))?;
    let title = format!("{} and FusionPBX", difference.name);
    Ok(layout::inner_page(&visit, DEVICES, &title, &content(&visit, &word, name, &difference)))
}

fn content(visit: &Visit, word: &str, name: &str, difference: &FusionpbxDifference) -> Markup {
    let file = format!("{}/file?{}", devices::path(visit, word), query(&[("name", name)]));
    let request = &difference.request;
    html! {
        p { (link(&file, "The file")) ", " (link(&devices::path(visit, word), "the device")) }
        @match (&difference.problem, difference.is_same) {
            (Some(problem), _) => p .error role="alert" { (problem) },
            (None, Some(true)) => p .good role="status" { "FusionPBX sends the same document." },
            (None, _) => p .warn role="status" { "FusionPBX sends another document: lines with - are FusionPBX's." },
        }
        (facts(&[
            ("Request", html! { code { (request.target) } }),
            ("Host", cell(&request.host)),
            ("User-Agent", cell(&request.user_agent)),
            ("Status", html! { @if let Some(status) = difference.status { (status) } }),
        ]))
        @match (&difference.diff, difference.is_same) {
            (Some(diff), _) => (text("Difference", diff)),
            (None, Some(false)) => p { "One of them is no text, so no lines can be shown." },
            (None, _) => {}
        }
    }
}
