//! Which texts serve after the disk has changed: the new one of every file that stands the trial, and the old one
//! where the new one does not.

use super::trial;
use crate::facts::Shown;
use crate::plugin::{Faulty, LoadError, Plugin, Plugins, RenderError, off_the_path};
use crate::templates::{TemplateFile, Texts, file};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// How long all trial renders of one reload may take: a save is a few files. Of a whole tree that is replaced at once,
/// the rest serves without, as it would after a start.
const TRIALS_MAX: Duration = Duration::from_millis(400);

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

pub(super) struct Settling<'a> {
    pub(super) plugins: &'a Plugins,
    /// As they serve; from here on as they are to serve.
    pub(super) texts: Texts,
    pub(super) wrongs: Wrongs,
    started: Instant,
}

impl<'a> Settling<'a> {
    pub(super) fn new(plugins: &'a Plugins, texts: Texts, wrongs: Wrongs) -> Self {
        Self { plugins, texts, wrongs, started: Instant::now() }
    }

    /// Takes over the folders that have changed on disk.
    pub(super) async fn settle(&mut self, disk: &Texts, changed: &[String]) {
        let mut of_plugins: BTreeMap<&str, (&Arc<Plugin>, Vec<&str>)> = BTreeMap::new();
        for folder in changed {
            match (disk.folder(folder), self.plugins.owner(folder)) {
                (Some(_), Some(owner)) => of_plugins.entry(owner.name()).or_insert((owner, vec![])).1.push(folder),
                (Some(files), None) => self.texts.share(folder, files),
                (None, _) => {
                    self.texts.remove(folder);
                    self.forget(folder);
                }
            }
        }
        for (plugin, folders) in of_plugins.into_values() {
            self.settle_for(plugin, disk, &folders).await;
        }
    }

    async fn settle_for(&mut self, plugin: &Arc<Plugin>, disk: &Texts, folders: &[&str]) {
        let warm = Arc::clone(plugin);
        // It compiles, the first time.
        let _ = off_the_path(false, async move { warm.warm_up().await }).await;
        match plugin.check(disk.of(&|folder| folders.contains(&folder))).await {
            Ok(faulty) => {
                for folder in folders {
                    let faulty: Vec<_> = faulty.iter().filter(|found| found.folder == **folder).collect();
                    self.take_folder(plugin, disk, folder, &faulty).await;
                }
            }
            // One of them is to blame: find out which.
            Err(_) if folders.len() > 1 => {
                for folder in folders {
                    Box::pin(self.settle_for(plugin, disk, &[folder])).await;
                }
            }
            Err(error) => folders.iter().for_each(|folder| self.refuse_folder(folder, &error)),
        }
    }

    fn refuse_folder(&mut self, folder: &str, error: &LoadError) {
        let old_serves = self.texts.folder(folder).is_some();
        self.note((folder, ""), format!("{}: {error}", name(folder, "")), old_serves);
    }

    async fn take_folder(&mut self, plugin: &Plugin, disk: &Texts, folder: &str, faulty: &[&Faulty]) {
        let old = self.texts.folder(folder).cloned().or_else(|| self.texts.for_all(folder)).unwrap_or_default();
        let new: Vec<_> = disk.folder(folder).map(|files| files.to_vec()).unwrap_or_default();
        let before = std::mem::take(&mut self.wrongs);
        let (of_folder, others) = before.into_iter().partition(|((of, _), _)| of == folder);
        let of_folder: Wrongs = of_folder;
        self.wrongs = others;
        let mut serving = new.clone();
        for (at, text) in new.iter().enumerate() {
            let known = of_folder.get(&(folder.to_owned(), text.file.clone()));
            let sound = |_: &&TemplateFile| known.is_none_or(|wrong| wrong.old_serves);
            let old_text = file(&old, &text.file);
            let fault = faulty.iter().find(|found| found.file == text.file).map(|found| found.fault.to_string());
            let message = match fault {
                Some(fault) => Some(fault),
                None if old_text == Some(text) => continue,
                None => self
                    .fails(plugin, &new, text, (&old, old_text))
                    .await
                    .map(|error| format!("{}: {error}", name(folder, &text.file))),
            };
            let Some(message) = message else { continue };
            let stands_in = old_text.filter(sound);
            if let Some(old) = stands_in {
                serving[at] = old.clone();
            }
            self.wrongs.extend(known.map(|wrong| ((folder.to_owned(), text.file.clone()), wrong.clone())));
            self.note((folder, &text.file), message, stands_in.is_some());
        }
        self.texts.set(folder, serving);
    }

    /// Whether a text that compiles fails for the sample device where the text before does not.
    async fn fails(
        &self,
        plugin: &Plugin,
        folder: &[TemplateFile],
        text: &TemplateFile,
        (old_folder, old): (&[TemplateFile], Option<&TemplateFile>),
    ) -> Option<RenderError> {
        let old = old.filter(|_| self.started.elapsed() < TRIALS_MAX)?;
        let error = trial::try_file(plugin, folder, text).await.err()?;
        trial::try_file(plugin, old_folder, old).await.is_ok().then_some(error)
    }

    /// Notes what is wrong, and logs it when it is not known yet.
    fn note(&mut self, (folder, file): (&str, &str), message: String, old_serves: bool) {
        let key = (folder.to_owned(), file.to_owned());
        if self.wrongs.get(&key).is_some_and(|known| known.message == message && known.old_serves == old_serves) {
            return;
        }
        let template = name(folder, file);
        let plugin = self.plugins.owner(folder).map_or("", |owner| owner.name());
        let what = match old_serves {
            true => "template refused; its old text serves on",
            false => "template does not compile; requests for it are answered with 500",
        };
        tracing::error!(plugin.name = plugin, template, error = message, "{what}");
        self.wrongs.insert(key, Wrong { message, since: SystemTime::now(), old_serves, from_start: false });
    }

    fn forget(&mut self, folder: &str) {
        self.wrongs.retain(|(of, _), _| of != folder);
    }
}
