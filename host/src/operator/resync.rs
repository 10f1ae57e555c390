//! Asks a device's phone to fetch its configuration, or to restart.

use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::directory::Phone;
use crate::journal::NewAction;
use crate::plugin::Action;
use crate::resync::{Errand, Notifier, Outcome, add_vendors};
use serde::Serialize;
use std::sync::Arc;

/// What became of a phone that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Notified {
    pub device: String,
    pub domain: String,
    /// `resync` or `reboot`.
    pub action: String,
    /// The maker's event; absent if its plugin describes none.
    pub event: Option<String>,
    /// `notified`, `would_notify`, `not_registered`, `ambiguous`, `no_event`, `disabled` or `failed`.
    pub outcome: String,
    /// To whom the NOTIFY went.
    pub to: Option<String>,
    /// Registrations that may be the phone's. None of them got anything.
    pub candidates: Vec<String>,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Operations {
    /// Asks the phone of a device; with `is_dry`, says only to whom the NOTIFY would go.
    ///
    /// # Errors
    /// The operator may not do it, there is no such device, or no way to phones.
    pub async fn notify(
        &self,
        principal: &Principal,
        word: &str,
        action: Action,
        is_dry: bool,
        client: String,
    ) -> Result<Notified, Problem> {
        principal.needs(Scope::Resync)?;
        let found = self.find(principal, word).await?;
        found.usable()?;
        let notified = self.ask(&found.summary.uuid, action, is_dry).await;
        if !is_dry {
            let detail = match &notified {
                Ok(notified) => notified.outcome.clone(),
                Err(problem) => problem.to_string(),
            };
            let is_done = notified.as_ref().is_ok_and(|notified| notified.outcome == "notified");
            let (domain, device) = (found.summary.domain.clone(), Some(found.summary.address.clone()));
            let action = word_of(action);
            self.record(
                principal,
                NewAction { client, action, domain, device, detail, is_done, ..NewAction::default() },
            )
            .await;
        }
        notified
    }

    async fn ask(&self, uuid: &str, action: Action, is_dry: bool) -> Result<Notified, Problem> {
        let plugins = Arc::clone(&self.admin.snapshot.load().plugins);
        let directory = &self.admin.directory;
        // Another device may have the same line, so all are read.
        let mut phones = directory.phones().await?;
        add_vendors(&mut phones, &plugins);
        let phone = phones.iter().find(|phone| phone.uuid == uuid).cloned();
        let phone = phone.ok_or_else(|| Problem::missing("device", uuid))?;
        let event = plugins.event(&phone.vendor, &phone.template, action).map(str::to_owned);
        let errand = Errand { phone, event };
        let outcome = match errand.event {
            // Nobody can be asked, so a switch that cannot be reached is no reason to fail.
            None => Outcome::NoEvent,
            Some(_) => {
                let opened = Notifier::open(&self.resync, directory, phones.into(), plugins).await;
                let notifier = opened.map_err(|error| Problem::Unavailable(error.to_string()))?;
                notifier.notify(&errand, is_dry).await
            }
        };
        Ok(Notified::of(&errand, action, outcome))
    }
}

impl Notified {
    fn of(Errand { phone, event }: &Errand, action: Action, outcome: Outcome) -> Self {
        let Phone { address, domain, .. } = phone;
        let word = outcome.word().to_owned();
        let (mut to, mut candidates, mut reason) = (None, Vec::new(), None);
        match outcome {
            Outcome::Notified { to: place } | Outcome::WouldNotify { to: place } => to = Some(place),
            Outcome::Ambiguous(several) => candidates = several,
            Outcome::Failed(why) => reason = Some(why),
            Outcome::NotRegistered | Outcome::NoEvent | Outcome::Disabled => {}
        }
        Self {
            device: address.to_string(),
            domain: domain.clone(),
            action: word_of(action).to_owned(),
            event: event.clone(),
            outcome: word,
            to,
            candidates,
            reason,
        }
    }
}

fn word_of(action: Action) -> &'static str {
    match action {
        Action::Resync => "resync",
        Action::Reboot => "reboot",
    }
}
