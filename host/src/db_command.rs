//! `dialplate db`: makes the embedded database, or examines one.

use crate::directory::{self, DEFAULT_DOMAIN, Directory};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::Path;

/// Makes an embedded database where there is none yet, and says what is in it.
pub async fn init(config: directory::Config) -> Result<()> {
    let Some(place) = config.url.strip_prefix("sqlite:") else {
        bail!("only an embedded database is made here, sqlite:///path/to/file.db; FusionPBX makes its own tables");
    };
    let place = place.strip_prefix("//").unwrap_or(place);
    let path = Path::new(place.split('?').next().unwrap_or_default());
    if !Directory::create_embedded(path, DEFAULT_DOMAIN).await? {
        bail!("{} is there already and stays as it is; remove it, or name another", path.display());
    }
    say(&format!("made {} with a demonstration: domain {DEFAULT_DOMAIN}", path.display()))?;
    check(config).await
}

/// Says what a database is and holds.
///
/// # Errors
/// When phones cannot be served from it.
pub async fn check(config: directory::Config) -> Result<()> {
    let examination = Directory::examine(&config).await?;
    say(&examination.to_string())?;
    anyhow::ensure!(examination.is_usable(), "the database cannot be used: see what is wrong above");
    Ok(())
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}
