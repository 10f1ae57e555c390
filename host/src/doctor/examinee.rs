//! What is examined.

use crate::config::{Config, EffectiveValue};
use std::path::PathBuf;

/// What the checks need.
pub struct Examinee {
    pub config: Config,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// Every key's value in force.
    pub values: Vec<EffectiveValue>,
    /// The URL by which phones reach the server, through whatever proxy is before it.
    pub url: Option<String>,
}

impl Examinee {
    /// The value in force of a key.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|value| value.key.name == name)?.value.as_deref()
    }
}
