//! What is known of the reloads so far, for whoever asks.

use super::settle::{self, Found, Wrong, Wrongs};
use crate::facts::Shown;
use crate::plugin::{LoadFailure, Plugins};
use crate::templates::Texts;
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Of one answer: each is some lines of a terminal, and templates that are wrong come by the folder.
const COMPLAINTS_MAX: usize = 200;

/// As of the end of the last reload.
#[derive(Clone, Default)]
pub struct Report {
    /// Why changes are looked for now and then instead of being told by the system.
    pub polling: Option<String>,
    /// What the last look at the disk could not read; what was loaded of it serves on.
    pub trouble: Option<String>,
    /// Files that are being written, and left alone until they are whole.
    pub growing: Vec<PathBuf>,
    pub refused: Vec<Refused>,
    pub(super) wrongs: Wrongs,
    /// Snapshots that were replaced since the start.
    pub swaps: u64,
    pub last: Option<Last>,
}

/// A component that does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub file: PathBuf,
    pub error: String,
    pub since: SystemTime,
    pub old_serves: bool,
    /// The template folders that may be to blame.
    pub(super) folders: Vec<String>,
}

/// The last reload that found something changed, or was asked for.
#[derive(Clone, Copy)]
pub struct Last {
    pub at: SystemTime,
    pub took: Duration,
    pub outcome: Outcome,
}

/// What became of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Unchanged,
    Swapped,
    /// Something of it does not serve; the rest of it may.
    Refused,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Swapped => "swapped",
            Self::Refused => "refused",
        }
    }
}

impl Report {
    /// Templates that do not serve as they stand on disk, by folder and file.
    pub fn templates(&self) -> impl Iterator<Item = (String, &Wrong)> {
        self.wrongs.iter().map(|((folder, file), wrong)| (settle::name(folder, file), wrong))
    }

    /// Everything that does not serve as it lies on disk, in words; without those of FusionPBX's templates that never
    /// did, which every reload would have to repeat.
    pub fn complaints(&self) -> Vec<String> {
        let kept = |serves: bool| if serves { " (what was loaded before serves on)" } else { "" };
        let refused = self.refused.iter().map(|it| format!("{} {}{}", Shown(&it.file), it.error, kept(it.old_serves)));
        let templates =
            self.wrongs.values().filter(|it| !it.from_start).map(|it| format!("{}{}", it.message, kept(it.old_serves)));
        let mut all = self.trouble.clone().into_iter().chain(refused).chain(templates);
        let mut shown: Vec<_> = all.by_ref().take(COMPLAINTS_MAX).collect();
        let more = all.count();
        if more > 0 {
            shown.push(format!("and {more} more; `dialplate plugin list` names them all"));
        }
        shown
    }

    /// Takes note of what a load of components refused, and logs what is new of it.
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
            let consequence = if old_serves { "the version before serves on" } else { "it serves nothing" };
            tracing::error!(plugin.name = plugin, plugin.file = %Shown(&refused.file), error = refused.error, limit, "plugin refused; {consequence}");
            self.refused.retain(|known| known.file != refused.file);
            self.refused.push(refused);
        }
    }

    /// Takes what is wrong in a folder now that its plugin has been asked, and logs what is new of it, and what is well
    /// again.
    pub(super) fn settled(&mut self, plugin: &str, folder: &str, found: Vec<Found>) {
        let mut before: Wrongs = self.wrongs.extract_if(.., |(of, _), _| of == folder).collect();
        for Found { file, message, old_serves } in found {
            let key = (folder.to_owned(), file);
            let known = before.remove(&key);
            let same = known.filter(|known| known.message == message && known.old_serves == old_serves);
            let wrong = same.unwrap_or_else(|| {
                let template = settle::name(folder, &key.1);
                let what = match old_serves {
                    true => "template refused; its old text serves on",
                    false => "template does not compile; requests for it are answered with 500",
                };
                tracing::error!(plugin.name = plugin, template, error = message, "{what}");
                Wrong { message, since: SystemTime::now(), old_serves, from_start: false }
            });
            self.wrongs.insert(key, wrong);
        }
        before.keys().for_each(log_well);
    }

    /// The files of a folder whose texts do not serve, nor older ones in their place.
    pub(super) fn unsound(&self, folder: &str) -> HashSet<String> {
        let wrong = self.wrongs.iter().filter(|((of, _), wrong)| of == folder && !wrong.old_serves);
        wrong.map(|((_, file), _)| file.clone()).collect()
    }

    /// The folders of which texts were refused.
    pub(super) fn refused_folders(&self) -> impl Iterator<Item = &str> {
        let refused = self.wrongs.iter().filter(|((_, file), wrong)| wrong.old_serves || file.is_empty());
        refused.map(|((folder, _), _)| folder.as_str())
    }

    /// Forgets the refusals that a load of components has not confirmed: of files that were looked at, or are gone.
    pub(super) fn keep_refused(&mut self, keep: impl Fn(&Refused) -> bool) {
        for refused in self.refused.extract_if(.., |refused| !keep(refused)) {
            tracing::info!(plugin.file = %Shown(&refused.file), "plugin is refused no longer");
        }
    }

    /// Takes the faults that plugins found when they were prepared, for the folders that serve as they were prepared.
    pub(super) fn found_by(&mut self, plugins: &Plugins, texts: &Texts) {
        let prepared = |folder: &str| {
            let owner = plugins.owner(folder).zip(texts.folder(folder));
            owner.is_some_and(|(owner, texts)| owner.prepared(folder, texts))
        };
        let mut found = settle::found_by(plugins);
        found.retain(|(folder, _), _| prepared(folder));
        for (key, wrong) in std::mem::take(&mut self.wrongs) {
            match found.get_mut(&key) {
                Some(again) if again.message == wrong.message => *again = wrong,
                Some(_) => {}
                // A text that does not serve is in no plugin.
                None if wrong.old_serves || key.1.is_empty() || !prepared(&key.0) => drop(found.insert(key, wrong)),
                None => log_well(&key),
            }
        }
        self.wrongs = found;
    }
}

fn log_well((folder, file): &(String, String)) {
    tracing::info!(template = settle::name(folder, file), "template is wrong no longer");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_beyond_what_anybody_reads_are_counted() {
        let wrong = Wrong { message: "odd".into(), since: SystemTime::now(), old_serves: false, from_start: false };
        let wrongs = (0..203).map(|file| (("a".to_owned(), format!("{file:03}")), wrong.clone())).collect();
        let report = Report { wrongs, ..Report::default() };
        let complaints = report.complaints();
        assert_eq!((complaints.len(), &*complaints[199]), (201, "odd"));
        assert!(complaints[200].starts_with("and 3 more"), "{}", complaints[200]);
    }
}
