//! A plugin in a running server, from one save to the next.

use super::build::{Build, BuildOutcome};
use super::cases::{CASES_MAX, Cases};
use super::error::DevError;
use super::fetches::Phones;
use super::overlay::Overlay;
use super::saves::Saves;
use super::screen::Screen;
use super::sources::Save;
use super::subject::Subject;
use super::text;
use crate::plugin::Plugin;
use crate::plugin_kit::{self, Config, Neighbour, Project, examine, neighbours};
use crate::reload::{Current, Reloads, Report};
use std::collections::HashSet;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::block_in_place;
use tokio::time::sleep;

/// The pause before files are read again that cannot be read.
const RETRY_PAUSE: Duration = Duration::from_secs(3);

pub struct Session {
    subject: Arc<Subject>,
    kit: Config,
    overlay: Overlay,
    saves: Saves,
    screen: Screen,
    cases: Cases,
    builds: u32,
    /// The component that was put in place last.
    newest: Option<Version>,
    /// The last one of them that has served.
    served: Option<Version>,
    /// What the server said of the templates, and the author has read.
    complaints: HashSet<String>,
}

/// A component of the author's.
#[derive(Clone)]
struct Version {
    sha256: String,
    /// Name, version and number of the build.
    label: String,
}

impl Session {
    /// Watches a project or a component. `kit` is the server's configuration; its folder of plugins is only read.
    ///
    /// # Errors
    /// There is no plugin, or it cannot be read.
    pub async fn open(path: &Path, kit: Config) -> Result<Self, DevError> {
        let subject = Arc::new(Subject::find(path)?);
        let overlay = Overlay::new(&kit.plugins)?;
        let saves = Saves::start(Arc::clone(&subject), kit.plugins.clone()).await?;
        let (screen, cases) = (Screen::open(), Cases::default());
        let complaints = HashSet::new();
        Ok(Self { subject, kit, overlay, saves, screen, cases, builds: 0, newest: None, served: None, complaints })
    }

    /// The folder from which the server has to load its components.
    pub fn plugins(&self) -> PathBuf {
        self.overlay.path().to_owned()
    }

    /// The templates of the project, which come before the server's own.
    pub fn templates(&self) -> Option<PathBuf> {
        self.subject.templates()
    }

    /// Builds until there is a component that a server can load: the author's, or else an installed one.
    ///
    /// # Errors
    /// The build cannot be started.
    pub async fn prepare(&mut self) -> Result<(), DevError> {
        loop {
            self.build(&mut Save::default()).await?;
            if !self.overlay.is_empty() {
                return Ok(());
            }
            self.screen.print("the server starts as soon as the plugin can be built; waiting for a save\n").await;
            self.saves.next_of_sources(&mut Save::default()).await?;
        }
    }

    /// Shows what the server made of the last save, and waits for the next one, for ever.
    pub async fn run(&mut self, reloads: &Reloads, current: &Current, phones: &Phones) {
        let mut shows = true;
        loop {
            if shows {
                let Some(report) = reloads.reload().await else { return pending().await };
                self.show(&report, current, phones).await;
            }
            let mut save = self.next_save().await;
            if save.all().next().is_some() {
                self.screen.print(&text::saved(self.screen, &save)).await;
            }
            shows = match self.take(&mut save).await {
                Ok(is_new) => is_new || !(save.templates.is_empty() && save.cases.is_empty()),
                Err(error) => {
                    self.refuse(&error.to_string()).await;
                    false
                }
            };
        }
    }

    async fn next_save(&mut self) -> Save {
        let mut said = None;
        loop {
            match self.saves.next().await {
                Ok(save) => return save,
                Err(error) => {
                    let why = error.to_string();
                    if said.as_ref() != Some(&why) {
                        self.refuse(&why).await;
                        said = Some(why);
                    }
                    sleep(RETRY_PAUSE).await;
                }
            }
        }
    }

    /// Does what a save asks for. Returns whether there is a new component.
    async fn take(&mut self, save: &mut Save) -> Result<bool, DevError> {
        if save.installed {
            block_in_place(|| self.overlay.refresh())?;
        }
        if save.sources.is_empty() { Ok(false) } else { self.build(save).await }
    }

    /// Builds, and puts the component in place. Returns whether it is a new one. What is saved meanwhile and is no source is
    /// added to `others`.
    async fn build(&mut self, others: &mut Save) -> Result<bool, DevError> {
        let component = match &*self.subject {
            Subject::Component { file, .. } => Some(file.clone()),
            Subject::Project(folder) => self.build_project(&folder.clone(), others).await?,
        };
        match component {
            Some(component) => self.put(&component).await,
            None => Ok(false),
        }
    }

    /// Builds the project, from the start again whenever a source is saved meanwhile. Returns the component's file, unless the
    /// build failed.
    async fn build_project(&mut self, folder: &Path, others: &mut Save) -> Result<Option<PathBuf>, DevError> {
        let outcome = loop {
            self.builds += 1;
            self.screen.print("building ...\n").await;
            let mut build = Build::start(folder, &self.overlay.scratch())?;
            tokio::select! {
                outcome = build.end() => break outcome,
                saved = self.saves.next_of_sources(others) => {
                    build.stop().await;
                    saved?;
                }
            }
            self.screen.print("a source was saved during the build, which starts again\n").await;
        };
        self.saves.adopt_lock_files().await?;
        match outcome {
            BuildOutcome::Built { built, took } => {
                self.screen.print(&text::built(&built, took)).await;
                Ok(Some(built.file))
            }
            BuildOutcome::Failed { why, output } => {
                let text = text::build_failed(self.screen, &why, &output, &self.still_served());
                self.screen.print(&text).await;
                Ok(None)
            }
        }
    }

    /// Puts a component where the server finds it, unless it is no plugin or the one of before.
    async fn put(&mut self, component: &Path) -> Result<bool, DevError> {
        let examined = match examine(&self.kit, component).await {
            Ok(examined) => examined,
            Err(plugin_kit::Error::Component { file, error }) => {
                self.refuse(&format!("{} {error}", file.display())).await;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        if self.newest.as_ref().is_some_and(|newest| newest.sha256 == examined.sha256) {
            self.screen.print("the component is the same as before\n").await;
            return Ok(false);
        }
        let name = &examined.description.name;
        let neighbours = self.neighbours().await;
        block_in_place(|| self.overlay.put(name, &neighbours, examined.component()))?;
        let of_build = if self.builds > 0 { format!(" (build {})", self.builds) } else { String::new() };
        let label = format!("{name} {}{of_build}", plugin_kit::shown(&examined.description.version));
        self.newest = Some(Version { sha256: examined.sha256.clone(), label });
        Ok(true)
    }

    /// The installed components; none without a folder of them.
    async fn neighbours(&self) -> Vec<Neighbour> {
        neighbours(&self.kit).await.unwrap_or_default()
    }

    /// Shows what serves now, and what the cases give.
    async fn show(&mut self, report: &Report, current: &Current, phones: &Phones) {
        self.show_complaints(report).await;
        let snapshot = current.load_full();
        let Some(own) = self.overlay.own().map(Path::to_owned) else { return };
        let live = snapshot.plugins.loaded_from(&own).cloned();
        let is_newest = |version: &Version| live.as_ref().is_some_and(|live| live.origin().sha256() == version.sha256);
        match self.newest.clone() {
            Some(version) if is_newest(&version) => {
                if self.served.as_ref().is_none_or(|served| served.label != version.label) {
                    self.screen.print(&format!("serving {}\n", version.label)).await;
                }
                self.served = Some(version);
            }
            Some(version) => {
                let refused = report.refused.iter().find(|refused| refused.file == own);
                let why = refused.map_or("is not loaded yet; the log says why", |refused| &refused.error);
                self.refuse(&format!("the server refused {}, which {why}", version.label)).await;
            }
            None => {}
        }
        if let Some(live) = live {
            let fetched = phones.show_again().await;
            self.show_cases(&own, &live, current, fetched).await;
        }
    }

    /// Shows what the server says for the first time of the project's templates. What concerns others is in the log.
    async fn show_complaints(&mut self, report: &Report) {
        let templates = self.subject.templates();
        let is_own = |name: &str| {
            let folder = Path::new(name).parent();
            templates.as_ref().zip(folder).is_some_and(|(templates, folder)| templates.join(folder).is_dir())
        };
        let problems = report.templates().filter(|(name, _)| is_own(name)).map(|(_, problem)| problem.sentence());
        let said: HashSet<_> = report.trouble.iter().cloned().chain(problems).collect();
        let mut new: Vec<_> = said.difference(&self.complaints).cloned().collect();
        new.sort();
        for complaint in new {
            self.screen.print(&text::complaint(self.screen, &complaint)).await;
        }
        self.complaints = said;
    }

    async fn show_cases(&mut self, own: &Path, live: &Arc<Plugin>, current: &Current, fetched: usize) {
        let component = matches!(&*self.subject, Subject::Project(_)).then_some(own);
        let project = match Project::find(self.subject.path(), component) {
            Ok(project) => project,
            Err(error) => return self.screen.print(&text::complaint(self.screen, &error.to_string())).await,
        };
        let texts = current.load().texts.clone();
        for folder in project.cases.iter().take(CASES_MAX) {
            let rendered = self.cases.render(folder, live, &texts).await;
            self.screen.print(&text::case(self.screen, &rendered)).await;
        }
        let home = self.subject.home().display();
        let text = match project.cases.len() {
            0 if fetched > 0 => return,
            0 => format!(
                "{home} has no cases, so nothing is rendered before a phone asks; `dialplate plugin capture` makes one of a \
                 live device\n"
            ),
            count if count > CASES_MAX => {
                format!("{} more cases are not rendered; `dialplate plugin test` renders all\n", count - CASES_MAX)
            }
            _ => return,
        };
        self.screen.print(&text).await;
    }

    async fn refuse(&self, why: &str) {
        self.screen.print(&text::refused(self.screen, why, &self.still_served())).await;
    }

    fn still_served(&self) -> String {
        match &self.served {
            Some(version) => format!("{} is still served", version.label),
            None => "no build of the plugin is served yet".to_owned(),
        }
    }
}
