//! The list of devices: searched, filtered, sorted and paged.

use super::answer::Page;
use super::asked::Asked;
use super::layout::{self, DEVICES};
use super::parts::{cell, choice, field, link, pager, stacked};
use super::problem;
use super::query::{chosen, given, page_number, query};
use super::visit::Visit;
use crate::operator::{DevicePage, DeviceSearch, DeviceSummary, OwnPage, Problem};
use maud::{Markup, html};
use serde::Deserialize;

/// The path of the form for a new device, below that of devices.
pub const NEW: &str = "/new";

/// The path of the form that imports devices, below that of devices.
pub const IMPORT: &str = "/import";

/// Devices of one page.
const DEVICES_OF_PAGE: u32 = 50;

const STATES: [(&str, &str); 7] = [
    ("", "any"),
    ("enabled", "enabled"),
    ("disabled", "disabled"),
    ("fetched", "has fetched"),
    ("never_fetched", "never fetched"),
    ("in_date", "in date"),
    ("outdated", "changed since its fetch"),
];

const SORTS: [(&str, &str); 6] = [
    ("", "address"),
    ("label", "label"),
    ("domain", "domain"),
    ("vendor", "vendor"),
    ("template", "template"),
    ("fetched", "last fetch"),
];

const ORDERS: [(&str, &str); 2] = [("", "ascending"), ("descending", "descending")];

/// The conditions as a form sends them. An empty one is none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Conditions {
    search: String,
    domain: String,
    vendor: String,
    template: String,
    state: String,
    sort: String,
    order: String,
    /// Counted from 1.
    page: String,
}

pub async fn get(visit: Visit, Asked(conditions): Asked<Conditions>) -> Page {
    let search = conditions.search().map_err(problem::refuse(&visit))?;
    let found = visit.desk.operations.devices(&visit.principal, &search).await.map_err(problem::refuse(&visit))?;
    let may_edit = visit.desk.operations.may_edit_rows(&visit.principal).await;
    let can_edit = may_edit.is_ok();
    let shown = list(&visit, &found);
    Ok(layout::page(
        &visit,
        DEVICES,
        &html! {
            (form(&visit, &conditions))
            @if let Err(problem @ Problem::EditsOff) = &may_edit {
                p .quiet { (problem) (layout::in_fusionpbx(&visit, OwnPage::Devices)) }
            }
            @if can_edit { p { a .button href=(visit.desk.path(&format!("{}{NEW}", DEVICES.path))) { "New device" } " " a .button href=(visit.desk.path(&format!("{}{IMPORT}", DEVICES.path))) { "Import" } } }
            p role="status" { (found.total) @if found.total == 1 { " device" } @else { " devices" } }
            @if !found.devices.is_empty() { (shown) }
            (pages(&visit, &conditions, &found))
        },
    ))
}

impl Conditions {
    /// # Errors
    /// One of them has a value that the form does not offer.
    fn search(&self) -> Result<DeviceSearch, Problem> {
        let page = page_number(&self.page, u32::MAX / DEVICES_OF_PAGE)?;
        Ok(DeviceSearch {
            text: given(&self.search),
            domain: given(&self.domain),
            vendor: given(&self.vendor),
            template: given(&self.template),
            state: chosen("state", &self.state)?,
            sort: chosen("sort", &self.sort)?.unwrap_or_default(),
            descending: match self.order.as_str() {
                "" | "ascending" => false,
                "descending" => true,
                _ => return Err(Problem::invalid("order", "write ascending or descending")),
            },
            offset: (page - 1) * DEVICES_OF_PAGE,
            limit: Some(DEVICES_OF_PAGE),
            ..DeviceSearch::default()
        })
    }

    /// The link to another page of the same search.
    fn link(&self, visit: &Visit, page: u64) -> String {
        let page = page.to_string();
        let query = query(&[
            ("search", &self.search),
            ("domain", &self.domain),
            ("vendor", &self.vendor),
            ("template", &self.template),
            ("state", &self.state),
            ("sort", &self.sort),
            ("order", &self.order),
            ("page", &page),
        ]);
        format!("{}?{query}", visit.desk.path(DEVICES.path))
    }
}

fn form(visit: &Visit, given: &Conditions) -> Markup {
    html! {
        form .filter method="get" action=(visit.desk.path(DEVICES.path)) role="search" {
            (field("search", "Search", &given.search, "address, label, …"))
            @if visit.sees_server() { (field("domain", "Domain", &given.domain, "pbx.example.net")) }
            (field("vendor", "Vendor", &given.vendor, "yealink"))
            (field("template", "Template", &given.template, "yealink/t46u"))
            (choice("state", "State", &given.state, &STATES))
            (choice("sort", "Sorted by", &given.sort, &SORTS))
            (choice("order", "Order", &given.order, &ORDERS))
            button type="submit" { "Show" }
        }
    }
}

fn list(visit: &Visit, found: &DevicePage) -> Markup {
    let heads = [
        "Address",
        "Label",
        "Domain",
        "Vendor",
        "Template",
        "Last fetch (UTC)",
        "In date",
        "From",
        "Firmware",
        "State",
    ];
    let rows: Vec<_> = found.devices.iter().map(|device| row(visit, device)).collect();
    stacked("Devices", &heads, &rows)
}

fn row(visit: &Visit, device: &DeviceSummary) -> Vec<Markup> {
    let fetch = device.last_fetch.as_ref();
    let text = |text: Option<&str>| cell(text.unwrap_or_default());
    let name = if device.address.is_empty() { "no address" } else { &device.address };
    vec![
        link(&path(visit, &device.uuid), name),
        cell(&device.label),
        cell(&device.domain),
        cell(&device.vendor),
        cell(&device.template),
        text(Some(fetch.map_or("never", |fetch| &fetch.time))),
        match device.is_in_date {
            Some(true) => cell("yes"),
            Some(false) => html! { span .warn { "changed since" } },
            None => cell(""),
        },
        text(fetch.map(|fetch| fetch.client.as_str())),
        text(fetch.and_then(|fetch| fetch.firmware.as_deref())),
        text(Some(if device.is_enabled { "enabled" } else { "disabled" })),
    ]
}

/// The page of a device.
pub fn path(visit: &Visit, uuid: &str) -> String {
    format!("{}/{uuid}", visit.desk.path(DEVICES.path))
}

fn pages(visit: &Visit, conditions: &Conditions, found: &DevicePage) -> Markup {
    let last = found.total.div_ceil(u64::from(DEVICES_OF_PAGE)).max(1);
    pager("Pages of devices", u64::from(found.offset / DEVICES_OF_PAGE) + 1, last, |page| conditions.link(visit, page))
}
