//! `dialplate redirect check`.

use super::connect::connect;
use super::devices::{ComponentOuis, Loaded, Subject, load, read_file};
use crate::admin_command::write_json;
use crate::config::Config;
use crate::redirect::{self, Finding, OuiOwners, Pallet, RedirectDevice, Severity};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What an operator wants.
pub struct CheckOrder {
    pub subject: Subject,
    /// The delivery note.
    pub pallet: Option<PathBuf>,
    /// Whether the servers in the URLs are connected to.
    pub connects: bool,
    pub json: bool,
}

/// Reports what would keep phones from being redirected.
///
/// # Errors
/// The devices cannot be read, or a device has an error.
pub async fn check(config: Config, order: CheckOrder, out: &mut impl Write) -> Result<()> {
    let Loaded { devices, plugins, .. } = load(config, &order.subject).await?;
    let owners = ComponentOuis(&plugins);
    let mut findings = redirect::check(&devices, &owners);
    if let Some(file) = &order.pallet {
        findings.extend(compare(file, &devices, &owners)?);
    }
    if order.connects {
        findings.extend(connect(&devices).await?);
    }
    print(&findings, devices.len(), order.json, out)?;
    let errors = findings.iter().filter(|found| found.severity == Severity::Error).count();
    ensure!(errors == 0, "{errors} errors in {} devices; correct them before a service is told", devices.len());
    Ok(())
}

fn compare(file: &Path, devices: &[RedirectDevice], owners: &impl OuiOwners) -> Result<Vec<Finding>> {
    let bytes = read_file(file)?;
    let text = std::str::from_utf8(&bytes);
    let text = text.with_context(|| format!("{} is not UTF-8; save it as text or as \"CSV UTF-8\"", file.display()))?;
    let pallet = Pallet::read(text, |oui| owners.vendor_of(oui).is_some());
    ensure!(
        !pallet.is_empty(),
        "{} has no hardware address; export the delivery note with its MAC addresses",
        file.display()
    );
    Ok(pallet.compare(devices))
}

fn print(findings: &[Finding], devices: usize, json: bool, out: &mut impl Write) -> Result<()> {
    if json {
        let findings: Vec<_> = findings.iter().map(Finding::as_json).collect();
        let report = json!({"devices": devices, "findings": findings});
        return write_json(out, &report);
    }
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    let count = |severity| findings.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    Ok(writeln!(out, "{devices} devices checked: {errors} errors, {warnings} warnings")?)
}
