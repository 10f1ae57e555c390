//! Versions that were replaced or removed: `.kept/NAME/NUMBER.wasm` in the folder of the plugins, with signature and record.
//! The server does not look into hidden folders. The highest number is the version that was replaced last.

use super::error::Error;
use super::package::Package;
use super::record::Record;
use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Versions that are kept of each plugin: enough to go back beyond two bad ones. A component has some megabytes.
pub const KEPT_MAX: usize = 3;
pub(super) const FOLDER: &str = ".kept";
/// Everyone may see which versions are kept, like those that serve.
const MODE: u32 = 0o755;
const DIGITS: usize = 6;

/// A version that `rollback` can put back.
pub struct KeptVersion {
    pub file: PathBuf,
    pub package: Package,
    pub sha256: String,
}

impl KeptVersion {
    /// The plugin's version, if it was installed by a command.
    pub fn version(&self) -> String {
        self.package.record.as_ref().map_or_else(|| "unknown version".to_owned(), |record| record.version.clone())
    }
}

/// The versions of a plugin, the one that was replaced last first.
///
/// # Errors
/// The folder cannot be read.
pub fn kept_versions(plugins: &Path, name: &str, bytes_max: u64) -> Result<Vec<KeptVersion>, Error> {
    let mut versions = Vec::new();
    for (_, file) in numbered(&of_plugin(plugins, name))?.into_iter().rev() {
        let Some(package) = Package::read(&file, bytes_max)? else { continue };
        versions.push(KeptVersion { sha256: package.sha256(), file, package });
    }
    Ok(versions)
}

/// The names of the plugins of which versions are kept.
///
/// # Errors
/// The folder cannot be read.
pub fn kept_plugins(plugins: &Path) -> Result<Vec<String>, Error> {
    let folder = plugins.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::read(&folder))?,
    };
    let names = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// A version that `rollback` can put back, as far as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSummary {
    pub plugin: String,
    /// Absent if it has no record that this user may read.
    pub version: Option<String>,
    pub sha256: String,
}

/// All kept versions: for each plugin, the one that was replaced last first. Only components without a record are read.
///
/// # Errors
/// A folder cannot be read.
pub fn kept_summaries(plugins: &Path, bytes_max: u64) -> Result<Vec<KeptSummary>, Error> {
    let mut summaries = Vec::new();
    for plugin in kept_plugins(plugins)? {
        for (_, file) in numbered(&of_plugin(plugins, &plugin))?.into_iter().rev() {
            let summary = match Record::read(&file)? {
                Some(Record { version, sha256, .. }) => Some((Some(version), sha256)),
                None => Package::read(&file, bytes_max)?.map(|package| (None, package.sha256())),
            };
            summaries.extend(summary.map(|(version, sha256)| KeptSummary { plugin: plugin.clone(), version, sha256 }));
        }
    }
    Ok(summaries)
}

/// Keeps a version, as the last that was replaced. The same component is kept once.
pub(super) fn keep(plugins: &Path, name: &str, package: &Package, bytes_max: u64) -> Result<(), Error> {
    let folder = of_plugin(plugins, name);
    for folder in [&plugins.join(FOLDER), &folder] {
        create(folder)?;
    }
    let before = numbered(&folder)?;
    let number = before.last().map_or(1, |(number, _)| number + 1);
    let sha256 = package.sha256();
    package.write(&folder.join(format!("{number:0DIGITS$}.wasm")))?;
    for same in kept_versions(plugins, name, bytes_max)?.iter().skip(1).filter(|kept| kept.sha256 == sha256) {
        Package::remove(&same.file)?;
    }
    let all = numbered(&folder)?;
    all.iter().rev().skip(KEPT_MAX).try_for_each(|(_, old)| Package::remove(old))
}

/// Removes all versions of a plugin.
pub(super) fn purge(plugins: &Path, name: &str) -> Result<(), Error> {
    let folder = of_plugin(plugins, name);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::write(&folder)(error)),
        _ => Ok(()),
    }
}

pub(super) fn create(folder: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(MODE).create(folder) {
        // The umask does not count.
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(MODE)).map_err(Error::write(folder)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::write(folder)(error)),
    }
}

fn of_plugin(plugins: &Path, name: &str) -> PathBuf {
    plugins.join(FOLDER).join(name)
}

/// The components in a folder by their numbers, in order.
fn numbered(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::read(folder))?,
    };
    let number = |path: &Path| path.file_name()?.to_str()?.strip_suffix(".wasm")?.parse().ok();
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<_> = paths.filter_map(|path| Some((number(&path)?, path))).collect();
    found.sort_unstable();
    Ok(found)
}
