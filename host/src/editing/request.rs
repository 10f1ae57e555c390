//! What a command asks for.

use super::error::Error;
use super::field::Field;
use super::password::Password;
use super::template::Templates;
use crate::directory::{NewRow, Window};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Add,
    List,
    Show,
    Set,
    Remove,
}

/// One command. It may hold passwords, so there is no `Debug`.
#[derive(Default, Clone)]
pub struct Request {
    /// The names in front of the flags: the row's own, behind the device's.
    pub names: Vec<String>,
    /// The row by its key in place of its names: of rows with the same names, such as the values of a list, it means one.
    pub uuid: Option<String>,
    pub domain: Option<String>,
    pub device: Option<String>,
    pub profile: Option<String>,
    /// The given flags and their values; `None` is NULL. A flag may be repeated.
    pub values: Vec<(&'static Field, Option<String>)>,
    /// A password from standard input.
    pub password: Option<Password>,
    /// The version of the row on which the edit builds; `None` for whichever there is.
    pub expected: Option<String>,
    /// The page of a list; `None` for all rows.
    pub window: Option<Window>,
    /// Whether what belongs to the row may be removed with it.
    pub all: bool,
}

/// What commands need beside the database.
pub struct Context {
    pub templates: Templates,
}

impl Request {
    /// Adds a flag.
    ///
    /// # Errors
    /// The flag does not take this value.
    pub fn give(&mut self, field: &'static Field, text: &str) -> Result<(), Error> {
        self.values.push((field, field.parse(text)?));
        Ok(())
    }

    /// The value of a flag; `None` if it was not given, or is empty.
    pub fn value(&self, flag: &str) -> Option<&str> {
        self.values.iter().find(|(field, _)| field.flag == flag).and_then(|(_, value)| value.as_deref())
    }

    /// The values of a flag that may be repeated.
    pub fn all_of(&self, flag: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(field, _)| field.flag == flag).filter_map(|(_, value)| value.as_deref())
    }

    /// The columns of the given flags.
    pub fn columns(&self) -> NewRow {
        let columns = self.values.iter().filter(|(field, _)| !field.column.is_empty());
        columns.map(|(field, value)| (field.column, value.clone())).collect()
    }

    /// The last name.
    pub fn name(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }
}
