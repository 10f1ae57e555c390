//! The devices that an operator sees: searched, filtered, sorted and paged.

use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::directory::{DeviceQuery, DeviceRow, DeviceSort, DeviceState};
use crate::facts::{DeviceAddress, timestamp};
use crate::resync_watch::Comparison;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Devices of one page.
pub const PAGE_MAX: u32 = 200;

/// Devices of a page if the request names no number.
pub const PAGE_DEFAULT: u32 = 50;

/// Devices of a page whose files are compared: each may be rendered.
pub const COMPARED_MAX: u32 = 50;

/// The longest text to search for: more than the longest label.
pub const SEARCH_CHARS_MAX: usize = 200;

/// Which devices an operator wants to see.
#[derive(Clone, Debug, Default)]
pub struct DeviceSearch {
    /// A part of an address, label, domain, vendor, template or description.
    pub text: Option<String>,
    pub domain: Option<String>,
    pub vendor: Option<String>,
    pub template: Option<String>,
    pub state: Option<DeviceState>,
    pub sort: DeviceSort,
    pub descending: bool,
    pub offset: u32,
    pub limit: Option<u32>,
    /// Whether each phone's files are compared with what it would get now, which renders them.
    pub compares: bool,
}

/// A page of devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DevicePage {
    /// How many devices the search has found, on all pages.
    pub total: u64,
    pub offset: u32,
    pub devices: Vec<DeviceSummary>,
}

/// A device in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DeviceSummary {
    pub uuid: String,
    pub address: String,
    pub label: String,
    /// Empty for a device without a domain.
    pub domain: String,
    pub vendor: String,
    pub template: String,
    pub description: String,
    pub is_enabled: bool,
    /// What the database has of the last fetch; absent if there was none.
    pub last_fetch: Option<FetchSummary>,
    /// Whether the phone has what it would get now; absent if it never fetched. Of a list without `compare` this is by the
    /// dates of rows: false if the device, its lines, keys, settings or profile, or a setting of its domain or of all domains
    /// was written after the last fetch. With `compare` and of one device it is by the journal, and absent without a line.
    pub is_in_date: Option<bool>,
}

/// The last fetch of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FetchSummary {
    /// RFC 3339, or as the database has it.
    pub time: String,
    /// Empty if it is not known.
    pub client: String,
    pub user_agent: String,
    /// The version in the User-Agent; absent if it names none.
    pub firmware: Option<String>,
}

impl Operations {
    /// A page of the devices that the operator may see.
    ///
    /// # Errors
    /// The operator may not look, the page is too large, or the database does not answer.
    pub async fn devices(&self, principal: &Principal, search: &DeviceSearch) -> Result<DevicePage, Problem> {
        principal.needs(Scope::Read)?;
        let limit = page_limit(search.limit, if search.compares { COMPARED_MAX } else { PAGE_MAX })?;
        let text = search.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX) {
            return Err(Problem::invalid("search", format!("it is longer than {SEARCH_CHARS_MAX} characters")));
        }
        let query = DeviceQuery {
            text: text.map(str::to_owned),
            device: None,
            domains: principal.domains.list(),
            domain: search.domain.clone(),
            vendor: search.vendor.clone(),
            template: search.template.clone(),
            state: search.state,
            sort: search.sort,
            descending: search.descending,
            offset: search.offset,
            limit,
        };
        let found = self.admin.directory.device_rows(&query).await?;
        let mut devices: Vec<_> = found.rows.into_iter().map(DeviceSummary::of).collect();
        if search.compares {
            self.compare(&mut devices).await?;
        }
        Ok(DevicePage { total: found.total, offset: search.offset, devices })
    }
}

impl Operations {
    /// Says of each device whether its phone has what it would get now.
    async fn compare(&self, devices: &mut [DeviceSummary]) -> Result<(), Problem> {
        devices.iter_mut().for_each(|device| device.is_in_date = None);
        let Some(mut reader) = self.reader().await? else { return Ok(()) };
        let app = self.app()?;
        for device in devices {
            let Some(address) = DeviceAddress::parse(&device.address).ok().filter(|it| !it.is_placeholder()) else {
                continue;
            };
            let fetches = reader.last_fetches(&address).await?;
            if fetches.is_empty() {
                continue;
            }
            let _turn = self.admin.explaining.acquire().await;
            let comparison = Comparison::of(&app, &fetches, &address, &device.domain).await;
            device.is_in_date = Some(!comparison.is_outdated());
        }
        reader.close().await;
        Ok(())
    }
}

/// The number of rows of a page.
///
/// # Errors
/// It is 0, or more than `max`.
pub(super) fn page_limit(limit: Option<u32>, max: u32) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    match (1..=max).contains(&limit) {
        true => Ok(limit),
        false => Err(Problem::invalid("limit", format!("{limit} is not between 1 and {max}"))),
    }
}

impl DeviceSummary {
    pub(super) fn of(row: DeviceRow) -> Self {
        let fetch = row.fetched;
        let last_fetch = (!fetch.at.is_empty()).then(|| FetchSummary {
            time: timestamp(&fetch.at, &TimeZone::UTC).map_or(fetch.at, |at| at.to_string()),
            client: fetch.ip,
            firmware: firmware(&fetch.agent),
            user_agent: fetch.agent,
        });
        let is_in_date = last_fetch.is_some().then_some(!row.has_changed);
        Self {
            uuid: row.uuid,
            address: row.address,
            label: row.label,
            domain: row.domain,
            vendor: row.vendor,
            template: row.template,
            description: row.description,
            is_enabled: row.is_enabled,
            last_fetch,
            is_in_date,
        }
    }
}

/// The firmware's version in a User-Agent: its first number of at least three parts, such as `108.86.0.90`. Makers put it
/// behind the model, and the only other such numbers are a client's address and that of a library, which follow.
pub fn firmware(agent: &str) -> Option<String> {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let versions = agent.split(is_end).map(|word| word.trim_matches(['.', '-'])).filter(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() >= 3 && parts.iter().all(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    });
    versions.map(str::to_owned).next()
}

#[cfg(test)]
mod tests {
    use super::firmware;

    #[test]
    fn firmware_is_the_version_in_the_user_agent() {
        for (agent, version) in [
            ("Yealink SIP-T46U 108.86.0.90 00:15:65:00:00:46", Some("108.86.0.90")),
            ("FileTransport PolycomVVX-VVX_410-UA/5.9.5.0614 (SN:0004f2000000) Type/Application", Some("5.9.5.0614")),
            ("Grandstream Model HW GXP2135 SW 1.0.11.35 DevId 000b82000000", Some("1.0.11.35")),
            ("Cisco/SPA504G-7.6.2f (000000)(FCH)", None),
            ("snom-D785-SIP/10.1.148.1", Some("10.1.148.1")),
            ("curl/7.88.1", Some("7.88.1")),
            ("Mozilla/4.0", None),
            ("", None),
        ] {
            assert_eq!(firmware(agent).as_deref(), version, "{agent}");
        }
    }
}
