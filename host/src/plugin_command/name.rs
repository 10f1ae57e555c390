//! Names of plugins on the command line. They become names of folders.

use anyhow::{Result, ensure};

/// # Errors
/// No plugin can have this name.
pub fn check_name(name: &str) -> Result<()> {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    ensure!(
        !name.is_empty() && name.bytes().all(fits),
        "{name:?} is no plugin's name; `dialplate plugin list` shows the names, which are not those of the files"
    );
    Ok(())
}
