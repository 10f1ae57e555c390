//! Renders for the points of a check, and sees whether a secret leaves a render by its log.

use super::phone::{Phone, SECRET, Target};
use super::report::Findings;
use crate::journal::places_of_secrets;
use crate::plugin::{Description, Document, Plugin, RenderError, Usage};
use crate::templates::{self, TemplateFile, Texts};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A plugin that is prepared with its templates.
pub struct Examiner {
    pub plugin: Arc<Plugin>,
    texts: Texts,
    /// Lines with a secret in them, which are not shown.
    leaks: Mutex<Findings>,
}

impl Examiner {
    pub fn new(plugin: Arc<Plugin>, texts: Texts) -> Self {
        Self { plugin, texts, leaks: Mutex::default() }
    }

    pub fn description(&self) -> &Description {
        self.plugin.description()
    }

    /// Every file that a phone can ask for.
    pub fn targets(&self) -> Vec<Target> {
        let files = self.plugin.sound_files().into_iter().filter(|(_, file)| !file.contains('/'));
        let target = |(folder, file): (&str, &str)| Target {
            folder: folder.to_owned(),
            file: file.to_owned(),
            reads: self.plugin.reads(folder, Some(file)),
        };
        files.map(target).collect()
    }

    /// The files whose texts differ: the models of a vendor share many. At most `max`.
    pub fn different_targets(&self, max: usize) -> Vec<Target> {
        let mut seen = HashSet::new();
        let text = |target: &Target| {
            let file = templates::file(self.texts(target), &target.file)?;
            Some((target.file.clone(), file.source.to_vec()))
        };
        self.targets().into_iter().filter(|target| seen.insert(text(target))).take(max).collect()
    }

    /// The templates of a file's folder.
    pub fn texts(&self, target: &Target) -> &[TemplateFile] {
        self.texts.folder(&target.folder).map_or(&[], |texts| texts)
    }

    pub async fn render(&self, phone: &Phone) -> Result<Document, RenderError> {
        self.measure(phone).await.0
    }

    pub async fn measure(&self, phone: &Phone) -> (Result<Document, RenderError>, Usage) {
        let measured = self.plugin.measure(phone.job.clone(), phone.scope.clone()).await;
        let group = &phone.job.group;
        let file = phone.job.file.as_deref().unwrap_or_default();
        for line in phone.scope.log() {
            self.look_at(&line, &format!("{}/{file}: a log line", group.folder));
        }
        // The server logs why a render fails.
        if let Err(error) = &measured.0 {
            self.look_at(&error.to_string(), &format!("{}/{file}: the message of a failure", group.folder));
        }
        measured
    }

    fn look_at(&self, line: &str, place: &str) {
        if !places_of_secrets(line, &[SECRET.to_owned()]).is_empty() {
            let mut leaks = self.leaks.lock().unwrap_or_else(PoisonError::into_inner);
            leaks.add(format!("{place} contains the device's password"));
        }
    }

    /// What the renders until now have leaked.
    pub fn leaks(self) -> Findings {
        self.leaks.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a file in a finding.
pub fn place(target: &Target) -> String {
    format!("{}/{}", target.folder, target.file)
}
