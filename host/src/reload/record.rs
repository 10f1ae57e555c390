//! Updates the report, and logs what is new in it.

use super::problem::{FoundProblem, ProblemKind, Problems, TemplateProblem, name};
use super::report::{Last, Outcome, Refused, Report};
use super::review::ReviewedFolder;
use crate::facts::DisplayPath;
use crate::plugin::{Faulty, LoadFailure, Plugins, Remark};
use crate::templates::Texts;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// How the report was before an event.
pub(super) struct Before {
    swaps: u64,
    complaints: Vec<String>,
}

impl Report {
    pub(super) fn before(&self) -> Before {
        Before { swaps: self.swaps, complaints: self.complaints() }
    }

    /// The outcome of an event, if it has changed anything or an operator asked for the reload.
    pub(super) fn outcome_since(&self, before: &Before, requested: bool) -> Option<Outcome> {
        let complaints = self.complaints();
        let swapped = self.swaps > before.swaps;
        let worse = complaints.iter().any(|complaint| !before.complaints.contains(complaint));
        let changed = swapped || worse || complaints.len() != before.complaints.len();
        (changed || requested).then_some(match (worse || requested && !complaints.is_empty(), swapped) {
            (true, _) => Outcome::Refused,
            (false, true) => Outcome::Swapped,
            (false, false) => Outcome::Unchanged,
        })
    }

    pub(super) fn set_last(&mut self, outcome: Outcome, started: Instant) {
        self.last = Some(Last { at: SystemTime::now(), took: started.elapsed(), outcome });
    }

    /// Takes what could not be read or done.
    pub(super) fn set_trouble(&mut self, trouble: Option<String>) {
        if let Some(error) = trouble.as_ref().filter(|_| self.trouble != trouble) {
            tracing::error!(error, "some files could not be reloaded");
        }
        if let (Some(error), None) = (&self.trouble, &trouble) {
            tracing::info!(error, "all files can be reloaded again");
        }
        self.trouble = trouble;
    }

    /// Takes why the system does not report every change.
    pub(super) fn set_polling(&mut self, polling: Option<&String>) {
        if self.polling.as_ref() == polling {
            return;
        }
        match polling {
            Some(error) => tracing::warn!(
                error,
                "the system does not report every change; templates and plugins are polled twice a second"
            ),
            None => tracing::info!("the system reports every change of templates and plugins again"),
        }
        self.polling = polling.cloned();
    }

    /// Takes the components that a load has refused, and logs new refusals.
    pub(super) fn refuse(&mut self, failures: &[LoadFailure]) {
        for failure in failures {
            let (file, error, old_serves) = (failure.file.clone(), failure.error.to_string(), failure.old_serves);
            let folders = failure.folders.clone();
            let refused = Refused { file, error, since: SystemTime::now(), old_serves, folders };
            let same = |known: &&Refused| {
                (&known.file, &known.error, known.old_serves) == (&refused.file, &refused.error, old_serves)
            };
            if self.refused.iter().any(|known| same(&known)) {
                continue;
            }
            let (plugin, limit) = (&*failure.plugin(), failure.error.limit());
            let (file, error) = (DisplayPath(&refused.file), &refused.error);
            if failure.error.is_late() {
                tracing::warn!(plugin.name = plugin, plugin.file = %file, error, "plugin not ready; the server starts without it and builds it meanwhile");
            } else {
                let consequence =
                    if old_serves { "the previous version stays active" } else { "nothing is loaded from its file" };
                tracing::error!(plugin.name = plugin, plugin.file = %file, error, limit, "plugin refused; {consequence}");
            }
            self.refused.retain(|known| known.file != refused.file);
            self.refused.push(refused);
        }
    }

    /// Takes the problems of a folder that a check has found, and logs those that are new or fixed.
    pub(super) fn checked(&mut self, plugin: &str, folder: &str, found: Vec<FoundProblem>) {
        let mut before: Problems = self.problems.extract_if(.., |(of, _), _| of == folder).collect();
        for FoundProblem { file, problem } in found {
            let key = (folder.to_owned(), file);
            let same = before.remove(&key).filter(|known| known.is_same(&problem));
            let problem = same.unwrap_or_else(|| {
                log_problem(plugin, &key, &problem);
                problem
            });
            self.problems.insert(key, problem);
        }
        before.keys().for_each(log_fixed);
    }

    /// Takes the problems of live texts, unless other texts are live by now.
    pub(super) fn reviewed(&mut self, reviewed: Vec<ReviewedFolder>, texts: &Texts) {
        for ReviewedFolder { plugin, folder, texts: of_review, mut found } in reviewed {
            if texts.folder(&folder).is_some_and(|live| Arc::ptr_eq(live, &of_review)) {
                let known = self.problems.iter().filter(|((of, _), problem)| *of == folder && problem.old_serves);
                found.extend(known.map(|((_, file), it)| FoundProblem::refused(file, it.message.clone(), true)));
                self.checked(&plugin, &folder, found);
            }
        }
    }

    /// The files of a folder that fail, and for which no older text is active.
    pub(super) fn failing_files(&self, folder: &str) -> HashSet<String> {
        let is_failing = |problem: &TemplateProblem| !problem.old_serves && problem.kind != ProblemKind::Line;
        let failing = self.problems.iter().filter(|((of, _), problem)| of == folder && is_failing(problem));
        failing.map(|((_, file), _)| file.clone()).collect()
    }

    /// Removes the refusals that no longer hold.
    pub(super) fn keep_refused(&mut self, keep: impl Fn(&Refused) -> bool) {
        for refused in self.refused.extract_if(.., |refused| !keep(refused)) {
            tracing::info!(plugin.file = %DisplayPath(&refused.file), "plugin no longer refused");
        }
    }

    /// Takes the problems that plugins found while they were prepared, for folders that serve as they were prepared.
    pub(super) fn prepared(&mut self, plugins: &Plugins, texts: &Texts) {
        let is_prepared = |folder: &str| {
            let owner = plugins.owner(folder).zip(texts.folder(folder));
            owner.is_some_and(|(owner, texts)| owner.prepared(folder, texts))
        };
        let mut found: Problems = plugins.iter().flat_map(|plugin| plugin.remarks()).map(remarked).collect();
        found.extend(plugins.iter().flat_map(|plugin| plugin.faults()).map(problem));
        found.retain(|(folder, _), _| is_prepared(folder));
        for (key, problem) in found.iter().filter(|(key, _)| !self.problems.contains_key(*key)) {
            let plugin = plugins.owner(&key.0).map_or("", |owner| owner.name());
            log_problem(plugin, key, problem);
        }
        for (key, known) in std::mem::take(&mut self.problems) {
            match found.get_mut(&key) {
                Some(again) if again.message == known.message => *again = known,
                Some(again) if again.kind == ProblemKind::Line && known.kind == ProblemKind::Render => *again = known,
                Some(_) => {}
                // A refused text is in no plugin, so a plugin cannot confirm the problem.
                None if known.old_serves
                    || known.kind == ProblemKind::Render
                    || key.1.is_empty()
                    || !is_prepared(&key.0) =>
                {
                    drop(found.insert(key, known))
                }
                None => log_fixed(&key),
            }
        }
        self.problems = found;
    }
}

fn problem(Faulty { folder, file, fault }: &Faulty) -> ((String, String), TemplateProblem) {
    ((folder.clone(), file.clone()), TemplateProblem::live(fault.to_string(), ProblemKind::Compile))
}

fn remarked(Remark { folder, file, message }: &Remark) -> ((String, String), TemplateProblem) {
    ((folder.clone(), file.clone()), TemplateProblem::live(message.clone(), ProblemKind::Line))
}

fn log_problem(plugin: &str, (folder, file): &(String, String), problem: &TemplateProblem) {
    let (template, error, event) = (name(folder, file), &problem.message, problem.event());
    match problem.is_error {
        true => tracing::error!(plugin.name = plugin, template, error, "{event}"),
        false => tracing::warn!(plugin.name = plugin, template, error, "{event}"),
    }
}

fn log_fixed((folder, file): &(String, String)) {
    tracing::info!(template = name(folder, file), "template fixed");
}

/// Logs the plugins that are new in a set, and those that are gone, compared with the set before.
pub(super) fn log_loaded(plugins: &Plugins, before: Option<&Plugins>) {
    for plugin in plugins.iter() {
        let old = before.and_then(|before| before.loaded_from(plugin.file()));
        if old.is_some_and(|old| Arc::ptr_eq(old, plugin)) {
            continue;
        }
        let (name, version) = (plugin.name(), &plugin.description().version);
        let (file, memory) = (DisplayPath(plugin.file()), plugin.prepared_bytes());
        let signature = plugin.origin().signature().shown();
        let same = old.filter(|old| old.origin().sha256() == plugin.origin().sha256());
        if same.is_some_and(|old| old.origin().signature() != plugin.origin().signature()) {
            tracing::info!(plugin.name = name, plugin.signature = signature, "plugin has another signature");
        } else if same.is_some() {
            let templates = plugin.templates();
            tracing::info!(
                plugin.name = name,
                templates,
                memory_bytes = memory,
                "plugin prepared with the changed templates"
            );
        } else {
            tracing::info!(plugin.name = name, plugin.version = version, plugin.file = %file, plugin.signature = signature, memory_bytes = memory, "plugin loaded");
        }
    }
    let gone = before.into_iter().flat_map(Plugins::iter).filter(|old| plugins.loaded_from(old.file()).is_none());
    for plugin in gone {
        tracing::info!(plugin.name = plugin.name(), plugin.file = %DisplayPath(plugin.file()), "plugin removed");
    }
}
