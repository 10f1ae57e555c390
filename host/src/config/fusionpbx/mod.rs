//! FusionPBX's own configuration file: where its database is. Releases from 5.1 on have `config.conf`, 5.0 has
//! `config.php`, and the switch's scripts of that time have `config.lua`.

mod conf;
mod event_socket;
mod lua;
mod php;
#[cfg(test)]
mod tests;
mod url;
mod values;

pub use event_socket::{EventSocket, event_socket};

use crate::files::read_bounded;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The files that FusionPBX looks for, in its order; the first that exists is read. Those below `/usr/local/etc` are
/// FreeBSD's. The scripts' file comes last, for a machine that has only the switch.
pub const PLACES: [&str; 7] = [
    "/etc/fusionpbx/config.conf",
    "/usr/local/etc/fusionpbx/config.conf",
    "/etc/fusionpbx/config.php",
    "/usr/local/etc/fusionpbx/config.php",
    "/var/www/fusionpbx/resources/config.php",
    "/etc/fusionpbx/config.lua",
    "/usr/local/etc/fusionpbx/config.lua",
];

/// FusionPBX's file has about sixty lines, so a larger file is something else.
const BYTES_MAX: u64 = 256 << 10;

/// What is wrong with a file. No message repeats a value that may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{path} exists and cannot be read: {reason}. {advice}")]
    Unreadable { path: String, reason: String, advice: &'static str },

    #[error("{path}: {key}: {reason}. {ADVICE}")]
    Value { path: String, key: String, reason: String },
}

const ADVICE: &str = "Correct it, or name the database with DIALPLATE_DATABASE";
const PERMISSION: &str =
    "Let the user that Dialplate runs as read it (it holds a password), or name the database with DIALPLATE_DATABASE";

/// A database as FusionPBX names it.
pub struct Found {
    /// `postgres://…` or `sqlite://…`, with the password.
    pub url: String,
    pub file: PathBuf,
}

/// The database of the first of these files that exists; `None` if none exists.
///
/// # Errors
/// The file cannot be read or understood. The server must not use the embedded database instead: it would serve an empty
/// telephone system.
pub fn find<P: AsRef<Path>>(places: &[P]) -> Result<Option<Found>, Error> {
    for place in places.iter().map(AsRef::as_ref) {
        match std::fs::metadata(place) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(unreadable(place, &error)),
            Ok(_) => return read(place).map(Some),
        }
    }
    Ok(None)
}

/// The database that one file names.
pub fn read(path: &Path) -> Result<Found, Error> {
    let text = text_of(path).map_err(|error| unreadable(path, &error))?;
    let values = match path.extension().and_then(|extension| extension.to_str()) {
        Some("php") => php::values(&text),
        Some("lua") => lua::values(&text),
        _ => conf::values(&text),
    };
    let found = values.and_then(|values| url::of(&values));
    let url = found.map_err(|(key, reason)| Error::Value { path: path.display().to_string(), key, reason })?;
    Ok(Found { url, file: path.to_owned() })
}

fn text_of(path: &Path) -> std::io::Result<String> {
    let too_large = || std::io::Error::other("it is larger than any configuration file");
    let bytes = read_bounded(path, BYTES_MAX)?.ok_or_else(too_large)?;
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let advice = if error.kind() == ErrorKind::PermissionDenied { PERMISSION } else { ADVICE };
    Error::Unreadable { path: path.display().to_string(), reason: error.to_string(), advice }
}
