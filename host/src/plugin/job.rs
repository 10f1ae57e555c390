//! What goes into a plugin and what comes out, in the host's own types.

use crate::facts::{MacAddress, Table, Value};
use crate::templates::TemplateFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One request for one file of one device. Settings and tables hold secrets, so there is no `Debug`.
#[cfg_attr(test, derive(Clone))]
pub struct Job {
    /// The device's template folder: `yealink/t46u`.
    pub folder: String,
    /// `None`: the plugin picks the file.
    pub file: Option<String>,
    /// As the device's row has it, else what its OUI says; empty when neither does.
    pub vendor: String,
    pub address: MacAddress,
    /// The folder's templates, when `Plugin::prepared` does not know the folder; else empty.
    pub templates: Vec<TemplateFile>,
    /// What the phone sent, without secrets.
    pub parameters: Vec<(String, String)>,
    /// Those that `Plugin::reads` names; a name occurs once.
    pub settings: Vec<(String, Value)>,
    /// `device`, `domain`, `lines`, `profile_keys`, `device_keys`, `user`.
    pub tables: Vec<Table>,
    pub time: Moment,
}

/// The moment a job is rendered at.
#[derive(Clone)]
pub struct Moment {
    /// Since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    pub nanoseconds: u32,
    /// A name of the tz database.
    pub zone: String,
    /// The zone's rules as a TZif file (RFC 9636); empty for UTC.
    pub tzif: Arc<[u8]>,
}

/// A rendered file. It holds passwords, so there is no `Debug`.
pub struct Document {
    /// A valid header value.
    pub content_type: String,
    /// The file that answered.
    pub file: String,
    pub body: Vec<u8>,
}

/// Where and what is wrong in a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFault {
    pub template: String,
    /// From 1; 0 when it belongs to no line.
    pub line: u32,
    /// From 1, in bytes; 0 when unknown.
    pub column: u32,
    pub message: String,
    pub excerpt: String,
}

/// A template that does not compile.
pub struct Faulty {
    pub folder: String,
    pub file: String,
    pub fault: TemplateFault,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.template)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.excerpt.is_empty() {
            write!(f, " in `{}`", self.excerpt)?;
        }
        Ok(())
    }
}

/// Which settings a file can ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reads {
    Every,
    /// Sorted, and shared with every request.
    Only(#[serde(with = "shared")] Arc<[String]>),
}

/// serde writes what is shared only behind a feature of its own that no one else here needs.
mod shared {
    use super::{Arc, Deserialize, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(names: &Arc<[String]>, to: S) -> Result<S::Ok, S::Error> {
        names[..].serialize(to)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Arc<[String]>, D::Error> {
        Vec::deserialize(from).map(Arc::from)
    }
}

impl Reads {
    pub fn includes(&self, setting: &str) -> bool {
        match self {
            Self::Every => true,
            Self::Only(names) => names.binary_search_by(|name| name.as_str().cmp(setting)).is_ok(),
        }
    }

    /// What several files read together. Put together at once: one after the other would be quadratic, and how many
    /// there are is the plugin's word.
    pub(super) fn together<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut names = BTreeSet::new();
        for reads in all {
            match reads {
                Self::Every => return Self::Every,
                Self::Only(more) => names.extend(more.iter()),
            }
        }
        Self::Only(names.into_iter().cloned().collect())
    }
}

/// What `prepare` said of one template.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Prepared {
    pub folder: String,
    pub file: String,
    pub outcome: Result<Reads, TemplateFault>,
}

/// What a plugin may ask while it renders, bound by its maker to one device: there is no way to name another.
pub trait DeviceScope: Send + Sync + 'static {
    /// Tables `groups`, `users`, `extensions`, each only where FusionPBX's settings select it. One that has more than
    /// `rows_max` rows may end with the next.
    fn contacts(&self, rows_max: usize) -> BoxFuture<'_, Result<Vec<Table>, ScopeError>>;

    /// The extension with this number in the device's domain: at most one row.
    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Table, ScopeError>>;
}

/// The database failed while a plugin was asking it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScopeError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Reads {
        Reads::Only(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn two_files_read_the_settings_of_both() {
        assert_eq!(Reads::together([&only(&["a", "c"]), &only(&["b", "c"])]), only(&["a", "b", "c"]));
        assert_eq!(Reads::together([&only(&["a"]), &Reads::Every]), Reads::Every);
        assert!(only(&["a", "c"]).includes("c") && !only(&["a", "c"]).includes("b"));
    }

    #[test]
    fn thousands_of_files_that_read_settings_of_their_own_are_put_together_in_a_moment() {
        let of_file = |file| Reads::Only((0..20).map(|setting| format!("{file:05}_{setting:02}")).collect());
        let files: Vec<_> = (0..10_000).map(of_file).collect();
        let began = std::time::Instant::now();
        let Reads::Only(names) = Reads::together(&files) else { panic!("these and no others") };
        assert_eq!(names.len(), 200_000);
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
    }

    #[test]
    fn a_fault_says_where_only_as_far_as_it_knows() {
        let mut fault =
            TemplateFault { template: "a/b".into(), line: 3, column: 7, message: "odd".into(), excerpt: "{if".into() };
        assert_eq!(fault.to_string(), "a/b:3:7: odd in `{if`");
        (fault.line, fault.column, fault.excerpt) = (0, 0, String::new());
        assert_eq!(fault.to_string(), "a/b: odd");
    }
}
