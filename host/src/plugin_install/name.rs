//! Names of plugins on the command line. They become names of folders.

use crate::plugin::is_name;
use anyhow::{Result, ensure};

/// # Errors
/// No plugin can have this name.
pub fn check_name(name: &str) -> Result<()> {
    ensure!(
        is_name(name),
        "{name:?} is no plugin's name; `dialplate plugin list` shows the names, which are not those of the files"
    );
    Ok(())
}
