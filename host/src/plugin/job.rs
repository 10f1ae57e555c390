//! The input and output of a plugin, in the host's own types.

use crate::facts::{DeviceAddress, Settings, Table, Value, Versioned};
use crate::templates::TemplateFile;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One request for one file of one device. Settings and tables hold secrets, so there is no `Debug`.
#[derive(Clone)]
pub struct Job {
    /// The device's template folder and domain. The plugin gets the domain only in the table `domain`.
    pub group: RenderGroup,
    /// `None` if the plugin chooses the file.
    pub file: Option<String>,
    /// The vendor in the device's row, else the vendor of its OUI; empty if neither is known.
    pub vendor: String,
    pub address: DeviceAddress,
    /// The folder's templates if `Plugin::prepared` is false for them; else empty.
    pub templates: Vec<TemplateFile>,
    /// The parameters that the phone sent, without secrets.
    pub parameters: Vec<(String, String)>,
    pub settings: JobSettings,
    /// Tables `device`, `domain`, `lines`, `profile_keys`, `device_keys`, `user`.
    pub tables: Vec<Arc<Table>>,
    pub time: Moment,
}

/// The settings that templates may read: those of the category `provision` that `Plugin::reads` names. A clone shares them.
#[derive(Clone)]
pub struct JobSettings {
    pub layers: Settings,
    pub reads: Reads,
}

impl JobSettings {
    /// All of them, with unique names, sorted by name: the same job gives the same bytes.
    pub fn all(&self) -> Vec<(&str, &Value)> {
        match &self.reads {
            Reads::Every => {
                // A template cannot read a variable without a name.
                let mut all: Vec<_> = self.layers.of_category("provision", |name| !name.is_empty()).collect();
                all.sort_unstable_by_key(|(name, _)| *name);
                all
            }
            Reads::Only(names) => self.layers.named("provision", names).collect(),
        }
    }
}

/// The devices of one domain that have one template folder: failures and turns are counted together for them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenderGroup {
    /// `yealink/t46u`
    pub folder: String,
    /// The name of the domain.
    pub domain: String,
}

impl fmt::Display for RenderGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.domain {
            "" => f.write_str(&self.folder),
            domain => write!(f, "{} in {domain}", self.folder),
        }
    }
}

/// The time at which a job is rendered.
#[derive(Clone, Copy)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    pub nanoseconds: u32,
    /// The time zone's name in the tz database.
    pub zone: &'static str,
    /// The zone's rules as a TZif file (RFC 9636); empty for UTC.
    pub tzif: &'static [u8],
}

impl From<Timestamp> for Moment {
    /// In UTC.
    fn from(time: Timestamp) -> Self {
        let nanoseconds = u32::try_from(time.subsec_nanosecond()).unwrap_or_default();
        Self { seconds: time.as_second(), nanoseconds, zone: "UTC", tzif: &[] }
    }
}

/// An error in a template, and its position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFault {
    pub template: String,
    /// Counted from 1; 0 if the error belongs to no line.
    pub line: u32,
    /// Counted from 1 in bytes; 0 if unknown.
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

/// The settings that a file can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reads {
    Every,
    /// Sorted, and shared with every request.
    Only(#[serde(with = "shared")] Arc<[String]>),
}

/// serde supports `Arc` only with a feature that nothing else here needs.
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
    /// The settings that several files read. Merges all at once, since one by one would be quadratic in a number
    /// that the plugin decides.
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

/// The result of `prepare` for one template.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Prepared {
    pub folder: String,
    pub file: String,
    pub outcome: Result<Reads, TemplateFault>,
}

/// A render's access to the database and the request. It is bound to one device, and no other can be named.
pub trait DeviceScope: Send + Sync + 'static {
    /// Tables `groups`, `users`, `extensions`, each only if FusionPBX's settings select it. A table with more than
    /// `rows_max` rows may be cut after `rows_max + 1`.
    fn contacts(&self, rows_max: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>>;

    /// The extension with this number in the device's domain: at most one row.
    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>>;

    /// The request as entries of PHP's `$_SERVER`.
    fn server_variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The render has logged this line. For commands that examine a plugin; the line is in the server's log anyway.
    fn logged(&self, _line: &str) {}
}

/// A plugin's query to the database failed.
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
    fn settings_of_several_files_are_united() {
        assert_eq!(Reads::together([&only(&["a", "c"]), &only(&["b", "c"])]), only(&["a", "b", "c"]));
        assert_eq!(Reads::together([&only(&["a"]), &Reads::Every]), Reads::Every);
    }

    #[test]
    fn thousands_of_settings_lists_are_merged_quickly() {
        let of_file = |file| Reads::Only((0..20).map(|setting| format!("{file:05}_{setting:02}")).collect());
        let files: Vec<_> = (0..10_000).map(of_file).collect();
        let began = std::time::Instant::now();
        let Reads::Only(names) = Reads::together(&files) else { panic!("these and no others") };
        assert_eq!(names.len(), 200_000);
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
    }

    #[test]
    fn fault_message_leaves_out_unknown_position() {
        let mut fault =
            TemplateFault { template: "a/b".into(), line: 3, column: 7, message: "odd".into(), excerpt: "{if".into() };
        assert_eq!(fault.to_string(), "a/b:3:7: odd in `{if`");
        (fault.line, fault.column, fault.excerpt) = (0, 0, String::new());
        assert_eq!(fault.to_string(), "a/b: odd");
    }
}
