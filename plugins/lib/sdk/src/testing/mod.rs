//! Tests for plugins: renders a job natively, without a server and without WebAssembly. With the feature `cases`, the
//! module `cases` reads tests from files.
//!
//! ```
//! use dialplate_sdk::testing::{FakeHost, Files, job, table};
//! use dialplate_sdk::{Vendor, types::Description, vendor};
//!
//! struct Acme;
//!
//! impl Vendor for Acme {
//!     fn describe(&self) -> Description {
//!         let vendors = vec![vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
//!         Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
//!     }
//! }
//!
//! let files = Files::parse("acme/a1", &[("{$mac}.cfg", b"name = {$label}\n")]);
//! let mut job = job("acme/a1", "acme", "0015652a3b4c");
//! job.tables.push(table("device", &[&[("device_vendor", "acme"), ("device_label", "Front\ndesk")]]));
//! let document = files.render(&Acme, &job, &FakeHost::default()).expect("the template is fine");
//! assert_eq!(document.body, b"name = Front desk\n");
//! ```

use crate::component;
use crate::library::Folder;
use crate::types::{Document, Failure, Instant, Job, Table, Template, Value};
use crate::vendor::Vendor;

#[cfg(feature = "cases")]
pub mod cases;

pub use crate::host::Host;

/// A host with fixed answers. By default they are empty, and it is 2026-07-01 12:00:00 UTC.
pub struct FakeHost {
    /// The time and the zone.
    pub time: Instant,
    /// The tables `groups`, `users` and `extensions` of the phone book.
    pub contacts: Vec<Table>,
    /// Every extension of the domain, with its number in the column `extension`; `None` for a domain without any.
    pub extensions: Option<Table>,
    /// The request as entries of PHP's `$_SERVER`.
    pub server_variables: Vec<(String, String)>,
}

impl Default for FakeHost {
    fn default() -> Self {
        Self {
            time: Instant { seconds: 1_782_907_200, nanoseconds: 0, zone: "UTC".into(), tzif: vec![] },
            contacts: vec![],
            extensions: None,
            server_variables: vec![],
        }
    }
}

impl Host for FakeHost {
    fn now(&self) -> Instant {
        self.time.clone()
    }

    fn contacts(&self) -> Vec<Table> {
        self.contacts.clone()
    }

    fn extension(&self, number: &str) -> Table {
        let Some(known) = &self.extensions else { return table("extension", &[]) };
        let at = known.columns.iter().position(|column| column == "extension");
        let is_meant =
            |row: &&Vec<Value>| matches!(at.and_then(|at| row.get(at)), Some(Value::Text(text)) if text == number);
        let rows = known.rows.iter().filter(is_meant).take(1).cloned().collect();
        Table { name: "extension".into(), columns: known.columns.clone(), rows }
    }

    fn server_variables(&self) -> Vec<(String, String)> {
        self.server_variables.clone()
    }
}

/// The parsed templates of one folder.
pub struct Files(Folder);

impl Files {
    /// Parses the files of a folder, given as names and sources. A syntax error is reported when the file is rendered.
    pub fn parse(folder: &str, files: &[(&str, &[u8])]) -> Self {
        let template = |(file, source): &(&str, &[u8])| Template {
            folder: folder.to_owned(),
            file: (*file).to_owned(),
            source: source.to_vec(),
        };
        Self(Folder::of(&files.iter().map(template).collect::<Vec<_>>()))
    }

    /// Renders one job as the component of `vendor` would.
    ///
    /// # Errors
    /// The folder has no such file, the template is faulty, or a limit is reached.
    pub fn render(&self, vendor: &dyn Vendor, job: &Job, host: &dyn Host) -> Result<Document, Failure> {
        component::render_from(&self.0, vendor, &vendor.describe().vendors, job, host, None)
    }
}

/// A job without tables, settings and parameters, for the file that the plugin chooses.
/// `address` is twelve hexadecimal digits in lower case.
pub fn job(folder: &str, vendor: &str, address: &str) -> Job {
    Job {
        folder: folder.to_owned(),
        file: None,
        vendor: vendor.to_owned(),
        address: address.to_owned(),
        templates: vec![],
        parameters: vec![],
        settings: vec![],
        tables: vec![],
    }
}

/// A table of texts. The first row's columns are the table's; a column that a later row lacks is NULL in it.
pub fn table(name: &str, rows: &[&[(&str, &str)]]) -> Table {
    let columns: Vec<String> =
        rows.first().map_or(vec![], |row| row.iter().map(|(column, _)| (*column).to_owned()).collect());
    let cell = |row: &[(&str, &str)], column: &String| {
        let found = row.iter().find(|(name, _)| name == column);
        found.map_or(Value::Null, |(_, text)| Value::Text((*text).to_owned()))
    };
    let rows = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    Table { name: name.to_owned(), columns, rows }
}
