//! Which texts of a changed folder may go live: the new ones, except those that do not compile, and those that break a
//! file of the folder which rendered before.

use super::problem::{FoundProblem, ProblemKind, name};
use super::review::{try_live, weigh};
use crate::plugin::{self, Faulty, LoadError, Plugin, RenderError};
use crate::templates::{TemplateFile, file};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the check of one folder may take. One of 25 files takes about 100 ms, and the next edit of the same vendor
/// waits for it.
const FOLDER_MAX: Duration = Duration::from_secs(5);
/// After this time a check ends with the folder it is at. What it has found goes live, and the folders that are left
/// compete with newer edits.
const BATCH_MAX: Duration = Duration::from_millis(400);

/// The result of one folder's check.
pub(super) struct CheckedFolder {
    pub(super) folder: String,
    /// The texts that may go live; `None` if the old ones stay active.
    pub(super) texts: Option<Vec<TemplateFile>>,
    pub(super) found: Vec<FoundProblem>,
}

/// A folder that has changed.
pub(super) struct Change {
    pub(super) folder: String,
    /// The live texts.
    pub(super) old: Arc<[TemplateFile]>,
    /// The texts on disk.
    pub(super) new: Arc<[TemplateFile]>,
    /// Files whose live texts do not compile.
    pub(super) failing: HashSet<String>,
}

/// Checks as many of a plugin's folders as there is time for, at least one, and names those that are left.
pub(super) async fn check(plugin: &Plugin, changes: Vec<Change>) -> (Vec<CheckedFolder>, Vec<String>) {
    // The first time, this compiles. If it fails, the check itself reports the error.
    let _ = plugin.warm_up().await;
    let (started, mut checked, mut changes) = (Instant::now(), Vec::new(), changes.into_iter());
    for change in changes.by_ref() {
        checked.push(change.run(plugin).await);
        if started.elapsed() >= BATCH_MAX {
            break;
        }
    }
    (checked, changes.map(|change| change.folder).collect())
}

impl Change {
    async fn run(self, plugin: &Plugin) -> CheckedFolder {
        let (texts, found) = match tokio::time::timeout(FOLDER_MAX, self.check(plugin)).await {
            Ok(Ok((texts, found))) => (Some(texts), found),
            Ok(Err(error)) => (None, vec![self.refused(&error.to_string())]),
            Err(_) => {
                let s = FOLDER_MAX.as_secs();
                (None, vec![self.refused(&format!("the check of its templates took more than {s} s"))])
            }
        };
        CheckedFolder { folder: self.folder, texts, found }
    }

    fn refused(&self, why: &str) -> FoundProblem {
        let (message, old_serves) = (format!("{}: {why}", name(&self.folder, "")), !self.old.is_empty());
        FoundProblem::refused("", message, old_serves)
    }

    async fn check(&self, plugin: &Plugin) -> Result<(Vec<TemplateFile>, Vec<FoundProblem>), LoadError> {
        let (faulty, remarks) = plugin.check(&self.new).await?;
        let serving = self.new.iter().map(|text| (text.file.clone(), text.clone())).collect();
        let mut trying = Trying { plugin, change: self, serving, found: Vec::new(), failed_before: HashSet::new() };
        faulty.iter().for_each(|found| trying.take_fault(found));
        trying.run().await;
        trying.try_new_files().await;
        let (texts, mut found): (Vec<_>, _) = (trying.serving.into_values().collect(), trying.found);
        FoundProblem::add_remarks(&mut found, remarks.iter());
        weigh(plugin, (&self.folder, &self.new), &mut found).await;
        Ok((texts, found))
    }
}

/// The search for the new texts of a folder that have to be taken back.
struct Trying<'a> {
    plugin: &'a Plugin,
    change: &'a Change,
    /// The texts that may go live, by file.
    serving: BTreeMap<String, TemplateFile>,
    found: Vec<FoundProblem>,
    /// Files that fail with the old texts as well, so that a failure says nothing about the new ones.
    failed_before: HashSet<String>,
}

impl Trying<'_> {
    fn take_fault(&mut self, Faulty { file: name, fault, .. }: &Faulty) {
        let old = file(&self.change.old, name).filter(|_| !self.change.failing.contains(name));
        let old_serves = old.is_some_and(|old| self.serving.get(name) != Some(old));
        if old_serves {
            restore(&mut self.serving, &self.change.old, name);
        }
        self.found.push(match old_serves {
            true => FoundProblem::refused(name, fault.to_string(), true),
            false => FoundProblem::live(name, fault.to_string(), ProblemKind::Compile),
        });
    }

    /// Takes new texts back until every file renders that rendered before.
    async fn run(&mut self) {
        loop {
            let changed = self.changed();
            if changed.is_empty() {
                return;
            }
            let failing = self.failing().await;
            let Some((user, error)) = failing.first() else { return };
            let own: Vec<_> = failing.iter().filter(|(file, _)| changed.contains(file)).collect();
            for (file, error) in &own {
                self.take_back(file, format!("{}: {error}", name(&self.change.folder, file)));
            }
            if own.is_empty() {
                self.take_back_for(user, error, &changed).await;
            }
        }
    }

    fn take_back(&mut self, file: &str, message: String) {
        restore(&mut self.serving, &self.change.old, file);
        self.found.push(FoundProblem::refused(file, message, true));
    }

    /// A file fails that has not changed itself, so a file that it includes must be the cause. Takes that one file back
    /// if one is enough, else all changed files.
    async fn take_back_for(&mut self, user: &str, error: &RenderError, changed: &[String]) {
        let named = |file: &str| name(&self.change.folder, file);
        for file in changed {
            let mut without = self.serving.clone();
            restore(&mut without, &self.change.old, file);
            if self.try_file(&values(&without), user).await.is_ok() {
                let what = if self.serving.contains_key(file) { "with it" } else { "without it" };
                return self.take_back(file, format!("{}: {} fails {what}: {error}", named(file), named(user)));
            }
        }
        let all: Vec<_> = changed.iter().map(|file| named(file)).collect();
        let message = format!("{}: {} fails with {}: {error}", named(""), named(user), all.join(", "));
        changed.iter().for_each(|file| restore(&mut self.serving, &self.change.old, file));
        self.found.push(FoundProblem::refused("", message, true));
    }

    /// Finds the live texts that fail, besides those that do not compile. Files that rendered before have been tried.
    async fn try_new_files(&mut self) {
        let serving = values(&self.serving);
        for new in &serving {
            let is_tried = file(&self.change.old, &new.file).is_some() && !self.failed_before.contains(&new.file);
            if is_tried || self.found.iter().any(|found| found.file == new.file) {
                continue;
            }
            self.found.extend(try_live(self.plugin, (&self.change.folder, &serving), &new.file).await);
        }
    }

    /// The files that differ from the live ones; also removed files.
    fn changed(&self) -> Vec<String> {
        let changed = self.serving.iter().filter(|(name, text)| file(&self.change.old, name) != Some(*text));
        let gone = self.change.old.iter().filter(|old| !self.serving.contains_key(&old.file));
        changed.map(|(name, _)| name).chain(gone.map(|old| &old.file)).cloned().collect()
    }

    /// The files that fail for the sample device now, and did not before.
    async fn failing(&mut self) -> Vec<(String, RenderError)> {
        let (serving, mut failing) = (values(&self.serving), Vec::new());
        for old in self.change.old.iter().filter(|old| self.serving.contains_key(&old.file)) {
            if self.failed_before.contains(&old.file) {
                continue;
            }
            let Err(error) = self.try_file(&serving, &old.file).await else { continue };
            match self.try_file(&self.change.old, &old.file).await {
                Ok(()) => failing.push((old.file.clone(), error)),
                Err(_) => drop(self.failed_before.insert(old.file.clone())),
            }
        }
        failing
    }

    async fn try_file(&self, folder: &[TemplateFile], name: &str) -> Result<(), RenderError> {
        plugin::try_file(self.plugin, (&self.change.folder, folder), name).await
    }
}

/// Puts the old text of a file back; removes the file if it had none.
fn restore(serving: &mut BTreeMap<String, TemplateFile>, old: &[TemplateFile], name: &str) {
    match file(old, name) {
        Some(old) => drop(serving.insert(name.to_owned(), old.clone())),
        None => drop(serving.remove(name)),
    }
}

fn values(files: &BTreeMap<String, TemplateFile>) -> Vec<TemplateFile> {
    files.values().cloned().collect()
}
