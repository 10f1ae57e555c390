//! Adding, changing, enabling and deleting a device.

use super::conflict::{Difference, notice, rebase};
use super::devices::NEW;
use super::draft::{ADDRESS, Draft};
use super::form::{Form, TOKEN};
use super::layout::{self, DEVICES, SETTINGS};
use super::parts::{choice, link};
use super::phone::{Shown, add_row, place};
use super::query::query;
use super::visit::Visit;
use super::{answer, devices, fields, problem};
use crate::editing::{self, FieldFault, Part};
use crate::operator::{Problem, RowPlace, RowValues};
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of the form of a device: 2,000 lines and keys with 14 fields of some 70 bytes each.
pub const BYTES_MAX: usize = 2 << 20;

/// Of which domain a new device is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfDomain {
    domain: String,
}

/// The form for a new device.
pub async fn new(visit: Visit, Query(of): Query<OfDomain>) -> Response {
    let operations = &visit.desk.operations;
    if let Err(problem) = operations.may_edit_rows(&visit.principal).await {
        return problem::page(&visit, &problem);
    }
    let domains = match operations.domain_names(&visit.principal).await {
        Ok(domains) => domains,
        Err(problem) => return problem::page(&visit, &problem),
    };
    match &domains[..] {
        _ if !of.domain.is_empty() => open(&visit, None, Draft::new(&of.domain)).await,
        [only] => open(&visit, None, Draft::new(only)).await,
        [] => {
            layout::refusal(&visit, StatusCode::CONFLICT, "No domain", "A device belongs to a domain. Add one first.")
        }
        _ => choose_domain(&visit, &domains),
    }
}

fn choose_domain(visit: &Visit, domains: &[String]) -> Response {
    let choices: Vec<_> = domains.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let content = html! {
        form .filter method="get" action=(visit.desk.path(&format!("{}{NEW}", DEVICES.path))) {
            (choice("domain", "Domain of the new device", "", &choices))
            button type="submit" { "Continue" }
        }
    };
    layout::inner_page(visit, DEVICES, "New device", &content)
}

/// The form of a device.
pub async fn get(visit: Visit, Path(word): Path<String>) -> Response {
    let form = match visit.desk.operations.device_form(&visit.principal, Some(&word), "").await {
        Ok(form) => form,
        Err(problem) => return problem::page(&visit, &problem),
    };
    let draft = form.rows.as_ref().map(Draft::stored).unwrap_or_default();
    page(&visit, Some(&word), StatusCode::OK, &Shown { draft: &draft, form: &form, faults: &[] }, &[])
}

async fn open(visit: &Visit, word: Option<&str>, draft: Draft) -> Response {
    shown(visit, word, StatusCode::OK, &draft, &[]).await
}

/// The form with what stands in it.
async fn shown(
    visit: &Visit,
    word: Option<&str>,
    status: StatusCode,
    draft: &Draft,
    faults: &[FieldFault],
) -> Response {
    match visit.desk.operations.device_form(&visit.principal, word, &draft.domain).await {
        Ok(form) => page(visit, word, status, &Shown { draft, form: &form, faults }, &[]),
        Err(problem) => problem::page(visit, &problem),
    }
}

/// Adds a device.
pub async fn add(visit: Visit, body: Bytes) -> Response {
    save(&visit, None, &body).await
}

/// Changes a device.
pub async fn set(visit: Visit, Path(word): Path<String>, body: Bytes) -> Response {
    save(&visit, Some(&word), &body).await
}

async fn save(visit: &Visit, word: Option<&str>, body: &Bytes) -> Response {
    let form = Form::parse(body);
    if form.check(&visit.headers, &visit.forms, &purpose(word)).is_err() {
        return layout::foreign_form(visit);
    }
    let mut draft = Draft::typed(&form);
    if add_row(&mut draft, form.text("do")) {
        return open(visit, word, draft).await;
    }
    let saved = visit.desk.operations.save_device(&visit.principal, word, draft.edit(), visit.client()).await;
    match saved {
        Ok(saved) => {
            let uuid = editing::text_of(&saved.rows.record, "device_uuid");
            let what = if saved.changes.is_empty() { "same" } else { "saved" };
            answer::redirect(&format!("{}?{}", devices::path(visit, &uuid), query(&[("edit", what)])))
        }
        Err(Problem::Edit(editing::Error::Fields(faults))) => {
            shown(visit, word, StatusCode::UNPROCESSABLE_ENTITY, &draft, &faults).await
        }
        Err(Problem::Edit(editing::Error::Changed)) => conflict(visit, word, draft).await,
        Err(Problem::Edit(error)) => match error.into_fault(Part::Row, ADDRESS) {
            Ok(fault) => shown(visit, word, StatusCode::UNPROCESSABLE_ENTITY, &draft, &[fault]).await,
            Err(error) => problem::page(visit, &error.into()),
        },
        Err(problem) => problem::page(visit, &problem),
    }
}

/// Somebody else has changed the device: shows both values, and a form that builds on the new version.
async fn conflict(visit: &Visit, word: Option<&str>, mut draft: Draft) -> Response {
    let form = match visit.desk.operations.device_form(&visit.principal, word, "").await {
        Ok(form) => form,
        Err(problem) => return problem::page(visit, &problem),
    };
    let stored = form.rows.as_ref().map(Draft::stored).unwrap_or_default();
    let differences = rebase(&mut draft, &stored);
    let shown = Shown { draft: &draft, form: &form, faults: &[] };
    page(visit, word, StatusCode::CONFLICT, &shown, &differences)
}

/// The path of a form, and the purpose of its token.
fn purpose(word: Option<&str>) -> String {
    match word {
        None => format!("{}{NEW}", DEVICES.path),
        Some(word) => format!("{}/{word}/edit", DEVICES.path),
    }
}

fn page(visit: &Visit, word: Option<&str>, status: StatusCode, shown: &Shown<'_>, other: &[Difference]) -> Response {
    let purpose = purpose(word);
    let stored = shown.form.rows.as_ref().map(|rows| editing::text_of(&rows.record, "device_address"));
    let title = match &stored {
        None => format!("New device in {}", shown.draft.domain),
        Some(address) => format!("Edit {address}"),
    };
    let content = html! {
        @if let Some(word) = word { p { (link(&devices::path(visit, word), "The device")) } }
        @if status == StatusCode::CONFLICT { (notice("device", other)) }
        (fields::faults(shown.faults, place))
        form .edit method="post" action=(visit.desk.path(&purpose)) {
            input type="hidden" name=(TOKEN) value=(visit.forms.token(&purpose));
            input type="hidden" name="tag" value=(shown.draft.tag);
            input type="hidden" name="domain" value=(shown.draft.domain);
            (shown.markup())
        }
    };
    layout::inner_page_with(visit, DEVICES, status, &title, &content)
}

/// What would be removed with a device.
pub async fn confirm(visit: Visit, Path(word): Path<String>) -> Response {
    let form = match visit.desk.operations.device_form(&visit.principal, Some(&word), "").await {
        Ok(form) => form,
        Err(problem) => return problem::page(&visit, &problem),
    };
    let draft = form.rows.as_ref().map(Draft::stored).unwrap_or_default();
    let title = format!("Delete {}", draft.text(ADDRESS));
    let content = html! {
        p { (link(&devices::path(&visit, &word), "The device")) }
        p { "Its " (draft.lines.len()) " lines, " (draft.keys.len()) " keys and its settings are deleted with it. The phone gets no file any more." }
        (button(&visit, &format!("{}/{word}/delete", DEVICES.path), &draft.tag, "", "Delete the device"))
    };
    layout::inner_page(&visit, DEVICES, &title, &content)
}

/// A form with one button that builds on a version.
fn button(visit: &Visit, purpose: &str, tag: &str, value: &str, text: &str) -> Markup {
    html! {
        form method="post" action=(visit.desk.path(purpose)) {
            input type="hidden" name=(TOKEN) value=(visit.forms.token(purpose));
            input type="hidden" name="tag" value=(tag);
            input type="hidden" name="value" value=(value);
            button type="submit" { (text) }
        }
    }
}

/// Deletes a device.
pub async fn delete(visit: Visit, Path(word): Path<String>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let (place, form) = match checked(&visit, &word, "delete", form).await {
        Ok(checked) => checked,
        Err(answer) => return answer,
    };
    let removed =
        visit.desk.operations.remove_row(&visit.principal, place, form.text("tag").to_owned(), visit.client()).await;
    match removed {
        Ok(_) => answer::redirect(&visit.desk.path(DEVICES.path)),
        Err(problem) => problem::page(&visit, &problem),
    }
}

/// Enables or disables a device.
pub async fn enable(visit: Visit, Path(word): Path<String>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let (place, form) = match checked(&visit, &word, "enable", form).await {
        Ok(checked) => checked,
        Err(answer) => return answer,
    };
    let values = BTreeMap::from([("enabled".to_owned(), form.text("value").into())]);
    let (values, tag) = (RowValues { values, password: None }, form.text("tag").to_owned());
    match visit.desk.operations.set_row(&visit.principal, place, values, tag, visit.client()).await {
        Ok(_) => answer::redirect(&format!("{}?edit=saved", devices::path(&visit, &word))),
        Err(problem) => problem::page(&visit, &problem),
    }
}

/// The row of a device, after a check of the form.
async fn checked(visit: &Visit, word: &str, action: &str, form: Form) -> Result<(RowPlace, Form), Response> {
    if form.check(&visit.headers, &visit.forms, &format!("{}/{word}/{action}", DEVICES.path)).is_err() {
        return Err(layout::foreign_form(visit));
    }
    match visit.desk.operations.device_place(&visit.principal, word).await {
        Ok(place) => Ok((place, form)),
        Err(problem) => Err(problem::page(visit, &problem)),
    }
}

/// The links and buttons that edit a device, on its page. Where edits are off, a sentence says so, with a link to FusionPBX's
/// own page.
pub async fn actions(visit: &Visit, word: &str) -> Markup {
    let operations = &visit.desk.operations;
    match operations.may_edit_rows(&visit.principal).await {
        Ok(()) => {}
        Err(problem @ Problem::EditsOff) => {
            let page = operations.fusionpbx_page(word);
            return html! {
                p .quiet { (problem) }
                @if let Some(page) = page { p { a href=(page) rel="noreferrer" { "Edit in FusionPBX" } } }
            };
        }
        Err(_) => return html! {},
    }
    let Ok(place) = operations.device_place(&visit.principal, word).await else { return html! {} };
    let Ok(row) = operations.row(&visit.principal, place).await else { return html! {} };
    let (path, address) = (devices::path(visit, word), editing::text_of(&row.row, "device_address"));
    let (value, text) = match editing::text_of(&row.row, "device_enabled").as_str() {
        "true" => ("false", "Disable the device"),
        _ => ("true", "Enable the device"),
    };
    html! {
        div .buttons {
            a .button href={ (path) "/edit" } { "Edit" }
            @if visit.sees_server() {
                a .button href={ (visit.desk.path(SETTINGS.path)) "?" (query(&[("device", &address)])) } { "Settings" }
            }
            (button(visit, &format!("{}/{word}/enable", DEVICES.path), &row.tag, value, text))
            a .button href={ (path) "/delete" } { "Delete" }
        }
    }
}
