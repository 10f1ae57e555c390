//! Checks the rows of a file against the database and against each other, and plans what to write.

use super::outcome::{ImportRow, RowOutcome};
use super::sheet::{Fault, SheetRow};
use super::update::{self, LineUpdate, StoredDevices};
use crate::directory::{Edits, NewRow};
use crate::editing::device::Addresses;
use crate::editing::error::{Error, quoted};
use crate::editing::find::{self, Domain};
use crate::editing::record::{Record as Shown, text_of};
use crate::editing::request::Context;
use crate::facts::Record;
use std::collections::{BTreeSet, HashMap};

/// What to write.
#[derive(Default)]
pub struct Plan {
    pub domains: Vec<PlannedDomain>,
    pub devices: Vec<PlannedDevice>,
    pub updates: Vec<PlannedUpdate>,
    /// What becomes of each row.
    pub rows: Vec<ImportRow>,
}

/// A domain that rows name, with the extensions that it has.
pub struct PlannedDomain {
    pub domain: Domain,
    pub known: HashMap<String, Record>,
    /// The new extensions: number, name and password.
    pub new: Vec<NewExtension>,
    at: HashMap<String, usize>,
}

/// An extension that the file makes. It may hold a password, so there is no `Debug`.
pub struct NewExtension {
    pub number: String,
    pub name: Option<String>,
    pub password: Option<String>,
    line: u64,
}

pub struct PlannedDevice {
    /// The row of the file.
    pub row: usize,
    pub address: String,
    pub template: String,
    /// The place in [`Plan::domains`].
    pub domain: usize,
}

/// A device that exists, and what changes.
pub struct PlannedUpdate {
    /// The row of the file.
    pub row: usize,
    pub uuid: String,
    /// The place in [`Plan::domains`].
    pub domain: usize,
    /// The device's own columns.
    pub columns: NewRow,
    pub line: LineUpdate,
}

/// Which rows are accepted.
#[derive(Clone, Copy, Default)]
pub struct Terms<'a> {
    /// The domain of rows that name none.
    pub domain: Option<&'a str>,
    /// Whether devices that exist are changed.
    pub update: bool,
    /// The only domains that rows may name, in lower case; `None` for all.
    pub only: Option<&'a BTreeSet<String>>,
}

/// Checks rows one after the other.
pub struct Planner<'a> {
    context: &'a Context,
    terms: Terms<'a>,
    taken: Addresses,
    stored: StoredDevices,
    /// The lines in which the addresses of the file stand.
    seen: HashMap<String, u64>,
    of_name: HashMap<String, usize>,
    pub plan: Plan,
}

impl<'a> Planner<'a> {
    pub async fn new(edits: &mut Edits, context: &'a Context, terms: Terms<'a>) -> Result<Self, Error> {
        let taken = Addresses::read(edits).await?;
        let stored = if terms.update { StoredDevices::read(edits).await? } else { StoredDevices::default() };
        let (seen, of_name, plan) = (HashMap::new(), HashMap::new(), Plan::default());
        Ok(Self { context, terms, taken, stored, seen, of_name, plan })
    }

    /// Plans a row, or adds what is wrong with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add(
        &mut self,
        edits: &mut Edits,
        at: usize,
        row: &SheetRow,
        faults: &mut Vec<Fault>,
    ) -> Result<(), Error> {
        let before = faults.len();
        let address_text = row.text("address").unwrap_or_default().to_owned();
        self.plan.rows.push(ImportRow { line: row.line, address: address_text, outcome: RowOutcome::Added });
        let address = self.address(row).map_err(|fault| faults.push(fault)).ok();
        let domain = match self.domain(edits, row).await? {
            Ok(domain) => Some(domain),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let name = domain.map(|at| self.plan.domains[at].domain.name.clone()).unwrap_or_default();
        let known = self.known(address.as_deref(), domain);
        let template = match &known {
            Some(known) if !update::names_template(row, known) => Ok(String::new()),
            _ => self.template(row, &name),
        };
        let template = template.map_err(|fault| faults.push(fault)).ok();
        if let Some(domain) = domain {
            faults.extend(self.plan.domains[domain].extension(row).err());
        }
        if let (Some(address), Some(domain), Some(template)) = (address, domain, template)
            && faults.len() == before
        {
            match known {
                None => self.plan.devices.push(PlannedDevice { row: at, address, template, domain }),
                Some(known) => self.update(at, row, domain, &template, &known),
            }
        }
        Ok(())
    }

    /// The device of this address, if devices that exist are changed.
    fn known(&self, address: Option<&str>, domain: Option<usize>) -> Option<Shown> {
        let domain = &self.plan.domains[domain?].domain;
        self.stored.find(address?, &domain.uuid).cloned()
    }

    /// Plans the change of a device that exists.
    fn update(&mut self, at: usize, row: &SheetRow, domain: usize, template: &str, known: &Shown) {
        let (columns, mut names) = update::columns(row, template, known);
        let uuid = text_of(known, "device_uuid");
        let line = self.stored.line(row, &uuid);
        match &line {
            LineUpdate::Same => {}
            LineUpdate::Add => names.push(format!("line {}", row.text("line").unwrap_or("1"))),
            LineUpdate::Extension(_) => names.push("extension".to_owned()),
            LineUpdate::Transport(_) => names.push("transport".to_owned()),
        }
        let outcome = if names.is_empty() { RowOutcome::Unchanged } else { RowOutcome::Changed(names) };
        if let Some(planned) = self.plan.rows.last_mut() {
            planned.outcome = outcome;
        }
        if !columns.is_empty() || line != LineUpdate::Same {
            self.plan.updates.push(PlannedUpdate { row: at, uuid, domain, columns, line });
        }
    }

    fn address(&mut self, row: &SheetRow) -> Result<String, Fault> {
        let fault = |error: Error| row.fault("address", error.to_string());
        let address = find::address("address", row.text("address").unwrap_or_default()).map_err(fault)?;
        if let Some(taken) = self.taken.taken(address).filter(|_| !self.may_update(address.as_str(), row)) {
            return Err(fault(taken));
        }
        match self.seen.insert(address.to_string(), row.line) {
            None => Ok(address.to_string()),
            Some(line) => {
                Err(row.fault("address", format!("address {address} stands in line {line}, too; leave one out")))
            }
        }
    }

    /// Whether the device of this address is in the row's domain, and may be changed.
    fn may_update(&self, address: &str, row: &SheetRow) -> bool {
        self.terms.update && self.stored.is_in(address, row.text("domain").or(self.terms.domain))
    }

    /// The place of the row's domain in the plan.
    async fn domain(&mut self, edits: &mut Edits, row: &SheetRow) -> Result<Result<usize, Fault>, Error> {
        let name = row.text("domain").or(self.terms.domain);
        if let Some(at) = self.of_name.get(name.unwrap_or_default()) {
            return Ok(Ok(*at));
        }
        let domain = match find::domain(edits, name).await {
            Ok(domain) => domain,
            Err(Error::Directory(error)) => return Err(error.into()),
            Err(error) => return Ok(Err(row.fault("domain", error.to_string()))),
        };
        if self.terms.only.is_some_and(|only| !only.contains(&domain.name.to_lowercase())) {
            let message = format!("there is no domain {}", quoted(name.unwrap_or(&domain.name)));
            return Ok(Err(row.fault("domain", message)));
        }
        let extensions = edits.select("v_extensions", &[("domain_uuid", Some(&domain.uuid))]).await?;
        let number = |record: Record| (record.row().text("extension").to_owned(), record);
        let known = extensions.into_records().map(number).collect();
        let same = self.plan.domains.iter().position(|other| other.domain.uuid == domain.uuid);
        let at = same.unwrap_or_else(|| {
            self.plan.domains.push(PlannedDomain { domain, known, new: Vec::new(), at: HashMap::new() });
            self.plan.domains.len() - 1
        });
        self.of_name.insert(name.unwrap_or_default().to_owned(), at);
        Ok(Ok(at))
    }

    fn template(&self, row: &SheetRow, domain: &str) -> Result<String, Fault> {
        let templates = &self.context.templates;
        match (row.text("template"), row.text("model")) {
            (Some(name), _) => templates.named(name, domain).map_err(|error| row.fault("template", error.to_string())),
            (None, Some(model)) => {
                let found = templates.of_model(model, row.text("vendor"), domain);
                found.map_err(|error| row.fault("model", error.to_string()))
            }
            (None, None) => {
                Err(row.fault("template", "the row names neither a template nor a model; write one of them"))
            }
        }
    }
}

impl PlannedDomain {
    /// Takes note of the row's extension, which exists or is made.
    fn extension(&mut self, row: &SheetRow) -> Result<(), Fault> {
        let (name, password) = (row.text("name"), row.text("password"));
        let Some(number) = row.text("extension") else {
            let given = [("name", name), ("password", password)].into_iter().find(|(_, cell)| cell.is_some());
            return given.map_or(Ok(()), |(column, _)| {
                Err(row.fault(column, format!("the row has a {column} and no extension; write the extension")))
            });
        };
        let (known_name, known_password, place) = match (self.known.get(number), self.at.get(number)) {
            (Some(known), _) => {
                (Some(known.row().text("effective_caller_id_name")), None, "in the database".to_owned())
            }
            (None, Some(at)) => {
                let new = &self.new[*at];
                (new.name.as_deref(), new.password.as_deref(), format!("in line {}", new.line))
            }
            (None, None) => {
                let text = |cell: Option<&str>| cell.map(str::to_owned);
                self.at.insert(number.to_owned(), self.new.len());
                let new = NewExtension {
                    number: number.to_owned(),
                    name: text(name),
                    password: text(password),
                    line: row.line,
                };
                self.new.push(new);
                return Ok(());
            }
        };
        for (column, cell, known) in [("name", name, known_name), ("password", password, known_password)] {
            if cell.is_some() && cell != known {
                return Err(row.fault(
                    column,
                    format!("extension {} exists {place} with another {column}; leave the cell empty", quoted(number)),
                ));
            }
        }
        Ok(())
    }
}
