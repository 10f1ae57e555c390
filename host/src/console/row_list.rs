//! Lists of domains, extensions and settings, with search; for settings also what is known about each.

use super::answer::Page;
use super::layout;
use super::parts::{cell, choice, edited, field, link, pager, table};
use super::problem;
use super::row_pages::{OfRows, RowPages, head};
use super::visit::Visit;
use crate::editing::{Entity, Kind, PROVISION, Record, text_of};
use crate::operator::{KnownSetting, Problem, known_settings, meaning};
use axum::extract::Query;
use maud::{Markup, html};

/// Rows of one page.
const ROWS_OF_PAGE: usize = 100;

/// Known settings that one page lists: more is a reason to search.
const KNOWN_MAX: usize = 100;

pub async fn get(visit: Visit, Query(of): Query<OfRows>, pages: &'static RowPages) -> Page {
    let of = of.find(&visit, pages).await?;
    let operations = &visit.desk.operations;
    let rows = operations.rows(&visit.principal, of.place(pages, Vec::new())).await;
    let rows = rows.map_err(problem::refuse(&visit))?;
    let domains = if pages.is_of_domain || rows.entity.kind == Kind::Setting {
        operations.domain_names(&visit.principal).await.map_err(problem::refuse(&visit))?
    } else {
        Vec::new()
    };
    let can_edit = operations.may_edit_rows(&visit.principal).await;
    let wanted = of.search.trim().to_lowercase();
    let list = List { visit: &visit, of: &of, pages, entity: rows.entity, can_edit: can_edit.is_ok(), wanted };
    let found: Vec<_> = rows.rows.iter().filter(|row| list.matches(row)).collect();
    let title = format!("{}{}", pages.place.title, of.owner());
    let content = html! {
        (edited(&of.edit))
        @if let Err(problem @ Problem::EditsOff) = &can_edit { p .quiet { (problem) } }
        (list.form(&domains))
        @if list.can_edit { p { a .button href=(visit.desk.path(&of.path(pages, "/new", &[]))) { "Add" } } }
        p role="status" { (found.len()) @if found.len() == 1 { " row" } @else { " rows" } }
        (list.table(&found))
        @if rows.entity.kind == Kind::Setting { (list.known(&rows.rows)) }
    };
    Ok(layout::inner_page(&visit, pages.place, &title, &content))
}

struct List<'a> {
    visit: &'a Visit,
    of: &'a OfRows,
    pages: &'static RowPages,
    entity: &'static Entity,
    can_edit: bool,
    /// The searched text in small letters.
    wanted: String,
}

impl List<'_> {
    /// Whether a row has the searched text in one of the columns that the list shows, or in its meaning.
    fn matches(&self, row: &Record) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        let columns = self.entity.listed.iter().copied().chain(self.entity.names.iter().map(|field| field.column));
        let mut texts: Vec<_> = columns.map(|column| text_of(row, column)).collect();
        texts.extend(self.meaning(row).map(str::to_owned));
        texts.extend(self.entity.fields.iter().filter(|it| it.flag == "description").map(|it| text_of(row, it.column)));
        texts.iter().any(|text| text.to_lowercase().contains(&self.wanted))
    }

    /// Category and name of a setting.
    fn name(&self, row: &Record) -> Option<(String, String)> {
        let [category, name] = self.entity.names else { return None };
        let category = if category.column.is_empty() { PROVISION.to_owned() } else { text_of(row, category.column) };
        Some((category, text_of(row, name.column)))
    }

    fn meaning(&self, row: &Record) -> Option<&'static str> {
        self.name(row).and_then(|(category, name)| meaning(&category, &name))
    }

    fn form(&self, domains: &[String]) -> Markup {
        let is_setting = self.entity.kind == Kind::Setting;
        let mut choices: Vec<_> = domains.iter().map(|name| (name.as_str(), name.as_str())).collect();
        if is_setting {
            choices.insert(0, ("", "default: all domains"));
        }
        html! {
            form .filter method="get" action=(self.visit.desk.path(self.pages.place.path)) role="search" {
                (field("search", "Search", &self.of.search, "a part of a name, value or meaning"))
                @if self.pages.is_of_domain || is_setting { (choice("domain", "Domain", &self.of.domain, &choices)) }
                @if is_setting { (field("device", "Device", &self.of.device, "001565aabbcc")) }
                button type="submit" { "Show" }
            }
        }
    }

    fn table(&self, found: &[&Record]) -> Markup {
        let page: usize = self.of.page.parse().unwrap_or(1).max(1);
        let pages = found.len().div_ceil(ROWS_OF_PAGE).max(1);
        let shown = found.iter().skip((page - 1).saturating_mul(ROWS_OF_PAGE)).take(ROWS_OF_PAGE);
        let mut heads: Vec<_> = self.entity.listed.iter().map(|column| head(self.entity, column)).collect();
        heads.extend((self.entity.kind == Kind::Setting).then(|| "Meaning".to_owned()));
        heads.extend(self.can_edit.then(|| "Edit".to_owned()));
        let heads: Vec<_> = heads.iter().map(String::as_str).collect();
        let rows: Vec<_> = shown.map(|row| self.row(row)).collect();
        let to = |page: u64| {
            let more = [("search", self.of.search.as_str()), ("page", &page.to_string())];
            self.visit.desk.path(&self.of.path(self.pages, "", &more))
        };
        html! {
            @if !rows.is_empty() { (table(self.pages.place.title, &heads, &rows, None)) }
            (pager("Pages of rows", page as u64, pages as u64, to))
        }
    }

    fn row(&self, row: &Record) -> Vec<Markup> {
        let mut cells: Vec<_> = self.entity.listed.iter().map(|column| cell(text_of(row, column))).collect();
        if self.entity.kind == Kind::Setting {
            cells.push(cell(self.meaning(row).unwrap_or("")));
        }
        if self.can_edit {
            let uuid = text_of(row, self.entity.uuid);
            let to = |page| self.visit.desk.path(&self.of.path(self.pages, page, &[("uuid", &uuid)]));
            let name = self.entity.names.last().map(|field| text_of(row, field.column)).unwrap_or_default();
            cells.push(html! {
                a href=(to("/edit")) aria-label={ "Edit " (name) } { "Edit" } " "
                a href=(to("/delete")) aria-label={ "Delete " (name) } { "Delete" }
            });
        }
        cells
    }

    /// The known settings that have no value in this layer.
    fn known(&self, rows: &[Record]) -> Markup {
        let wanted = &self.wanted;
        let has_layer = |known: &&KnownSetting| self.of.device.is_empty() || known.category == PROVISION;
        let is_wanted =
            |known: &&KnownSetting| known.name.contains(wanted) || known.meaning.to_lowercase().contains(wanted);
        let set: Vec<_> = rows.iter().filter_map(|row| self.name(row)).collect();
        let is_set = |known: &&KnownSetting| set.iter().any(|(c, n)| c == known.category && *n == known.name);
        let all: Vec<_> =
            known_settings().iter().filter(has_layer).filter(is_wanted).filter(|known| !is_set(known)).collect();
        let row = |known: &&KnownSetting| {
            let more = [("category", known.category), ("name", known.name.as_str())];
            let add = self.visit.desk.path(&self.of.path(self.pages, "/new", &more));
            let name = if self.can_edit { link(&add, &known.name) } else { cell(&known.name) };
            vec![cell(known.category), name, cell(&known.meaning)]
        };
        let shown: Vec<_> = all.iter().take(KNOWN_MAX).map(row).collect();
        html! {
            @if !all.is_empty() {
                details open[!wanted.is_empty()] {
                    summary { (all.len()) " settings that have no value here, and what they mean" }
                    @if all.len() > KNOWN_MAX { p { "The first " (KNOWN_MAX) " are listed. Search for a part of a name or a meaning to see others." } }
                    (table("Known settings", &["Category", "Name", "Meaning"], &shown, None))
                }
            }
        }
    }
}
