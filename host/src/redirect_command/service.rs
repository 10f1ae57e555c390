//! `dialplate redirect status`, `register`, `remove` and `sync`.

use super::devices::{ComponentOuis, Loaded, Subject, load};
use crate::admin_command::{progress, write_json};
use crate::config::Config;
use crate::download::Client;
use crate::redirect::{
    self, Account, Action, CallPace, Outcome, Plan, Provider, Record, RedirectDevice, Registration, Report, Service,
    Severity, Task, Wanted,
};
use anyhow::{Context, Result, anyhow, ensure};
use std::collections::HashMap;
use std::io::{Write, stderr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What is done with the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Status,
    Register,
    Remove,
    Sync,
}

/// What an operator wants.
pub struct ServiceOrder {
    pub verb: Verb,
    pub service: &'static Service,
    pub subject: Subject,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// Whether the service is asked about each phone, whatever the record says.
    pub asks: bool,
    pub json: bool,
}

/// Does what is ordered, and prints a line for each phone.
///
/// # Errors
/// There is no account or no device, or a phone was not dealt with.
pub async fn service(config: Config, order: ServiceOrder, out: &mut impl Write) -> Result<()> {
    let ServiceOrder { verb, service, subject, dry_run, asks, json } = order;
    let (name, product) = (&service.name, &service.product);
    ensure!(
        service.has_api(),
        "{product} has no programming interface; `dialplate redirect export {name}` writes its list"
    );
    warn_of_readers(config.redirect.accounts.as_deref());
    let account = Account::read(service, config.redirect.accounts.as_deref(), &|name| std::env::var(name).ok());
    let account = account.map_err(|reason| anyhow!(reason))?;
    let pace = CallPace::per_second(config.redirect.rate);
    let path = config.data.join(format!("redirect-{name}.jsonl"));
    let provider = redirect::open(service, Client::new(None)?, account, pace).context("no provider")?;
    let mut loaded = load(config, &subject).await?;
    // A synchronisation may have to remove the last phone.
    loaded.keep_maker(&service.maker, verb == Verb::Sync)?;
    let withheld = withhold(&mut loaded, verb);
    let mistyped = withheld.iter().filter(|(device, _)| redirect::check_address(device).is_some()).count();
    if verb == Verb::Sync && loaded.is_whole && mistyped > 0 {
        loaded.is_whole = false;
        let line =
            format!("dialplate: {mistyped} addresses are wrong, so no phone is removed: it may be one of them\n");
        stderr().write_all(line.as_bytes())?;
    }
    let mut record = if dry_run || verb == Verb::Status { Record::look(path)? } else { Record::open(path)? };
    let plan = plan(&*provider, &record, &loaded, verb, asks).await?;
    if verb == Verb::Sync {
        let (register, remove) = (plan.count(Action::Register), plan.count(Action::Remove));
        let unchanged = plan.unchanged.len();
        let line = format!("plan: {register} to register, {remove} to remove, {unchanged} unchanged\n");
        stderr().write_all(line.as_bytes())?;
    }
    let total = plan.tasks.len();
    let mut reports = settled(&plan, withheld, verb);
    let done = carry_out(&*provider, &mut record, plan.tasks, dry_run && verb != Verb::Status).await?;
    let missing = total - done.len();
    reports.extend(done);
    print(&reports, json, out)?;
    ensure!(
        missing == 0,
        "{missing} phones were not dealt with; run the command again, and it goes on where it stopped"
    );
    let bad = reports.iter().filter(|report| !report.outcome.is_good()).count();
    ensure!(bad == 0, "{bad} of {} phones need attention", reports.len());
    Ok(())
}

/// The file has passwords.
fn warn_of_readers(file: Option<&Path>) {
    let mode = file.and_then(|file| std::fs::metadata(file).ok()).map(|found| found.permissions().mode());
    if mode.is_some_and(|mode| mode & 0o007 != 0) {
        tracing::warn!("every user of this machine can read the file in redirect_accounts; use chmod 640 or 600");
    }
}

/// Takes out the devices that have an error, with the reason why nothing is sent for them. A question and a removal need
/// the right address alone.
fn withhold(loaded: &mut Loaded, verb: Verb) -> Vec<(RedirectDevice, String)> {
    let mut wrong: HashMap<(String, String), String> = HashMap::new();
    if matches!(verb, Verb::Register | Verb::Sync) {
        let findings = redirect::check(&loaded.devices, &ComponentOuis(&loaded.plugins));
        for found in findings.into_iter().filter(|found| found.severity == Severity::Error) {
            wrong.entry((found.device, found.place)).or_insert(found.message);
        }
    } else {
        for device in &loaded.devices {
            if let Some((.., message)) = redirect::check_address(device) {
                wrong.insert((device.spelled.clone(), device.place.clone()), message);
            }
        }
    }
    let mut withheld = Vec::new();
    loaded.devices.retain(|device| match wrong.get(&(device.spelled.clone(), device.place.clone())) {
        Some(reason) => {
            withheld.push((device.clone(), reason.clone()));
            false
        }
        None => true,
    });
    withheld
}

async fn plan(provider: &dyn Provider, record: &Record, loaded: &Loaded, verb: Verb, asks: bool) -> Result<Plan> {
    match verb {
        Verb::Status => {
            let tasks = loaded.devices.iter().map(|device| Task { action: Action::Status, device: device.clone() });
            Ok(Plan { tasks: tasks.collect(), ..Plan::default() })
        }
        Verb::Remove => Ok(redirect::plan_removal(provider, record, &loaded.devices, asks).await?),
        Verb::Register | Verb::Sync => {
            let removes = verb == Verb::Sync && loaded.is_whole;
            let wanted = Wanted { devices: &loaded.devices, kept: &loaded.known, removes, asks };
            Ok(redirect::plan(provider, record, &wanted).await?)
        }
    }
}

/// What needs nothing to be sent.
fn settled(plan: &Plan, withheld: Vec<(RedirectDevice, String)>, verb: Verb) -> Vec<Report> {
    let (action, settled) = match verb {
        Verb::Status => (Action::Status, Outcome::Found(Registration::Unknown)),
        Verb::Remove => (Action::Remove, Outcome::Found(Registration::Absent)),
        Verb::Register | Verb::Sync => (Action::Register, Outcome::Unchanged),
    };
    let report = |device, outcome| Report { action, device, outcome };
    let unchanged = plan.unchanged.iter().map(|device| report(device.clone(), settled.clone()));
    unchanged.chain(withheld.into_iter().map(|(device, reason)| report(device, Outcome::Withheld(reason)))).collect()
}

async fn carry_out(
    provider: &dyn Provider,
    record: &mut Record,
    tasks: Vec<Task>,
    dry_run: bool,
) -> Result<Vec<Report>> {
    if dry_run {
        let planned = |Task { action, device }| Report { action, device, outcome: Outcome::Would };
        return Ok(tasks.into_iter().map(planned).collect());
    }
    let mut progress = progress(tasks.len());
    Ok(redirect::carry_out(provider, record, tasks, |report| progress(report)).await?)
}

fn print(reports: &[Report], json: bool, out: &mut impl Write) -> Result<()> {
    if json {
        let reports: Vec<_> = reports.iter().map(Report::as_json).collect();
        return write_json(out, &reports);
    }
    for report in reports {
        writeln!(out, "{report}")?;
    }
    Ok(())
}
