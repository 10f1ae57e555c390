//! Adding, changing, enabling and deleting a device.

use super::answer::{Page, Refusal};
use super::asked::{Asked, Named};
use super::conflict::{Difference, notice, rebase};
use super::devices::NEW;
use super::draft::{ADDRESS, Draft};
use super::form::Form;
use super::layout::{self, DEVICES, SETTINGS};
use super::parts::{choice, link};
use super::phone::{Shown, add_row, place};
use super::query::query;
use super::visit::Visit;
use super::{answer, devices, fields, problem};
use crate::editing::{self, FieldFault, Part};
use crate::operator::{DeviceForm, DeviceSummary, OwnPage, Problem, RowPlace, RowValues};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value as Json;
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
pub async fn new(visit: Visit, Asked(of): Asked<OfDomain>) -> Page {
    let operations = &visit.desk.operations;
    operations.may_edit_rows(&visit.principal).await.map_err(problem::refuse(&visit))?;
    let domains = operations.domain_names(&visit.principal).await.map_err(problem::refuse(&visit))?;
    match &domains[..] {
        _ if !of.domain.is_empty() => open(&visit, None, &Draft::new(&of.domain)).await,
        [only] => open(&visit, None, &Draft::new(only)).await,
        [] => {
            let text = "A device belongs to a domain. Add one first.";
            Err(layout::refusal(&visit, StatusCode::CONFLICT, "No domain", text).into())
        }
        _ => Ok(choose_domain(&visit, &domains)),
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
pub async fn get(visit: Visit, Named(word): Named<String>) -> Page {
    let (form, draft) = stored(&visit, Some(&word)).await?;
    Ok(page(&visit, Some(&word), StatusCode::OK, &Shown { draft: &draft, form: &form, faults: &[] }, &[]))
}

/// The form, and what is stored.
async fn stored(visit: &Visit, word: Option<&str>) -> Result<(DeviceForm, Draft), Refusal> {
    let form = visit.desk.operations.device_form(&visit.principal, word, "").await.map_err(problem::refuse(visit))?;
    let draft = form.rows.as_ref().map(Draft::stored).unwrap_or_default();
    Ok((form, draft))
}

async fn open(visit: &Visit, word: Option<&str>, draft: &Draft) -> Page {
    shown(visit, word, StatusCode::OK, draft, &[]).await
}

/// The form with what stands in it.
async fn shown(visit: &Visit, word: Option<&str>, status: StatusCode, draft: &Draft, faults: &[FieldFault]) -> Page {
    let form = visit.desk.operations.device_form(&visit.principal, word, &draft.domain).await;
    let form = form.map_err(problem::refuse(visit))?;
    Ok(page(visit, word, status, &Shown { draft, form: &form, faults }, &[]))
}

/// Adds a device.
pub async fn add(visit: Visit, body: Bytes) -> Page {
    save(&visit, None, &body).await
}

/// Changes a device.
pub async fn set(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    save(&visit, Some(&word), &body).await
}

async fn save(visit: &Visit, word: Option<&str>, body: &Bytes) -> Page {
    let form = Form::parse(body);
    layout::check(visit, &form, &purpose(word))?;
    let mut draft = Draft::typed(&form);
    if add_row(&mut draft, form.text("do")) {
        return open(visit, word, &draft).await;
    }
    let saved = visit.desk.operations.save_device(&visit.principal, word, draft.edit(), visit.client()).await;
    let faults = match saved {
        Ok(saved) => {
            let uuid = editing::text_of(&saved.rows.record, "device_uuid");
            let what = if saved.changes.is_empty() { "same" } else { "saved" };
            return Ok(answer::redirect(&format!("{}?{}", devices::path(visit, &uuid), query(&[("edit", what)]))));
        }
        Err(Problem::Edit(editing::Error::Changed)) => return conflict(visit, word, draft).await,
        Err(Problem::Edit(editing::Error::Fields(faults))) => Ok(faults),
        Err(Problem::Edit(error)) => {
            error.into_fault(Part::Row, ADDRESS).map(|fault| vec![fault]).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    let faults = faults.map_err(problem::refuse(visit))?;
    shown(visit, word, StatusCode::UNPROCESSABLE_ENTITY, &draft, &faults).await
}

/// Somebody else has changed the device: shows both values, and a form that builds on the new version.
async fn conflict(visit: &Visit, word: Option<&str>, mut draft: Draft) -> Page {
    let (form, stored) = stored(visit, word).await?;
    let differences = rebase(&mut draft, &stored);
    let shown = Shown { draft: &draft, form: &form, faults: &[] };
    Ok(page(visit, word, StatusCode::CONFLICT, &shown, &differences))
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
            (layout::token(visit, &purpose))
            input type="hidden" name="tag" value=(shown.draft.tag);
            input type="hidden" name="domain" value=(shown.draft.domain);
            (shown.markup())
        }
    };
    layout::inner_page_with(visit, DEVICES, status, &title, &content)
}

/// What would be removed with a device.
pub async fn confirm(visit: Visit, Named(word): Named<String>) -> Page {
    let operations = &visit.desk.operations;
    operations.may_edit_rows(&visit.principal).await.map_err(problem::refuse(&visit))?;
    let place = operations.device_place(&visit.principal, &word).await.map_err(problem::refuse(&visit))?;
    let device = operations.row(&visit.principal, place).await.map_err(problem::refuse(&visit))?;
    let count = |rows: &str| device.row.get(rows).and_then(Json::as_array).map_or(0, Vec::len);
    let title = format!("Delete {}", editing::text_of(&device.row, "device_address"));
    let (purpose, hidden) = (format!("{}/{word}/delete", DEVICES.path), [("tag", &*device.tag)]);
    let content = html! {
        p { (link(&devices::path(&visit, &word), "The device")) }
        p { "Its " (count("lines")) " lines, " (count("keys")) " keys and its settings are deleted with it. The phone gets no file any more." }
        (layout::button_with(&visit, &purpose, &hidden, "Delete the device"))
    };
    Ok(layout::inner_page(&visit, DEVICES, &title, &content))
}

/// Deletes a device.
pub async fn delete(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    let place = checked(&visit, &word, "delete", &form).await?;
    let tag = form.text("tag").to_owned();
    let removed = visit.desk.operations.remove_row(&visit.principal, place, tag, visit.client()).await;
    removed.map_err(problem::refuse(&visit))?;
    Ok(answer::redirect(&visit.desk.path(DEVICES.path)))
}

/// Enables or disables a device.
pub async fn enable(visit: Visit, Named(word): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    let place = checked(&visit, &word, "enable", &form).await?;
    let values = BTreeMap::from([("enabled".to_owned(), form.text("value").into())]);
    let (values, tag) = (RowValues { values, password: None }, form.text("tag").to_owned());
    let changed = visit.desk.operations.set_row(&visit.principal, place, values, tag, visit.client()).await;
    changed.map_err(problem::refuse(&visit))?;
    Ok(answer::redirect(&format!("{}?edit=saved", devices::path(&visit, &word))))
}

/// The row of a device, after a check of the form.
async fn checked(visit: &Visit, word: &str, action: &str, form: &Form) -> Result<RowPlace, Refusal> {
    layout::check(visit, form, &format!("{}/{word}/{action}", DEVICES.path))?;
    visit.desk.operations.device_place(&visit.principal, word).await.map_err(problem::refuse(visit))
}

/// The links and buttons that edit a device, on its page. Where edits are off, a sentence says so, with a link to FusionPBX's
/// own page.
pub async fn actions(visit: &Visit, device: &DeviceSummary) -> Markup {
    let operations = &visit.desk.operations;
    match operations.may_edit_rows(&visit.principal).await {
        Ok(()) => {}
        Err(problem @ Problem::EditsOff) => {
            return html! {
                p .quiet { (problem) (layout::in_fusionpbx(visit, OwnPage::Device(&device.uuid))) }
            };
        }
        Err(_) => return html! {},
    }
    let Ok(row) = operations.row(&visit.principal, device.place()).await else { return html! {} };
    let path = devices::path(visit, &device.uuid);
    let (value, text) = match editing::text_of(&row.row, "device_enabled").as_str() {
        "true" => ("false", "Disable the device"),
        _ => ("true", "Enable the device"),
    };
    let enable = format!("{}/{}/enable", DEVICES.path, device.uuid);
    html! {
        div .buttons {
            a .button href={ (path) "/edit" } { "Edit" }
            @if visit.sees_server() {
                a .button href={ (visit.desk.path(SETTINGS.path)) "?" (query(&[("device", &device.address)])) } { "Settings" }
            }
            (layout::button_with(visit, &enable, &[("tag", &row.tag), ("value", value)], text))
            a .button href={ (path) "/delete" } { "Delete" }
        }
    }
}
