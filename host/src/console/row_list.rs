//! Lists of domains, extensions and settings, with search; for settings also what is known about each.

use super::answer::Page;
use super::asked::Asked;
use super::layout;
use super::parts::{cell, choice, edited, field, link, pager, table};
use super::problem;
use super::query::page_number;
use super::row_pages::{self, OfRows, RowPages, head};
use super::visit::Visit;
use crate::directory::Window;
use crate::editing::{Entity, Kind, PROVISION, Record, text_of};
use crate::operator::{KnownSetting, OwnPage, Problem, known_settings, meaning};
use maud::{Markup, html};

/// Rows of one page.
const ROWS_OF_PAGE: u32 = 100;

/// Known settings that one page lists: more is a reason to search.
const KNOWN_MAX: usize = 100;

pub async fn get(visit: Visit, Asked(of): Asked<OfRows>, pages: &'static RowPages) -> Page {
    let of = of.find(&visit, pages).await?;
    let operations = &visit.desk.operations;
    let page = page_number(&of.page, u32::MAX / ROWS_OF_PAGE).map_err(problem::refuse(&visit))?;
    let place = of.place(pages, Vec::new());
    let wanted = of.search.trim().to_lowercase();
    // Meanings are searched here, and a layer has some hundred settings. Of other rows the database finds the page.
    let is_whole = place.kind == row_pages::OF_SETTINGS.kind || !wanted.is_empty();
    let window = Window { offset: (page - 1) * ROWS_OF_PAGE, limit: ROWS_OF_PAGE };
    let rows = operations.rows(&visit.principal, place, (!is_whole).then_some(window)).await;
    let rows = rows.map_err(problem::refuse(&visit))?;
    let domains = if pages.is_of_domain || rows.entity.kind == Kind::Setting {
        operations.domain_names(&visit.principal).await.map_err(problem::refuse(&visit))?
    } else {
        Vec::new()
    };
    let can_edit = operations.may_edit_rows(&visit.principal).await;
    let links = matches!(can_edit, Err(Problem::EditsOff)) && operations.has_fusionpbx();
    let list = List { visit: &visit, of: &of, pages, entity: rows.entity, can_edit: can_edit.is_ok(), links, wanted };
    let mut found: Vec<_> = rows.rows.iter().filter(|row| list.matches(row)).collect();
    let total = if is_whole { found.len() as u64 } else { rows.total };
    if is_whole {
        found = found.into_iter().skip(window.offset as usize).take(ROWS_OF_PAGE as usize).collect();
    }
    let title = format!("{}{}", pages.place.title, of.owner());
    let content = html! {
        (edited(&of.edit))
        @if let Err(problem @ Problem::EditsOff) = &can_edit {
            p .quiet { (problem) @if let Some(page) = list.own_list() { (layout::in_fusionpbx(&visit, page)) } }
        }
        (list.form(&domains))
        @if list.can_edit { p { a .button href=(visit.desk.path(&of.path(pages, "/new", &[]))) { "Add" } } }
        p role="status" { (total) @if total == 1 { " row" } @else { " rows" } }
        (list.table(&found, page, total))
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
    /// Whether rows have links to FusionPBX's own pages.
    links: bool,
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

    fn table(&self, found: &[&Record], page: u32, total: u64) -> Markup {
        let pages = total.div_ceil(u64::from(ROWS_OF_PAGE)).max(1);
        let mut heads: Vec<_> = self.entity.listed.iter().map(|column| head(self.entity, column)).collect();
        heads.extend((self.entity.kind == Kind::Setting).then(|| "Meaning".to_owned()));
        heads.extend((self.can_edit || self.links).then(|| "Edit".to_owned()));
        let heads: Vec<_> = heads.iter().map(String::as_str).collect();
        let rows: Vec<_> = found.iter().map(|row| self.row(row)).collect();
        let to = |page: u64| {
            let more = [("search", self.of.search.as_str()), ("page", &page.to_string())];
            self.visit.desk.path(&self.of.path(self.pages, "", &more))
        };
        html! {
            @if !rows.is_empty() { (table(self.pages.place.title, &heads, &rows, None)) }
            (pager("Pages of rows", u64::from(page), pages, to))
        }
    }

    fn row(&self, row: &Record) -> Vec<Markup> {
        let mut cells: Vec<_> = self.entity.listed.iter().map(|column| cell(text_of(row, column))).collect();
        if self.entity.kind == Kind::Setting {
            cells.push(cell(self.meaning(row).unwrap_or("")));
        }
        let uuid = text_of(row, self.entity.uuid);
        if self.links {
            let of = |column| text_of(row, column);
            let (domain, device) = (of("domain_uuid"), of("device_uuid"));
            let page = match self.entity.uuid {
                "domain_uuid" => Some(OwnPage::Domain(&uuid)),
                "extension_uuid" => Some(OwnPage::Extension(&uuid)),
                "default_setting_uuid" => Some(OwnPage::DefaultSetting(&uuid)),
                "domain_setting_uuid" => Some(OwnPage::DomainSetting { domain: &domain, setting: &uuid }),
                // FusionPBX's page of a device has its settings.
                "device_setting_uuid" => Some(OwnPage::Device(&device)),
                _ => None,
            };
            cells.push(page.map_or_else(|| html! {}, |page| layout::in_fusionpbx(self.visit, page)));
        }
        if self.can_edit {
            let to = |page| self.visit.desk.path(&self.of.path(self.pages, page, &[("uuid", &uuid)]));
            let name = self.entity.names.last().map(|field| text_of(row, field.column)).unwrap_or_default();
            cells.push(html! {
                a href=(to("/edit")) aria-label={ "Edit " (name) } { "Edit" } " "
                a href=(to("/delete")) aria-label={ "Delete " (name) } { "Delete" }
            });
        }
        cells
    }

    /// FusionPBX's own list of these rows.
    fn own_list(&self) -> Option<OwnPage<'static>> {
        match self.entity.kind {
            Kind::Domain => Some(OwnPage::Domains),
            Kind::Extension => Some(OwnPage::Extensions),
            Kind::Setting => Some(OwnPage::Settings),
            _ => None,
        }
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
