//! Checks the rows of a file against the database and against each other, and plans what to write.

use super::sheet::{Fault, SheetRow};
use crate::directory::Edits;
use crate::editing::device::Addresses;
use crate::editing::error::{Error, quoted};
use crate::editing::find::{self, Domain};
use crate::editing::request::Context;
use crate::facts::Record;
use std::collections::HashMap;

/// What to write.
#[derive(Default)]
pub struct Plan {
    pub domains: Vec<PlannedDomain>,
    pub devices: Vec<PlannedDevice>,
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

/// Checks rows one after the other.
pub struct Planner<'a> {
    context: &'a Context,
    given: Option<&'a str>,
    taken: Addresses,
    /// The lines in which the addresses of the file stand.
    seen: HashMap<String, u64>,
    of_name: HashMap<String, usize>,
    pub plan: Plan,
}

impl<'a> Planner<'a> {
    pub async fn new(edits: &mut Edits, context: &'a Context, domain: Option<&'a str>) -> Result<Self, Error> {
        let taken = Addresses::read(edits).await?;
        Ok(Self { context, given: domain, taken, seen: HashMap::new(), of_name: HashMap::new(), plan: Plan::default() })
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
        let address = self.address(row).map_err(|fault| faults.push(fault)).ok();
        let domain = match self.domain(edits, row).await? {
            Ok(domain) => Some(domain),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let name = domain.map(|at| self.plan.domains[at].domain.name.clone()).unwrap_or_default();
        let template = self.template(row, &name).map_err(|fault| faults.push(fault)).ok();
        if let Some(domain) = domain {
            faults.extend(self.plan.domains[domain].extension(row).err());
        }
        if let (Some(address), Some(domain), Some(template)) = (address, domain, template)
            && faults.len() == before
        {
            self.plan.devices.push(PlannedDevice { row: at, address, template, domain });
        }
        Ok(())
    }

    fn address(&mut self, row: &SheetRow) -> Result<String, Fault> {
        let fault = |error: Error| row.fault("address", error.to_string());
        let address = find::address("address", row.text("address").unwrap_or_default()).map_err(fault)?;
        if let Some(taken) = self.taken.taken(address) {
            return Err(fault(taken));
        }
        match self.seen.insert(address.to_string(), row.line) {
            None => Ok(address.to_string()),
            Some(line) => {
                Err(row.fault("address", format!("address {address} stands in line {line}, too; leave one out")))
            }
        }
    }

    /// The place of the row's domain in the plan.
    async fn domain(&mut self, edits: &mut Edits, row: &SheetRow) -> Result<Result<usize, Fault>, Error> {
        let name = row.text("domain").or(self.given);
        if let Some(at) = self.of_name.get(name.unwrap_or_default()) {
            return Ok(Ok(*at));
        }
        let domain = match find::domain(edits, name).await {
            Ok(domain) => domain,
            Err(Error::Directory(error)) => return Err(error.into()),
            Err(error) => return Ok(Err(row.fault("domain", error.to_string()))),
        };
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
