//! What a configuration file of FusionPBX's says about its database, in the words of `config.conf`.

use std::collections::HashMap;

/// The values of one file by FusionPBX's name for them without `database.0.`: `type`, `host`, `password`. They hold a
/// password, so there is no `Debug`.
pub type Values = HashMap<String, String>;

/// A key of the file and what is wrong with its value.
pub type WrongValue = (String, String);
