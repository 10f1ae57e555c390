//! The next save.

use super::error::DevError;
use super::sources::{Save, Sources};
use super::subject::Subject;
use super::watch::Watch;
use crate::templates::has_writer;
use std::path::PathBuf;
use std::sync::Arc;

/// What was saved since the last one that the session took.
pub struct Saves {
    subject: Arc<Subject>,
    /// The operator's folder of components, in which others may install some.
    installed: PathBuf,
    watch: Watch,
    last: Sources,
}

impl Saves {
    /// Watches the subject from now on.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn start(subject: Arc<Subject>, installed: PathBuf) -> Result<Self, DevError> {
        let mut saves = Self { subject, installed, watch: Watch::start(), last: Sources::default() };
        saves.last = saves.look().await?;
        Ok(saves)
    }

    /// Looks at the files, and sees to it that later changes of all of them are reported.
    async fn look(&mut self) -> Result<Sources, DevError> {
        loop {
            let (subject, installed) = (Arc::clone(&self.subject), self.installed.clone());
            let look = tokio::task::spawn_blocking(move || Sources::look(&subject, &installed));
            let look = look.await.map_err(|_| DevError::Crash)??;
            if !self.watch.set(&look.folders) {
                return Ok(look);
            }
        }
    }

    /// Waits for the next save, and until it is complete.
    ///
    /// # Errors
    /// The files cannot be read.
    pub async fn next(&mut self) -> Result<Save, DevError> {
        loop {
            self.watch.settled().await;
            let look = self.look().await?;
            let save = look.changes_since(&self.last);
            let is_written = |file: &PathBuf| has_writer(&self.subject.home().join(file)) == Some(true);
            if save.is_empty() || save.all().any(is_written) {
                continue;
            }
            self.last = look;
            return Ok(save);
        }
    }

    /// Waits for a save of sources. Others are added to `others`.
    ///
    /// # Errors
    /// The files cannot be read.
    pub async fn next_of_sources(&mut self, others: &mut Save) -> Result<(), DevError> {
        loop {
            let save = self.next().await?;
            let is_of_sources = !save.sources.is_empty();
            others.extend(save);
            if is_of_sources {
                return Ok(());
            }
        }
    }

    /// Takes over what a build has written beside the sources.
    ///
    /// # Errors
    /// The files cannot be read.
    pub async fn adopt_lock_files(&mut self) -> Result<(), DevError> {
        let look = self.look().await?;
        self.last.adopt_lock_files(&look);
        Ok(())
    }
}
