//! The folders of what the server writes, and of firmware.

use super::source::{ConfigSource, ValueOrigin};
use crate::files::is_folder;
use std::path::{Path, PathBuf};

/// Where a package installs plugins and templates.
const SHARED: &str = "/usr/share/dialplate";

/// The folder for what the server writes.
pub fn read_data(source: &mut ConfigSource) -> PathBuf {
    source.value("data", |text| Ok(text.into()))
}

/// A folder that a key names, else the one of the key's name in the folder `data`.
pub fn read_folder_in_data(source: &mut ConfigSource, name: &'static str) -> PathBuf {
    let folder = source.value(name, |text| Ok(PathBuf::from(text)));
    if source.is_given(name) || !source.is_given("data") {
        return folder;
    }
    in_data(source, name, &folder)
}

/// The default of a key, in the folder `data` that the configuration names.
pub fn in_data(source: &mut ConfigSource, name: &'static str, default: &Path) -> PathBuf {
    let moved = read_data(source).join(default.file_name().unwrap_or_default());
    source.found(name, moved.display().to_string(), ValueOrigin::Default);
    moved
}

/// Dialplate's folder of this name: next to a build's program (`target/release/dialplate` finds `target/plugins` and
/// the repository's `templates`), else where a package installs it.
pub fn next_to(program: Option<&Path>, name: &str) -> PathBuf {
    let above = program.into_iter().flat_map(|program| program.ancestors().skip(2).take(2));
    let found = above.map(|folder| folder.join(name)).find(|folder| is_folder(folder));
    found.unwrap_or_else(|| Path::new(SHARED).join(name))
}

/// The URL of the firmware folder, without a final slash.
pub fn parse_firmware_url(text: &str) -> Result<String, String> {
    let is_url = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tftp"));
    match text.trim_end_matches('/') {
        url if is_url => Ok(url.to_owned()),
        _ => Err(format!("`{text}` is no URL; write for instance http://pbx.example.net/provision/firmware")),
    }
}
