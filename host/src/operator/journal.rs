//! The journal as an operator sees it. A domain's admin sees the requests for that domain and of its devices, but none of
//! a device of another domain that asked for his.

use super::devices::{PAGE_MAX, page_limit};
use super::operations::Operations;
use super::principal::{Domains, Principal, Scope};
use super::problem::Problem;
use crate::directory::device_uuid;
use crate::explain::{Explanation, Question};
use crate::facts::DeviceAddress;
use crate::http::{self, ExplainContext};
use crate::journal::{ActionEntry, ActionFilter, Entry, Filter, Reader, Reason, StatusFilter, parse_since};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Pages that are read for one that an operator sees, if lines of other domains' devices are left out.
const READ_PAGES_MAX: usize = 20;

/// Which lines an operator wants to see.
#[derive(Clone, Debug, Default)]
pub struct JournalSearch {
    /// A uuid or an address.
    pub device: Option<String>,
    pub domain: Option<String>,
    /// `404` or `4xx`.
    pub status: Option<String>,
    pub reason: Option<String>,
    /// `2h`, a date or a time.
    pub since: Option<String>,
    /// Only lines before this one.
    pub before: Option<i64>,
    /// Only lines after this one, the oldest first.
    pub after: Option<i64>,
    pub limit: Option<u32>,
}

/// Lines of the journal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct JournalPage {
    pub entries: Vec<Entry>,
    /// The value of `before`, or of `after`, for the next page; absent on the last one. A page to follow the journal always
    /// has it.
    pub next: Option<i64>,
}

/// What operators did.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ActionPage {
    pub actions: Vec<ActionEntry>,
    /// The value of `before` for the next page; absent on the last one.
    pub next: Option<i64>,
}

/// The names of the domains of each address.
type Owners = BTreeMap<String, BTreeSet<String>>;

impl Operations {
    /// Lines of the journal.
    ///
    /// # Errors
    /// A filter is wrong, the operator may not look, or the journal cannot be read.
    pub async fn journal(&self, principal: &Principal, search: &JournalSearch) -> Result<JournalPage, Problem> {
        principal.needs(Scope::Read)?;
        let limit = page_limit(search.limit, PAGE_MAX)?;
        let mut filter = self.filter(principal, search).await?;
        let none = JournalPage { entries: Vec::new(), next: search.after };
        if filter.domains.as_ref().is_some_and(Vec::is_empty) {
            return Ok(none);
        }
        let Some(mut reader) = self.reader().await? else { return Ok(none) };
        let page = match search.after {
            Some(after) => self.following(&mut reader, principal, &filter, after, limit).await,
            None => {
                filter.below = search.before;
                self.newest(&mut reader, principal, filter, limit).await
            }
        };
        reader.close().await;
        page
    }

    /// The newest lines, the newest first.
    async fn newest(
        &self,
        reader: &mut Reader,
        principal: &Principal,
        mut filter: Filter,
        limit: u32,
    ) -> Result<JournalPage, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..READ_PAGES_MAX {
            let mut read = reader.newest(&filter, limit).await?;
            read.reverse();
            let is_last = read.len() < limit as usize;
            filter.below = read.last().map(|entry| entry.id);
            entries.extend(self.visible(principal, &filter, read).await?);
            if entries.len() > limit as usize {
                entries.truncate(limit as usize);
                filter.below = entries.last().map(|entry| entry.id);
                break;
            }
            if is_last {
                filter.below = None;
                break;
            }
            if entries.len() == limit as usize {
                break;
            }
        }
        Ok(JournalPage { entries, next: filter.below })
    }

    /// The lines after one, the oldest first.
    async fn following(
        &self,
        reader: &mut Reader,
        principal: &Principal,
        filter: &Filter,
        after: i64,
        limit: u32,
    ) -> Result<JournalPage, Problem> {
        // The newest line is looked up first, so that no later one is passed over.
        let newest = reader.newest_id().await?;
        let mut read = reader.after(filter, after).await?;
        let is_all = read.len() <= limit as usize;
        read.truncate(limit as usize);
        let last = read.last().map_or(after, |entry| entry.id);
        let next = if is_all { newest.max(last) } else { last };
        Ok(JournalPage { entries: self.visible(principal, filter, read).await?, next: Some(next) })
    }

    /// One line.
    ///
    /// # Errors
    /// There is none, or the operator may not see it.
    pub async fn entry(&self, principal: &Principal, id: i64) -> Result<Entry, Problem> {
        principal.needs(Scope::Read)?;
        let missing = || Problem::missing("line of the journal", id.to_string());
        let mut reader = self.reader().await?.ok_or_else(missing)?;
        let entry = reader.entry(id).await?;
        reader.close().await;
        let entry = entry.ok_or_else(missing)?;
        let owners = self.owners(principal, std::slice::from_ref(&entry)).await?;
        if sees(&principal.domains, &entry, &owners) { Ok(entry) } else { Err(missing()) }
    }

    /// The request of a line explained. A domain's admin gets it for devices of his domain alone: how an unknown device is
    /// judged depends on other domains.
    ///
    /// # Errors
    /// There is no such line, the operator may not see it, or it describes no request.
    pub async fn explain_entry(&self, principal: &Principal, id: i64) -> Result<Explanation, Problem> {
        let entry = self.entry(principal, id).await?;
        if principal.domains != Domains::All {
            let owners = self.owners(principal, std::slice::from_ref(&entry)).await?;
            let own = entry.device.as_ref().and_then(|device| owners.get(device));
            if !own.is_some_and(|owners| owners.iter().all(|domain| principal.domains.has(domain))) {
                principal.needs_all_domains()?;
            }
        }
        self.explained(&Question { entry: Some(id), ..Question::default() }).await
    }

    /// What a device's phone would get, explained.
    ///
    /// # Errors
    /// There is no such device, or the operator may not see it.
    pub async fn explain_device(
        &self,
        principal: &Principal,
        word: &str,
        file: Option<String>,
    ) -> Result<Explanation, Problem> {
        principal.needs(Scope::Read)?;
        let found = self.find(principal, word).await?;
        let what = found.usable()?.as_str().to_owned();
        let host = Some(found.summary.domain.clone());
        self.explained(&Question { what, host, file, ..Question::default() }).await
    }

    async fn explained(&self, question: &Question) -> Result<Explanation, Problem> {
        let _turn = self.admin.explaining.acquire().await;
        let app = self.app()?;
        let context = ExplainContext { http: &self.admin.http, journal: &self.admin.journal_config, program: "server" };
        http::explain(&app, context, question).await.map_err(|error| Problem::invalid("question", error.to_string()))
    }

    /// What operators did. A domain's admin sees what concerns that domain.
    ///
    /// # Errors
    /// The operator may not look, or the journal cannot be read.
    pub async fn actions(
        &self,
        principal: &Principal,
        before: Option<i64>,
        limit: Option<u32>,
    ) -> Result<ActionPage, Problem> {
        principal.needs(Scope::Read)?;
        let limit = page_limit(limit, PAGE_MAX)?;
        let domains = principal.domains.list();
        let Some(mut reader) = self.reader().await? else { return Ok(ActionPage { actions: Vec::new(), next: None }) };
        let actions = reader.actions(&ActionFilter { domains, below: before, limit }).await;
        reader.close().await;
        let actions = actions?;
        let next = actions.last().map(|action| action.id).filter(|_| actions.len() == limit as usize);
        Ok(ActionPage { actions, next })
    }

    async fn filter(&self, principal: &Principal, search: &JournalSearch) -> Result<Filter, Problem> {
        let device = match &search.device {
            None => None,
            Some(word) if device_uuid(word).is_some() => Some(self.find(principal, word).await?.usable()?.clone()),
            Some(word) => Some(address(word)?),
        };
        let mut domains = principal.domains.list();
        if let (Some(device), Some(_)) = (&device, &domains) {
            let owners = self.admin.directory.domains_of(&[device.as_str().to_owned()]).await?;
            let owners = owners.get(device.as_str()).cloned().unwrap_or_default();
            // All requests of an own device, whatever host its phone asks for.
            if !owners.is_empty() && owners.iter().all(|domain| principal.domains.has(domain)) {
                domains = None;
            }
        }
        let status = search.status.as_deref().map(StatusFilter::parse).transpose();
        let reason = search.reason.as_deref().map(Reason::parse).transpose();
        let since = search.since.as_deref().map(|text| parse_since(text, Timestamp::now(), &TimeZone::system()));
        Ok(Filter {
            device,
            domain: search.domain.clone(),
            domains,
            status: status.map_err(|error| Problem::invalid("status", error.to_string()))?,
            reason: reason.map_err(|error| Problem::invalid("reason", error.to_string()))?,
            since: since.transpose().map_err(|error| Problem::invalid("since", error.to_string()))?,
            below: None,
        })
    }

    /// The lines that the operator may see of those that the filter let through.
    async fn visible(&self, principal: &Principal, filter: &Filter, read: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
        if principal.domains == Domains::All || filter.domains.is_none() {
            return Ok(read);
        }
        let owners = self.owners(principal, &read).await?;
        Ok(read.into_iter().filter(|entry| sees(&principal.domains, entry, &owners)).collect())
    }

    /// The domains of the devices of these lines, for an operator who may not see all.
    async fn owners(&self, principal: &Principal, entries: &[Entry]) -> Result<Owners, Problem> {
        if principal.domains == Domains::All {
            return Ok(Owners::new());
        }
        let devices: BTreeSet<String> = entries.iter().filter_map(|entry| entry.device.clone()).collect();
        let devices: Vec<_> = devices.into_iter().collect();
        Ok(self.admin.directory.domains_of(&devices).await?)
    }
}

/// Whether a line is of one of these domains: its device is one of theirs, or of no domain and asked for one of them.
fn sees(domains: &Domains, entry: &Entry, owners: &Owners) -> bool {
    match entry.device.as_ref().and_then(|device| owners.get(device)) {
        Some(owners) if owners.iter().all(|domain| domains.has(domain)) => true,
        Some(owners) => owners.iter().any(|domain| domains.has(domain)) && domains.has(&entry.domain),
        None => domains.has(&entry.domain),
    }
}

fn address(word: &str) -> Result<DeviceAddress, Problem> {
    let is_part = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, ':' | '-' | '.' | ' ');
    let kept: String = word.chars().filter(|letter| !matches!(letter, '.' | ' ')).collect();
    let wrong =
        || Problem::invalid("device", format!("{word:?} is no address or uuid; write for instance 001565aabbcc"));
    if !word.chars().all(is_part) {
        return Err(wrong());
    }
    DeviceAddress::parse(&kept).map_err(|_| wrong())
}
