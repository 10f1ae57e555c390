//! `dialplate db`: creates the embedded database, examines a database, or creates indexes.

use crate::directory::{self, DEFAULT_DOMAIN, Directory};
use anyhow::{Context, Result, bail, ensure};
use std::io::Write;

/// Creates an embedded database, and prints what is in it.
///
/// # Errors
/// The file exists, or the URL is not SQLite's.
pub async fn init(config: directory::Config) -> Result<()> {
    let Some(path) = config.url.file() else {
        bail!("only an embedded database can be created, sqlite:///path/to/file.db; FusionPBX creates its own tables");
    };
    if !Directory::create_embedded(&path, DEFAULT_DOMAIN).await? {
        bail!("{} exists and is left unchanged; remove it, or name another file", path.display());
    }
    print(&format!("created {} with demonstration phones in the domain {DEFAULT_DOMAIN}", path.display()))?;
    check(config).await
}

/// Prints what a database is and holds.
///
/// # Errors
/// Phones cannot be served from it.
pub async fn check(config: directory::Config) -> Result<()> {
    let examination = Directory::examine(&config).await?;
    print(&examination.to_string())?;
    ensure!(examination.is_usable(), "the database cannot be used; the problems are listed above");
    Ok(())
}

/// Creates the indexes that the database lacks, and prints each.
///
/// # Errors
/// The role does not own the tables, or the database does not answer.
pub async fn index(config: directory::Config) -> Result<()> {
    let created = Directory::create_indexes(&config).await?;
    for index in &created {
        print(&format!("done: {index}"))?;
    }
    if created.is_empty() {
        print("the database has every index that requests use")?;
    }
    Ok(())
}

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}
