//! Which texts of a folder serve after it has changed on disk: the new ones, except those that do not compile, or with
//! which a file of the folder fails that rendered before.

use crate::facts::Shown;
use crate::plugin::{self, Faulty, LoadError, Plugin, Plugins, RenderError};
use crate::templates::{TemplateFile, file};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// How long a folder may be checked and tried. One of 25 files takes some 100 ms, and the next edit of the same vendor
/// waits for it.
const FOLDER_MAX: Duration = Duration::from_secs(5);
/// When a plugin's folders take longer than this together, those that are settled serve before the others are looked
/// at, and what was edited meanwhile has its turn.
const SHARE_MAX: Duration = Duration::from_millis(400);

/// A template whose text on disk does not serve, or serves as a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong and where.
    pub message: String,
    pub since: SystemTime,
    /// The text before serves on.
    pub old_serves: bool,
    /// It was found so at the start, and nobody has touched it since.
    pub(super) from_start: bool,
}

/// By folder and file; the file is empty where it is not known which one of the folder it is.
pub(super) type Wrongs = BTreeMap<(String, String), Wrong>;

/// In messages, in one line: the folder alone where it is not known which file it is.
pub(super) fn name(folder: &str, file: &str) -> String {
    let name = if file.is_empty() { folder.to_owned() } else { format!("{folder}/{file}") };
    Shown(Path::new(&name)).to_string()
}

/// What a plugin found in its templates when it was prepared.
pub(super) fn found_by(plugins: &Plugins) -> Wrongs {
    let faults = plugins.iter().flat_map(|plugin| plugin.faults());
    let wrong = |found: &Faulty| {
        let (message, since) = (found.fault.to_string(), SystemTime::now());
        let wrong = Wrong { message, since, old_serves: false, from_start: false };
        ((found.folder.clone(), found.file.clone()), wrong)
    };
    faults.map(wrong).collect()
}

/// What is wrong with a file, or with a folder where the file is empty.
pub(super) struct Found {
    pub(super) file: String,
    pub(super) message: String,
    pub(super) old_serves: bool,
}

/// What becomes of a folder.
pub(super) struct Settled {
    pub(super) folder: String,
    /// `None`: what it had serves on.
    pub(super) texts: Option<Vec<TemplateFile>>,
    pub(super) found: Vec<Found>,
}

/// A folder that has changed.
pub(super) struct Change {
    pub(super) folder: String,
    /// As it serves.
    pub(super) old: Arc<[TemplateFile]>,
    /// As it is on disk.
    pub(super) new: Arc<[TemplateFile]>,
    /// Files whose old texts do not compile.
    pub(super) unsound: HashSet<String>,
}

/// Settles as many of a plugin's folders as there is time for, one at least; and names those that are left.
pub(super) async fn settle(plugin: &Plugin, changes: Vec<Change>) -> (Vec<Settled>, Vec<String>) {
    // It compiles, the first time. Should it fail, the check says why.
    let _ = plugin.warm_up().await;
    let (started, mut settled, mut changes) = (Instant::now(), Vec::new(), changes.into_iter());
    for change in changes.by_ref() {
        settled.push(change.settle(plugin).await);
        if started.elapsed() >= SHARE_MAX {
            break;
        }
    }
    (settled, changes.map(|change| change.folder).collect())
}

impl Change {
    async fn settle(self, plugin: &Plugin) -> Settled {
        let (texts, found) = match tokio::time::timeout(FOLDER_MAX, self.check(plugin)).await {
            Ok(Ok((texts, found))) => (Some(texts), found),
            Ok(Err(error)) => (None, vec![self.refused(&error.to_string())]),
            Err(_) => {
                let s = FOLDER_MAX.as_secs();
                (None, vec![self.refused(&format!("checking and trying its templates was not done after {s} s"))])
            }
        };
        Settled { folder: self.folder, texts, found }
    }

    fn refused(&self, why: &str) -> Found {
        let (message, old_serves) = (format!("{}: {why}", name(&self.folder, "")), !self.old.is_empty());
        Found { file: String::new(), message, old_serves }
    }

    async fn check(&self, plugin: &Plugin) -> Result<(Vec<TemplateFile>, Vec<Found>), LoadError> {
        let faulty = plugin.check(self.new.to_vec()).await?;
        let serving = self.new.iter().map(|text| (text.file.clone(), text.clone())).collect();
        let mut trying = Trying { plugin, change: self, serving, found: Vec::new(), hopeless: HashSet::new() };
        faulty.iter().for_each(|found| trying.take_fault(found));
        trying.run().await;
        Ok((trying.serving.into_values().collect(), trying.found))
    }
}

/// A folder between its old texts and its new ones.
struct Trying<'a> {
    plugin: &'a Plugin,
    change: &'a Change,
    /// By their files.
    serving: BTreeMap<String, TemplateFile>,
    found: Vec<Found>,
    /// Files that fail with the old texts as well.
    hopeless: HashSet<String>,
}

impl Trying<'_> {
    fn take_fault(&mut self, Faulty { file: name, fault, .. }: &Faulty) {
        let old = file(&self.change.old, name).filter(|_| !self.change.unsound.contains(name));
        let old_serves = old.is_some_and(|old| self.serving.get(name) != Some(old));
        if old_serves {
            restore(&mut self.serving, &self.change.old, name);
        }
        self.found.push(Found { file: name.clone(), message: fault.to_string(), old_serves });
    }

    /// Takes new texts back until every file renders that did before.
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
        self.found.push(Found { file: file.to_owned(), message, old_serves: true });
    }

    /// A file fails that has not changed: takes back what it includes, the one file where one is enough.
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
        self.found.push(Found { file: String::new(), message, old_serves: true });
    }

    /// The files that are not as they were; also those that are gone.
    fn changed(&self) -> Vec<String> {
        let changed = self.serving.iter().filter(|(name, text)| file(&self.change.old, name) != Some(*text));
        let gone = self.change.old.iter().filter(|old| !self.serving.contains_key(&old.file));
        changed.map(|(name, _)| name).chain(gone.map(|old| &old.file)).cloned().collect()
    }

    /// The files that fail for the sample device, and did not before.
    async fn failing(&mut self) -> Vec<(String, RenderError)> {
        let (serving, mut failing) = (values(&self.serving), Vec::new());
        for old in self.change.old.iter().filter(|old| self.serving.contains_key(&old.file)) {
            if self.hopeless.contains(&old.file) {
                continue;
            }
            let Err(error) = self.try_file(&serving, &old.file).await else { continue };
            match self.try_file(&self.change.old, &old.file).await {
                Ok(()) => failing.push((old.file.clone(), error)),
                Err(_) => drop(self.hopeless.insert(old.file.clone())),
            }
        }
        failing
    }

    async fn try_file(&self, folder: &[TemplateFile], name: &str) -> Result<(), RenderError> {
        plugin::try_file(self.plugin, (&self.change.folder, folder), name).await
    }
}

/// Puts a file back as it was, or away.
fn restore(serving: &mut BTreeMap<String, TemplateFile>, old: &[TemplateFile], name: &str) {
    match file(old, name) {
        Some(old) => drop(serving.insert(name.to_owned(), old.clone())),
        None => drop(serving.remove(name)),
    }
}

fn values(files: &BTreeMap<String, TemplateFile>) -> Vec<TemplateFile> {
    files.values().cloned().collect()
}
