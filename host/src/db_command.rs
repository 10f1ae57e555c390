//! `dialplate db`: creates the embedded database, examines a database, or creates indexes and triggers.

use crate::directory::{self, DEFAULT_DOMAIN, Directory, TriggerChange};
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

/// Installs or removes the triggers, and prints each statement; with `dry_run` it only prints them.
///
/// # Errors
/// The role may not do it, other transactions use the tables, or the database does not answer.
pub async fn triggers(config: directory::Config, change: TriggerChange, dry_run: bool) -> Result<()> {
    if config.is_file() {
        return print("SQLite needs no triggers: it tells whether its file has changed without reading a table");
    }
    let plan = Directory::plan_triggers(&config, change).await?;
    if plan.statements().is_empty() {
        return print(match change {
            TriggerChange::Install => "the database has all triggers",
            TriggerChange::Remove => "the database has no triggers of Dialplate's",
        });
    }
    if dry_run {
        print(match change {
            TriggerChange::Install => INSTALLING,
            TriggerChange::Remove => "These statements, in one transaction, remove everything that was installed:",
        })?;
    }
    let prefix = if dry_run { "" } else { "done: " };
    let lines: Vec<String> = plan.statements().iter().map(|statement| format!("{prefix}{statement}")).collect();
    if !dry_run {
        plan.apply().await?;
    }
    print(&lines.join("\n"))
}

const INSTALLING: &str = "\
These statements, in one transaction, give each table that an answer can depend on a trigger. After a statement that inserts,
updates, deletes or truncates, it notifies the servers that listen on the channel dialplate_changed of the table's name. It
reads and changes no row. `dialplate db remove-triggers` removes everything again.";

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}
