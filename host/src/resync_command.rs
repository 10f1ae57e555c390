//! `dialplate resync`: asks phones to fetch their configuration, and reports what became of each.

use crate::admin_command::{progress, write_json};
use crate::app::{self, App};
use crate::config::Config;
use crate::directory::{Directory, Phone};
use crate::journal::{self, Reader};
use crate::plugin::{Action, Plugins};
use crate::resync::{
    self, Done, Errand, FactoryReset, Notifier, Pace, Round, Selection, SipTarget, Transport, is_good, summary,
};
use crate::resync_watch::{Comparison, Fetches};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;

/// What an operator wants.
pub struct Order {
    pub selection: Selection,
    pub action: Action,
    pub pace: Pace,
    /// Only devices whose phones would get other files than they have.
    pub outdated: bool,
    /// How long to wait for each phone's fetch.
    pub wait_s: Option<u64>,
    pub dry_run: bool,
    pub json: bool,
    /// The phone's own address, for a NOTIFY that is sent directly.
    pub sip: Option<SipTarget>,
    /// `None`: that of the device's line.
    pub transport: Option<Transport>,
}

/// Asks the phones that are meant.
///
/// # Errors
/// What is meant does not exist; there is no way to phones; a phone was not asked that should have been.
pub async fn run(config: Config, order: Order, out: &mut impl Write) -> Result<()> {
    let (settings, journal) = (config.resync.clone(), config.journal.clone());
    let (opened, loaded) = app::open_for_command(config).await?;
    let plugins = Arc::clone(&loaded.current.load().plugins);
    let directory = opened.directory().clone();
    let mut phones = directory.phones().await?;
    resync::add_vendors(&mut phones, &plugins);
    let mut chosen: Vec<Phone> = order.selection.choose(&phones)?.into_iter().cloned().collect();
    let app = opened.into_app(loaded.current)?;
    if order.outdated {
        chosen = outdated(&app, &journal, chosen).await?;
    }
    let mut fetches = match order.wait_s.filter(|_| !order.dry_run) {
        Some(seconds) => Some((seconds, Fetches::from_now(Reader::open(&journal).await?).await?)),
        None => None,
    };
    ensure!(order.sip.is_none() || chosen.len() == 1, "--sip names the address of one phone; name its device alone");
    let errands = errands(chosen, &plugins, order.action);
    let notifier = if errands.iter().any(|errand| errand.event.is_some()) {
        match order.sip {
            Some(host) => Notifier::by_sip(&settings, Some(host), order.transport)?,
            None => {
                let notifier = Notifier::open(&settings, &directory, phones.into(), plugins).await?;
                notifier.with_transport(order.transport)
            }
        }
    } else {
        // Nobody can be asked, so a switch that cannot be reached is no reason to fail.
        Notifier::by_sip(&settings, None, None)?
    };
    let is_named = !order.selection.addresses.is_empty();
    let total = errands.len();
    let round = Round { errands, action: order.action, pace: order.pace, dry_run: order.dry_run };
    let mut progress = progress(total);
    let mut done = round.run(Arc::new(notifier), |done: &Done| progress(&done.report)).await;
    if let Some((seconds, fetches)) = &mut fetches {
        fetches.wait(&mut done, *seconds).await?;
    }
    app.close().await;
    print(&done, total, order.json, out)?;
    ensure!(done.len() == total, "the report lacks {} devices; the log says why", total - done.len());
    ensure!(is_good(&done, is_named), "not every phone was notified: {}", summary(&done));
    Ok(())
}

/// Prints how a phone is reset to its factory settings.
///
/// # Errors
/// There is no such device, or the database cannot be read.
pub async fn factory_reset(
    directory: &Directory,
    selection: &Selection,
    json: bool,
    out: &mut impl Write,
) -> Result<()> {
    let phones = directory.phones().await?;
    for phone in selection.choose(&phones)? {
        let Phone { address, domain, vendor, fetched, .. } = phone;
        let known = FactoryReset::of(vendor);
        let way = known.as_ref().map_or("by hand", |known| &known.way);
        let path = known.as_ref().map(|known| known.path_of(&fetched.ip)).unwrap_or_default();
        let needs = known.as_ref().map_or("its maker's guide says how, at the phone", |known| &known.needs);
        let source = known.as_ref().map_or("no documented way from outside is known", |known| &known.source);
        if json {
            let value = json!({
                "device": address.as_str(), "domain": domain, "vendor": vendor, "way": way, "path": path, "needs": needs,
                "source": source
            });
            writeln!(out, "{value}")?;
            continue;
        }
        let path = if path.is_empty() { path } else { format!(" {path}") };
        writeln!(out, "{address} ({domain}): {way}{path}\n  {needs}\n  source: {source}")?;
    }
    Ok(())
}

/// Those of the devices whose phones would get other files than they have.
async fn outdated(app: &App, journal: &journal::Config, phones: Vec<Phone>) -> Result<Vec<Phone>> {
    let mut reader = Reader::open(journal).await?;
    let mut outdated = Vec::new();
    for phone in phones {
        let fetches = reader.last_fetches(&phone.address).await?;
        if Comparison::of(app.state(), &fetches, &phone.address, &phone.domain).await.is_outdated() {
            outdated.push(phone);
        }
    }
    reader.close().await;
    Ok(outdated)
}

/// Each device with the maker's event.
fn errands(phones: Vec<Phone>, plugins: &Plugins, action: Action) -> Vec<Errand> {
    let errand = |phone: Phone| {
        let event = plugins.event(&phone.vendor, &phone.template, action).map(str::to_owned);
        Errand { phone, event }
    };
    phones.into_iter().map(errand).collect()
}

/// Prints the report: JSON, or a line for each device and one for all of them.
fn print(done: &[Done], total: usize, json: bool, out: &mut impl Write) -> Result<()> {
    if json {
        let reports: Vec<Value> = done.iter().map(|done| done.report.as_json()).collect();
        return write_json(out, &reports);
    }
    for done in done {
        writeln!(out, "{}", done.report)?;
    }
    if total != 1 {
        writeln!(out, "{}", summary(done))?;
    }
    Ok(())
}
