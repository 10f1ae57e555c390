//! `dialplate redirect status`, `register`, `remove` and `sync`.

use super::devices::{ComponentOuis, Subject, load};
use crate::config::Config;
use crate::download::Client;
use crate::redirect::{
    self, Account, Action, CallPace, Outcome, Plan, Provider, Record, RedirectDevice, Report, Service, Severity, Task,
    Wanted,
};
use anyhow::{Context, Result, anyhow, ensure};
use std::collections::{HashMap, HashSet};
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
    pub service: Service,
    pub subject: Subject,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// Whether the service is asked about each phone, whatever the record says.
    pub asks: bool,
    pub json: bool,
}

/// The devices of the service's maker.
struct Fleet {
    devices: Vec<RedirectDevice>,
    /// Those with an error, and why nothing is sent for them.
    withheld: Vec<(RedirectDevice, String)>,
    /// All addresses of the database, or of the file.
    known: HashSet<String>,
    /// Whether all devices are meant.
    is_whole: bool,
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
    let account = Account::read(&service, config.redirect.accounts.as_deref(), &|name| std::env::var(name).ok());
    let account = account.map_err(|reason| anyhow!(reason))?;
    let pace = CallPace::per_second(config.redirect.rate);
    let path = config.data.join(format!("redirect-{name}.jsonl"));
    let provider = redirect::open(&service, Client::new(None)?, account, pace).context("no provider")?;
    let fleet = fleet(config, &service, &subject, verb).await?;
    let mut record = if dry_run || verb == Verb::Status { Record::look(path)? } else { Record::open(path)? };
    let plan = plan(&*provider, &record, &fleet, verb, asks).await?;
    if verb == Verb::Sync {
        let (register, remove) = (plan.count(Action::Register), plan.count(Action::Remove));
        let unchanged = plan.unchanged.len();
        let line = format!("plan: {register} to register, {remove} to remove, {unchanged} unchanged\n");
        stderr().write_all(line.as_bytes())?;
    }
    let total = plan.tasks.len();
    let mut reports = settled(&plan, fleet.withheld);
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

async fn fleet(config: Config, service: &Service, subject: &Subject, verb: Verb) -> Result<Fleet> {
    let loaded = load(config, subject).await?;
    let total = loaded.devices.len();
    let of_maker = loaded.devices.into_iter().filter(|device| device.vendor == service.maker);
    let mut devices: Vec<RedirectDevice> = of_maker.collect();
    // A synchronisation may have to remove the last phone.
    ensure!(
        !devices.is_empty() || verb == Verb::Sync,
        "none of {total} devices is {}'s; the vendor of a device says whose it is",
        service.maker
    );
    let mut withheld = Vec::new();
    if matches!(verb, Verb::Register | Verb::Sync) {
        let findings = redirect::check(&devices, &ComponentOuis(&loaded.plugins));
        let mut wrong: HashMap<(String, String), String> = HashMap::new();
        for found in findings.into_iter().filter(|found| found.severity == Severity::Error) {
            wrong.entry((found.device, found.place)).or_insert(found.message);
        }
        devices.retain(|device| match wrong.get(&(device.spelled.clone(), device.place.clone())) {
            Some(reason) => {
                withheld.push((device.clone(), reason.clone()));
                false
            }
            None => true,
        });
    }
    Ok(Fleet { devices, withheld, known: loaded.known, is_whole: loaded.is_whole })
}

async fn plan(provider: &dyn Provider, record: &Record, fleet: &Fleet, verb: Verb, asks: bool) -> Result<Plan> {
    let all = |action| {
        let tasks = fleet.devices.iter().map(|device| Task { action, device: device.clone() });
        Plan { tasks: tasks.collect(), ..Plan::default() }
    };
    match verb {
        Verb::Status => Ok(all(Action::Status)),
        Verb::Remove => Ok(all(Action::Remove)),
        Verb::Register | Verb::Sync => {
            let removes = verb == Verb::Sync && fleet.is_whole;
            let wanted = Wanted { devices: &fleet.devices, kept: &fleet.known, removes, asks };
            Ok(redirect::plan(provider, record, &wanted).await?)
        }
    }
}

/// What needs nothing to be sent.
fn settled(plan: &Plan, withheld: Vec<(RedirectDevice, String)>) -> Vec<Report> {
    let report = |device, outcome| Report { action: Action::Register, device, outcome };
    let unchanged = plan.unchanged.iter().map(|device| report(device.clone(), Outcome::Unchanged));
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
    let (total, mut count) = (tasks.len(), 0);
    let progress = |report: &Report| {
        count += 1;
        if total > 1 {
            // Progress that nobody can read is no reason to stop.
            let _ = writeln!(stderr(), "{count} of {total}: {report}");
        }
    };
    if tasks.iter().all(|task| task.action == Action::Status) {
        return Ok(redirect::perform_all(provider, tasks, progress).await);
    }
    Ok(redirect::carry_out(provider, record, tasks, progress).await?)
}

fn print(reports: &[Report], json: bool, out: &mut impl Write) -> Result<()> {
    if json {
        let reports: Vec<_> = reports.iter().map(Report::as_json).collect();
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&reports)?)?);
    }
    for report in reports {
        writeln!(out, "{report}")?;
    }
    Ok(())
}
