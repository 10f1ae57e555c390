//! Makes a list of requests from the database: each enabled device asks for its own file, as its maker's phones do.

use super::error::Error;
use super::list::Request;
use super::phones::{Model, of_vendor};
use crate::directory::{Access, Directory};
use crate::facts::{MacAddress, Row, Table, Value};
use std::collections::HashMap;

/// Which devices ask.
#[derive(Clone, Default)]
pub struct Choice {
    /// A name; `None` for all domains.
    pub domain: Option<String>,
    /// So many of each template; `None` for all.
    pub per_template: Option<usize>,
}

/// The requests of the devices, in the order of the templates.
///
/// # Errors
/// The database cannot be read, or has no such device.
pub async fn requests(directory: &Directory, choice: &Choice) -> Result<Vec<Request>, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    let domains = edits.select_only("v_domains", &["domain_uuid", "domain_name"], &[]).await?;
    let columns = ["device_address", "domain_uuid", "device_vendor", "device_template", "device_enabled"];
    let devices = edits.select_only("v_devices", &columns, &[]).await?;
    let mut requests = of_devices(&devices, &names(&domains), choice);
    if requests.is_empty() {
        let place = choice.domain.as_ref().map(|name| format!(" in the domain {name:?}"));
        return Err(Error::NoDevice(place.unwrap_or_default()));
    }
    requests.sort_by_key(|(template, _)| *template);
    Ok(requests.into_iter().map(|(_, request)| request).collect())
}

fn names(domains: &Table) -> HashMap<&str, &str> {
    domains.rows().map(|row| (row.text("domain_uuid"), row.text("domain_name"))).collect()
}

/// The template and the request of each device.
fn of_devices<'a>(devices: &'a Table, names: &HashMap<&str, &str>, choice: &Choice) -> Vec<(&'a str, Request)> {
    let mut taken: HashMap<&str, usize> = HashMap::new();
    let request = |row: Row<'a>| {
        let host = *names.get(row.text("domain_uuid"))?;
        if choice.domain.as_deref().is_some_and(|domain| !domain.eq_ignore_ascii_case(host)) || !is_enabled(row) {
            return None;
        }
        let address = MacAddress::parse(row.text("device_address")).ok().filter(MacAddress::is_unicast)?;
        let template = row.text("device_template");
        let count = taken.entry(template).or_default();
        *count += 1;
        if template.is_empty() || choice.per_template.is_some_and(|most| *count > most) {
            return None;
        }
        // A template in a domain's own folder has further parts in front.
        let vendor = template.rsplit('/').nth(1).unwrap_or(row.text("device_vendor"));
        let (phone, model) = (of_vendor(vendor), Model { address: address.as_str(), template });
        Some((template, Request::new(host, &phone.own(model), &phone.agent(model))))
    };
    devices.rows().filter_map(request).collect()
}

/// Some releases store flags as texts.
fn is_enabled(row: Row<'_>) -> bool {
    match row.get("device_enabled") {
        Some(Value::Flag(flag)) => *flag,
        Some(value) => value.as_str() == Some("true"),
        None => false,
    }
}
