//! Which rows the pages of domains, extensions and settings are about.

use super::answer::Refusal;
use super::fields;
use super::layout::{self, DOMAINS, EXTENSIONS, Place, SETTINGS};
use super::query::{given, query};
use super::visit::Visit;
use super::{draft, problem};
use crate::editing::{Entity, Field, Kind, Part};
use crate::operator::RowPlace;
use axum::http::StatusCode;
use serde::Deserialize;

/// A kind of row with a list and forms.
#[derive(Debug)]
pub struct RowPages {
    /// The kind in the operations.
    pub kind: &'static str,
    /// Its list.
    pub place: Place,
    /// Whether its rows belong to a domain.
    pub is_of_domain: bool,
}

pub static OF_DOMAINS: RowPages = RowPages { kind: "domain", place: DOMAINS, is_of_domain: false };
pub static OF_EXTENSIONS: RowPages = RowPages { kind: "extension", place: EXTENSIONS, is_of_domain: true };
pub static OF_SETTINGS: RowPages = RowPages { kind: "setting", place: SETTINGS, is_of_domain: false };

/// Which rows, in the query of a page. Empty is absent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct OfRows {
    pub domain: String,
    /// The address of a device, for its settings.
    pub device: String,
    /// One row.
    pub uuid: String,
    pub search: String,
    /// Counted from 1.
    pub page: String,
    /// What became of an edit that led here.
    pub edit: String,
    /// A name to begin with, for a new setting.
    pub category: String,
    pub name: String,
}

impl OfRows {
    /// Where the rows are. Rows of a domain are those of the first that the operator sees, unless the query names one.
    pub async fn find(mut self, visit: &Visit, pages: &RowPages) -> Result<Self, Refusal> {
        if pages.is_of_domain && self.domain.is_empty() {
            let domains = visit.desk.operations.domain_names(&visit.principal).await;
            let Some(first) = domains.map_err(problem::refuse(visit))?.into_iter().next() else {
                let text = "Extensions belong to a domain. Add one first.";
                return Err(layout::refusal(visit, StatusCode::CONFLICT, "No domain", text).into());
            };
            self.domain = first;
        }
        Ok(self)
    }

    pub fn place(&self, pages: &RowPages, names: Vec<String>) -> RowPlace {
        RowPlace {
            kind: pages.kind.to_owned(),
            domain: given(&self.domain),
            device: given(&self.device),
            profile: None,
            names,
            uuid: given(&self.uuid),
        }
    }

    /// The path of a page of the same rows, below the console's own.
    pub fn path(&self, pages: &RowPages, page: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![("domain", self.domain.as_str()), ("device", &self.device)];
        pairs.extend(more);
        let query = query(&pairs);
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{page}{mark}{query}", pages.place.path)
    }

    /// What the rows belong to, for titles.
    pub fn owner(&self) -> String {
        match (self.device.as_str(), self.domain.as_str()) {
            ("", "") => String::new(),
            ("", domain) => format!(" of {domain}"),
            (device, _) => format!(" of {device}"),
        }
    }
}

/// The fields of a form for rows of this layer.
pub fn fields_of(entity: &'static Entity) -> impl Iterator<Item = &'static Field> {
    entity.fields.iter().filter(|field| !(entity.kind == Kind::Setting && field.column.is_empty()))
}

/// The name of a field's control.
pub fn control_name(flag: &str) -> String {
    draft::name(Part::Row, flag)
}

/// What a column is called in a list.
pub fn head(entity: &Entity, column: &str) -> String {
    let mut fields = entity.names.iter().chain(entity.fields);
    fields.find(|field| field.column == column).map_or_else(|| column.to_owned(), |field| fields::label(field.flag))
}
