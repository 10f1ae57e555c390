//! The data of a made-up device, as a render asks for them.

use crate::facts::{Table, Value, Versioned};
use crate::plugin::{BoxFuture, DeviceScope, ScopeError};
use std::sync::{Arc, Mutex, PoisonError};

/// Fixed answers, and the lines that the render logged.
pub struct FixedScope {
    pub contacts: Arc<Vec<Table>>,
    /// Every extension of the domain, with its number in the column `extension`.
    pub extensions: Table,
    /// The request as entries of PHP's `$_SERVER`.
    pub server: Vec<(String, String)>,
    log: Mutex<Vec<String>>,
}

impl FixedScope {
    pub fn new(contacts: Vec<Table>, extensions: Table, server: Vec<(String, String)>) -> Self {
        Self { contacts: Arc::new(contacts), extensions, server, log: Mutex::default() }
    }

    /// A domain without contacts and extensions.
    pub fn empty() -> Self {
        let contacts = ["groups", "users", "extensions"].map(Table::empty);
        Self::new(contacts.into(), Table::empty("extension"), Vec::new())
    }

    /// The lines that renders have logged.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl DeviceScope for FixedScope {
    fn contacts(&self, _: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>> {
        Box::pin(async { Ok(Versioned::unkept(Arc::clone(&self.contacts))) })
    }

    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>> {
        let Table { columns, rows, .. } = &self.extensions;
        let at = columns.iter().position(|column| column == "extension");
        let is_meant = |row: &&Vec<Value>| at.and_then(|at| row.get(at)?.as_str()) == Some(number);
        let rows = rows.iter().filter(is_meant).take(1).cloned().collect();
        let found = Table { name: "extension", columns: Arc::clone(columns), rows };
        Box::pin(async { Ok(Versioned::unkept(found)) })
    }

    fn server_variables(&self) -> Vec<(String, String)> {
        self.server.clone()
    }

    fn logged(&self, line: &str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }
}
