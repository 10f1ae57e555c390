//! Forms that add, change and delete domains, extensions and settings.

use super::answer::{Page, Refusal};
use super::asked::Asked;
use super::conflict::{self, Difference};
use super::draft::{self, Draft, PASSWORD};
use super::fields::{self, Control, control};
use super::form::Form;
use super::parts::{cell, facts, link};
use super::row_pages::{OfRows, RowPages, control_name, fields_of, head};
use super::visit::Visit;
use super::{answer, layout, problem};
use crate::editing::{self, Entity, Field, FieldFault, Kind, PROVISION, Part, text_of};
use crate::operator::{EditedRow, Problem, RowValues, known_settings, meaning};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Bytes of a form: a value of 16 KiB, each byte of which may be written with three, and others that are short.
pub const BYTES_MAX: usize = 128 << 10;

const NEW: &str = "/new";
const EDIT: &str = "/edit";
const DELETE: &str = "/delete";

/// The id of the list of known settings.
const KNOWN: &str = "known-settings";

/// A page of a row: whose form it is, and what is stored.
struct RowForm<'a> {
    visit: &'a Visit,
    of: OfRows,
    pages: &'static RowPages,
    entity: &'static Entity,
    /// `None` for a new row.
    stored: Option<EditedRow>,
}

/// What stands in a form. It may hold a password, so there is no `Debug`.
struct Typed {
    tag: String,
    texts: BTreeMap<String, String>,
    password: String,
}

impl<'a> RowForm<'a> {
    async fn open(visit: &'a Visit, of: OfRows, pages: &'static RowPages) -> Result<Self, Refusal> {
        let (operations, principal) = (&visit.desk.operations, &visit.principal);
        operations.may_edit_rows(principal).await.map_err(problem::refuse(visit))?;
        let of = of.find(visit, pages).await?;
        let place = of.place(pages, Vec::new());
        if of.uuid.is_empty() {
            let entity = operations.described(principal, place).await.map_err(problem::refuse(visit))?;
            return Ok(Self { visit, of, pages, entity, stored: None });
        }
        let stored = operations.row(principal, place).await.map_err(problem::refuse(visit))?;
        Ok(Self { visit, of, pages, entity: stored.entity, stored: Some(stored) })
    }

    /// The page of the form, and the purpose of its token.
    fn own_path(&self) -> String {
        self.path(if self.stored.is_some() { EDIT } else { NEW })
    }

    /// The path of a form, and the purpose of its token.
    fn path(&self, page: &str) -> String {
        self.of.path(self.pages, page, &[("uuid", &self.of.uuid)])
    }

    fn list(&self, edit: &str) -> String {
        self.visit.desk.path(&self.of.path(self.pages, "", &[("edit", edit)]))
    }

    /// Whether the value is a secret, which is not shown.
    fn is_secret(&self, texts: &BTreeMap<String, String>) -> bool {
        self.entity.kind == Kind::Setting && texts.get("NAME").is_some_and(|name| editing::is_secret(name))
    }

    fn stored_texts(&self) -> BTreeMap<String, String> {
        let Some(stored) = &self.stored else {
            let named = [("CATEGORY", &self.of.category), ("NAME", &self.of.name)];
            return named.into_iter().map(|(flag, text)| (flag.to_owned(), text.clone())).collect();
        };
        let mut texts = draft::texts(self.entity, &stored.row);
        if self.is_secret(&texts) {
            texts.insert("value".to_owned(), String::new());
        }
        texts
    }

    /// The values that differ from the stored ones.
    fn values(&self, typed: &Typed) -> RowValues {
        let stored = self.stored_texts();
        let is_new = self.stored.is_none();
        let changed = fields_of(self.entity).filter_map(|field| {
            let text = typed.texts.get(field.flag)?;
            let before = stored.get(field.flag).map_or("", String::as_str);
            let is_changed = if is_new { !text.is_empty() } else { text != before };
            is_changed.then(|| (field.flag.to_owned(), text.as_str().into()))
        });
        RowValues { values: changed.collect(), password: Some(typed.password.clone()).filter(|it| !it.is_empty()) }
    }

    async fn save(self, typed: Typed) -> Page {
        let (operations, principal) = (&self.visit.desk.operations, &self.visit.principal);
        let values = self.values(&typed);
        let saved = if self.stored.is_some() {
            if values.values.is_empty() && values.password.is_none() {
                return Ok(answer::redirect(&self.list("same")));
            }
            let place = self.of.place(self.pages, Vec::new());
            operations.set_row(principal, place, values, typed.tag.clone(), self.visit.client()).await
        } else {
            let text = |field: &Field| typed.texts.get(field.flag).map_or("", |text| text.trim()).to_owned();
            let text = |field: &Field| {
                let is_fixed = field.flag == "CATEGORY" && field.column.is_empty();
                if is_fixed { PROVISION.to_owned() } else { text(field) }
            };
            let names = self.entity.names.iter().map(text).collect();
            operations.add_row(principal, self.of.place(self.pages, names), values, self.visit.client()).await
        };
        match saved {
            Ok(EditedRow { generated_password: Some(password), .. }) => Ok(self.generated(&password)),
            Ok(_) => Ok(answer::redirect(&self.list("saved"))),
            Err(Problem::Edit(editing::Error::Changed)) => self.conflict(typed).await,
            Err(problem) => {
                let faults = self.faults(problem).map_err(problem::refuse(self.visit))?;
                Ok(self.page(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults, &[]))
            }
        }
    }

    /// What is wrong with single values.
    fn faults(&self, problem: Problem) -> Result<Vec<FieldFault>, Problem> {
        let name = self.entity.names.last().map_or("", |field| field.flag);
        match problem {
            Problem::Edit(editing::Error::Fields(faults)) => Ok(faults),
            Problem::Edit(error) => error.into_fault(Part::Row, name).map(|fault| vec![fault]).map_err(Problem::from),
            Problem::Invalid { parameter, reason } if parameter == "name" => {
                Ok(vec![FieldFault::new(Part::Row, name, reason)])
            }
            other => Err(other),
        }
    }

    /// Shows a password that the server generated, this once.
    fn generated(&self, password: &str) -> Response {
        let content = html! {
            p .good role="status" { "Saved." }
            p { "The server generated this password, and shows it this once: " code { (password) } }
            p { (link(&self.list(""), self.pages.place.title)) }
        };
        layout::inner_page(self.visit, self.pages.place, "Saved", &content)
    }

    /// Somebody else has changed the row: shows both values, and a form that builds on the new version.
    async fn conflict(self, mut typed: Typed) -> Page {
        let form = Self::open(self.visit, self.of, self.pages).await?;
        let stored = form.stored_texts();
        let mut differences = Vec::new();
        for field in fields_of(form.entity) {
            let Some(stored) = stored.get(field.flag) else { continue };
            let yours = typed.texts.get(field.flag).map_or("", String::as_str);
            conflict::differ(&mut differences, fields::label(field.flag), yours, stored);
        }
        typed.tag = form.tag();
        Ok(form.page(StatusCode::CONFLICT, &typed, &[], &differences))
    }

    /// The version that is stored.
    fn tag(&self) -> String {
        self.stored.as_ref().map(|stored| stored.tag.clone()).unwrap_or_default()
    }

    fn page(&self, status: StatusCode, typed: &Typed, faults: &[FieldFault], other: &[Difference]) -> Response {
        let path = self.own_path();
        let title = match &self.stored {
            None => format!("New {}{}", self.entity.name, self.of.owner()),
            Some(_) => format!("Edit {} {}", self.entity.name, self.name(&typed.texts)),
        };
        let control = |field: &Field, list| {
            let value = typed.texts.get(field.flag).map_or("", String::as_str);
            let fault = faults.iter().find(|fault| fault.flag == field.flag);
            control(&Control {
                name: &control_name(field.flag),
                field,
                value,
                fault,
                list,
                has_hint: !field.help.is_empty(),
            })
        };
        let content = html! {
            p { (link(&self.list(""), self.pages.place.title)) }
            @if status == StatusCode::CONFLICT { (conflict::notice(self.entity.name, other)) }
            (fields::faults(faults, |fault| control_name(&fault.flag)))
            (self.help(&typed.texts))
            form .edit method="post" action=(self.visit.desk.path(&path)) {
                (layout::token(self.visit, &path))
                input type="hidden" name="tag" value=(typed.tag);
                div .fields {
                    @if self.stored.is_none() {
                        @for field in self.entity.names.iter().filter(|field| !field.column.is_empty()) {
                            (control(field, (field.flag == "NAME" && self.entity.kind == Kind::Setting).then_some(KNOWN)))
                        }
                    }
                    @for field in fields_of(self.entity) { (control(field, None)) }
                    @if self.entity.has_password { (fields::password(PASSWORD, &typed.password, self.password_hint())) }
                }
                p .buttons { button type="submit" { "Save" } }
            }
        };
        layout::inner_page_with(self.visit, self.pages.place, status, &title, &content)
    }

    fn password_hint(&self) -> &'static str {
        if self.stored.is_some() {
            "Empty keeps the stored one."
        } else {
            "Empty lets the server generate one, and shows it once."
        }
    }

    /// What is known about a setting, and the names to choose from.
    fn help(&self, texts: &BTreeMap<String, String>) -> Markup {
        if self.entity.kind != Kind::Setting {
            return html! {};
        }
        let text = |flag: &str| texts.get(flag).map_or("", String::as_str);
        let category = if text("CATEGORY").is_empty() { PROVISION } else { text("CATEGORY") };
        let names: Vec<_> = known_settings().iter().map(|known| known.name.clone()).collect();
        html! {
            (fields::list(KNOWN, &names))
            @if let Some(meaning) = meaning(category, text("NAME")) { p { code { (text("NAME")) } ": " (meaning) "." } }
            @if self.stored.is_some() && self.is_secret(texts) {
                p .quiet { "The value is a secret, and not shown. An empty value keeps it; to remove it, delete the setting." }
            }
        }
    }

    fn is_name(&self, flag: &str) -> bool {
        self.entity.names.iter().any(|field| field.flag == flag)
    }

    /// The names of the row.
    fn name(&self, texts: &BTreeMap<String, String>) -> String {
        let names = self.entity.names.iter().filter_map(|field| texts.get(field.flag));
        names.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl Typed {
    fn of(form: &Form) -> Self {
        let Draft { device: texts, tag, .. } = Draft::typed(form);
        Self { texts, tag, password: form.text(PASSWORD).to_owned() }
    }
}

/// The form of a row, or for a new one.
pub async fn get(visit: Visit, Asked(of): Asked<OfRows>, pages: &'static RowPages) -> Page {
    let form = RowForm::open(&visit, of, pages).await?;
    let typed = Typed { tag: form.tag(), texts: form.stored_texts(), password: String::new() };
    Ok(form.page(StatusCode::OK, &typed, &[], &[]))
}

/// Adds or changes a row.
pub async fn save(visit: Visit, Asked(of): Asked<OfRows>, body: Bytes, pages: &'static RowPages) -> Page {
    let form = Form::parse(&body);
    let row = RowForm::open(&visit, of, pages).await?;
    layout::check(&visit, &form, &row.own_path())?;
    let mut typed = Typed::of(&form);
    // The names of a stored row are no fields of its form.
    if row.stored.is_some() {
        typed.texts.extend(row.stored_texts().into_iter().filter(|(flag, _)| row.is_name(flag)));
    }
    row.save(typed).await
}

/// What would be deleted.
pub async fn confirm(visit: Visit, Asked(of): Asked<OfRows>, pages: &'static RowPages) -> Page {
    let row = RowForm::open(&visit, of, pages).await?;
    let stored = row.stored.as_ref().ok_or_else(|| Problem::missing("row", ""));
    let stored = stored.map_err(problem::refuse(&visit))?;
    let path = row.path(DELETE);
    let texts = row.stored_texts();
    let listed: Vec<_> =
        row.entity.listed.iter().map(|column| (head(row.entity, column), text_of(&stored.row, column))).collect();
    let listed: Vec<_> = listed.iter().map(|(name, text)| (name.as_str(), cell(text))).collect();
    let content = html! {
        p { (link(&row.list(""), pages.place.title)) }
        (facts(&listed))
        form method="post" action=(visit.desk.path(&path)) {
            (layout::token(&visit, &path))
            input type="hidden" name="tag" value=(stored.tag);
            p .buttons { button type="submit" { "Delete" } }
        }
    };
    let title = format!("Delete {} {}", row.entity.name, row.name(&texts));
    Ok(layout::inner_page(&visit, pages.place, &title, &content))
}

/// Deletes a row.
pub async fn delete(visit: Visit, Asked(of): Asked<OfRows>, body: Bytes, pages: &'static RowPages) -> Page {
    let form = Form::parse(&body);
    let row = RowForm::open(&visit, of, pages).await?;
    layout::check(&visit, &form, &row.path(DELETE))?;
    let (place, tag) = (row.of.place(pages, Vec::new()), form.text("tag").to_owned());
    let removed = visit.desk.operations.remove_row(&visit.principal, place, tag, visit.client()).await;
    removed.map_err(problem::refuse(&visit))?;
    Ok(answer::redirect(&row.list("deleted")))
}
