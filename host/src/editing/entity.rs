//! What commands edit: for each kind of row its table, its names and its flags. One description serves the command line,
//! its help, the columns that are written, and the output.

use super::field::Field;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Domain,
    Device,
    Line,
    Key,
    Profile,
    ProfileKey,
    Setting,
    Extension,
    Contact,
    User,
}

/// To what a row belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Within {
    Nothing,
    Domain,
    /// The device's address is the first name of the command.
    Device,
    /// The profile's name is the first name of the command.
    Profile,
    /// A layer of settings.
    Layer,
}

/// A kind of row.
pub struct Entity {
    pub kind: Kind,
    /// The command.
    pub name: &'static str,
    pub about: &'static str,
    pub table: &'static str,
    /// The table's key.
    pub uuid: &'static str,
    pub within: Within,
    /// The arguments that name a row within that to which it belongs.
    pub names: &'static [Field],
    /// The flags of `add` and `set`.
    pub fields: &'static [Field],
    /// Further flags of `add`.
    pub extras: &'static [Field],
    /// Whether `add` and `set` take a password.
    pub has_password: bool,
    /// The columns of the table that `list` prints.
    pub listed: &'static [&'static str],
}

impl Entity {
    /// Whether a column holds a flag, also in releases where it is a text or a number.
    pub fn is_flag(&self, column: &str) -> bool {
        column.ends_with("_enabled") || column == "enabled" || column.ends_with("_visible") || column == "phone_primary"
    }
}
