//! Which version of each plugin served last, so that an old component cannot come back unnoticed, not even over a restart.

use super::fault::SignatureFault;
use crate::files::{read_bounded, replace};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// The file in the server's data folder.
const FILE: &str = "plugin-versions.json";
/// A server has at most 128 plugins, of some hundred bytes each.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Everybody may read it, so that a file that root has written can be read by the server.
const MODE: u32 = 0o644;

/// A component, as far as its age matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveVersion {
    /// The plugin's name.
    pub name: String,
    pub version: String,
    /// SHA-256 of the component in hexadecimal digits.
    pub sha256: String,
}

/// The record in a data folder.
#[derive(Clone, Debug)]
pub struct Versions {
    folder: PathBuf,
}

type Record = BTreeMap<String, Entry>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    version: String,
    /// The component to which an operator went back, by its SHA-256. It may serve although it is older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rollback: Option<String>,
}

impl Versions {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where the record is.
    pub fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Checks that a component is not older than the one that served last, or that an operator went back to it.
    pub(super) fn check(&self, new: &LiveVersion, live: Option<&LiveVersion>) -> Result<(), SignatureFault> {
        // A user who can write this file can also write the compiled plugins beside it, so a damaged record refuses nothing.
        let entry = self.read().unwrap_or_default().remove(&new.name);
        if entry.as_ref().is_some_and(|entry| entry.rollback.as_ref() == Some(&new.sha256)) {
            return Ok(());
        }
        live.map_or(Ok(()), |live| new.check_after(&live.version))?;
        entry.map_or(Ok(()), |entry| new.check_after(&entry.version))
    }

    /// Notes what serves now. A version that is lower than the recorded one counts only after [`Self::allow_rollback`].
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn note(&self, live: &[LiveVersion]) -> io::Result<()> {
        self.change(|record| live.iter().for_each(|live| note(record, live)))
    }

    /// An operator goes back to this component: it may serve until a newer one has served after it.
    ///
    /// # Errors
    /// The record cannot be written.
    pub fn allow_rollback(&self, to: &LiveVersion) -> io::Result<()> {
        self.change(|record| {
            let entry =
                record.entry(to.name.clone()).or_insert_with(|| Entry { version: to.version.clone(), rollback: None });
            entry.rollback = Some(to.sha256.clone());
        })
    }

    /// Writes the record anew unless nothing changes. A lock on the folder keeps the server and a command apart.
    fn change(&self, change: impl FnOnce(&mut Record)) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let folder = File::open(&self.folder)?;
        folder.lock()?;
        let before = self.read();
        let mut record = before.clone().unwrap_or_default();
        change(&mut record);
        if before.as_ref() == Some(&record) {
            return Ok(());
        }
        replace(&self.file(), &serde_json::to_vec_pretty(&record)?, MODE)
    }

    /// `None` without a readable record.
    fn read(&self) -> Option<Record> {
        let file = self.file();
        match read_bounded(&file, FILE_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Ok(Some(bytes)) if let Ok(record) = serde_json::from_slice(&bytes) => Some(record),
            _ => {
                tracing::warn!(file = %file.display(), "cannot read the record of plugin versions; it starts anew");
                None
            }
        }
    }
}

fn note(record: &mut Record, live: &LiveVersion) {
    let new = Entry { version: live.version.clone(), rollback: None };
    match record.get_mut(&live.name) {
        None => drop(record.insert(live.name.clone(), new)),
        Some(entry) if entry.rollback.as_ref() == Some(&live.sha256) => entry.version = new.version,
        Some(entry) if live.compare(&entry.version) == Some(Ordering::Greater) => *entry = new,
        Some(_) => {}
    }
}

impl LiveVersion {
    /// Checks that this version may follow another one.
    pub(super) fn check_after(&self, live: &str) -> Result<(), SignatureFault> {
        let (name, found, live_version) = (self.name.clone(), self.version.clone(), live.to_owned());
        match self.compare(live) {
            Some(Ordering::Less) => Err(SignatureFault::Downgraded { name, found, live: live_version }),
            Some(_) => Ok(()),
            None => Err(SignatureFault::Incomparable { name, found, live: live_version }),
        }
    }

    /// `None` if one of the two versions is not written like `1.2.3`, and they differ.
    fn compare(&self, live: &str) -> Option<Ordering> {
        if self.version == live {
            return Some(Ordering::Equal);
        }
        Some(parse(&self.version)?.cmp_precedence(&parse(live)?))
    }

    /// Whether servers can tell a later version from this one.
    pub fn is_comparable(&self) -> bool {
        parse(&self.version).is_some()
    }
}

/// A version, also without its last parts: `1` and `1.2`.
fn parse(text: &str) -> Option<Version> {
    let padded = [text.to_owned(), format!("{text}.0"), format!("{text}.0.0")];
    padded.iter().find_map(|text| Version::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme(version: &str) -> LiveVersion {
        LiveVersion { name: "acme".to_owned(), version: version.to_owned(), sha256: format!("sha256 of {version}") }
    }

    #[test]
    fn versions_are_compared_by_number() {
        for (new, live, order) in [
            ("1.10.0", "1.9.0", Some(Ordering::Greater)),
            ("1.2", "1.2.0", Some(Ordering::Equal)),
            ("2", "10", Some(Ordering::Less)),
            ("1.0.0-rc.1", "1.0.0", Some(Ordering::Less)),
            ("1.0.0+b", "1.0.0+a", Some(Ordering::Equal)),
            ("spring", "spring", Some(Ordering::Equal)),
            ("spring", "1.0.0", None),
            ("1.0.0", "spring", None),
        ] {
            assert_eq!(acme(new).compare(live), order, "{new} after {live}");
        }
    }

    #[test]
    fn older_version_is_refused_also_by_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let versions = || Versions::new(folder.path().join("data"));
        assert!(versions().check(&acme("1.0.0"), None).is_ok());
        versions().note(&[acme("2.0.0")]).unwrap();
        versions().note(&[acme("1.5.0")]).unwrap();
        let refused = versions().check(&acme("1.9.0"), None).unwrap_err().to_string();
        assert!(refused.contains("is version 1.9.0 of acme, older than version 2.0.0"), "{refused}");
        assert!(versions().check(&acme("2.0.0"), None).is_ok() && versions().check(&acme("2.1.0"), None).is_ok());
        assert!(versions().check(&acme("2.1.0"), Some(&acme("2.2.0"))).is_err(), "older than what serves");
        let other = LiveVersion { name: "beta".to_owned(), ..acme("0.1.0") };
        assert!(versions().check(&other, None).is_ok());
    }

    #[test]
    fn rollback_is_allowed_until_newer_version_served() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        versions.note(&[acme("2.0.0")]).unwrap();
        versions.allow_rollback(&acme("1.0.0")).unwrap();
        // The newer one still serves.
        versions.note(&[acme("2.0.0")]).unwrap();
        assert!(versions.check(&acme("1.0.0"), Some(&acme("2.0.0"))).is_ok());
        assert!(versions.check(&acme("1.1.0"), Some(&acme("2.0.0"))).is_err(), "only the component itself");
        versions.note(&[acme("1.0.0")]).unwrap();
        assert!(versions.check(&acme("1.5.0"), Some(&acme("1.0.0"))).is_ok(), "an upgrade of what serves");
        versions.note(&[acme("2.0.0")]).unwrap();
        assert!(versions.check(&acme("1.0.0"), None).is_err());
    }

    #[test]
    fn damaged_record_refuses_nothing_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Versions::new(folder.path().to_owned());
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(versions.check(&acme("1.0.0"), None).is_ok());
        versions.note(&[acme("1.0.0")]).unwrap();
        assert!(versions.check(&acme("0.9.0"), None).is_err());
    }
}
