//! `dialplate db`: creates the embedded database, or checks a database.

use crate::directory::{self, DEFAULT_DOMAIN, Directory};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::Path;

/// Creates an embedded database, unless the file exists, and prints its contents.
pub async fn init(config: directory::Config) -> Result<()> {
    let Some(place) = config.url.strip_prefix("sqlite:") else {
        bail!(
            "this command only creates an embedded database, such as sqlite:///path/to/file.db; FusionPBX creates its own tables"
        );
    };
    let place = place.strip_prefix("//").unwrap_or(place);
    let path = Path::new(place.split('?').next().unwrap_or_default());
    if !Directory::create_embedded(path, DEFAULT_DOMAIN).await? {
        bail!("{} is there already and was not changed; remove it, or name another file", path.display());
    }
    print(&format!("created {} with demonstration data in domain {DEFAULT_DOMAIN}", path.display()))?;
    check(config).await
}

/// Prints the type and contents of a database.
///
/// # Errors
/// If the server cannot serve phones from this database.
pub async fn check(config: directory::Config) -> Result<()> {
    let examination = Directory::examine(&config).await?;
    print(&examination.to_string())?;
    anyhow::ensure!(examination.is_usable(), "the database cannot be used: correct the errors listed above");
    Ok(())
}

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}
