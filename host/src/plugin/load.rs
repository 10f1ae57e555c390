//! Loading a set of plugins: read every file, settle which component serves what, build, and check the new ones.

use super::build::Candidate;
use super::claims::{Claimant, Claims, FileVersion, Settlement, settle};
use super::engine::Engine;
use super::error::{LoadError, LoadFailure};
use super::off_the_path::{OffThePath, off_the_path};
use super::plugin::Plugin;
use super::set::Plugins;
use super::trial;
use crate::templates::TemplateFile;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// FusionPBX has templates of some thirty vendors. Each plugin takes a few MB, and a thread while it is built.
pub const COMPONENTS_MAX: usize = 128;

/// Which templates belong to the plugin that is being prepared.
pub struct Share<'a> {
    claims: &'a Claims,
    plugin: usize,
}

impl Share<'_> {
    /// Whether the template folder, named by its path below the template root, belongs to the plugin.
    pub fn takes(&self, folder: &str) -> bool {
        self.claims.of_folder(folder) == Some(self.plugin)
    }
}

/// What to load.
pub struct LoadPlan<'a> {
    /// Component files. Of two new components that claim the same vendor, the first file's gets it.
    pub files: &'a [PathBuf],
    /// Files that are not read: the component loaded from them before stays active.
    pub held: &'a HashSet<PathBuf>,
    /// The template files that a plugin is prepared with.
    pub templates: &'a (dyn Fn(&Share<'_>) -> Vec<TemplateFile> + Sync),
    /// The set that the new one replaces.
    pub previous: Option<&'a Plugins>,
    /// Whether a new component has to pass a trial render, and to compile every template that compiled before.
    pub trial: bool,
}

/// One component file during a load.
struct ComponentFile {
    file: PathBuf,
    /// The component in the file; `None` if the file is held or unusable.
    new: Option<Candidate>,
    /// The plugin that was loaded from the file before.
    old: Option<Arc<Plugin>>,
    /// Building the new component is put off until the server listens.
    is_late: bool,
    /// Preparing the old component again failed as well, so it stays as it is.
    keep_old: bool,
    /// What this load has built, for the next round.
    built: Option<Arc<Plugin>>,
}

/// A plugin of the new set, which may still be under construction.
enum PendingPlugin {
    Done(Arc<Plugin>),
    Running(OffThePath<Arc<Plugin>>),
}

impl Plugins {
    /// Loads files without a trial: at the start. With [`Engine::starting`], components that take long are put off: they are
    /// among the failures, and their vendors are not served yet.
    pub async fn load(
        engine: &Engine,
        files: &[PathBuf],
        templates: &(dyn Fn(&Share<'_>) -> Vec<TemplateFile> + Sync),
        previous: Option<&Self>,
    ) -> (Self, Vec<LoadFailure>) {
        Self::load_plan(engine, &LoadPlan { files, held: &HashSet::new(), templates, previous, trial: false }).await
    }

    /// Loads the files of a plan. A file that cannot be used is among the failures and affects no other file; the
    /// component that `previous` loaded from it stays active. Unchanged plugins of `previous` are taken over.
    ///
    /// Compiling takes up to seconds. It runs on threads of its own, at a lower priority than requests if there is a
    /// `previous`. `templates` is called on the caller's thread.
    pub async fn load_plan(engine: &Engine, plan: &LoadPlan<'_>) -> (Self, Vec<LoadFailure>) {
        let (mut entries, mut failures) = read_all(engine, plan).await;
        let set = loop {
            let Settlement { claims, winners, refused } = settle_entries(&entries);
            let broken = build_all(engine, plan, &mut entries, &claims, &winners).await;
            if broken.is_empty() {
                failures.extend(refused.into_iter().map(|(at, error)| LoadFailure::new(&entries[at].file, error)));
                let plugins = winners.iter().filter_map(|(at, _)| entries[*at].built.clone()).collect();
                break Self::new(plugins, claims, plan.previous);
            }
            // The vendors of a broken component are free for others, so the claims are settled again without it.
            failures.extend(broken);
        };
        for failure in &mut failures {
            failure.old_serves = set.loaded_from(&failure.file).is_some();
            // A limit that ended a trial render was counted by the render.
            if !matches!(failure.error, LoadError::Call { step: "render", .. }) {
                engine.limit_counters().note(&failure.plugin(), failure.error.limit());
            }
        }
        (set, failures)
    }
}

/// Reads every component file that is not held.
async fn read_all(engine: &Engine, plan: &LoadPlan<'_>) -> (Vec<ComponentFile>, Vec<LoadFailure>) {
    let live: Arc<Vec<_>> = Arc::new(plan.previous.into_iter().flat_map(Plugins::live_versions).collect());
    let read = |file: &PathBuf| {
        let (engine, file, live) = (engine.clone(), file.clone(), Arc::clone(&live));
        off_the_path(plan.previous.is_some(), async move {
            let _permit = engine.build_turn().await;
            let candidate = Candidate::read(&engine, &file).await?;
            let new = candidate.live_version();
            let live = live.iter().find(|live| live.name == new.name);
            engine.config().signatures.check_version(&new, live)?;
            Ok(candidate)
        })
    };
    let readable = plan.files.iter().take(COMPONENTS_MAX).filter(|file| !plan.held.contains(*file));
    let mut reads: Vec<_> = readable.map(|file| (file, read(file))).collect();
    let mut failures = Vec::new();
    let beyond = plan.files.iter().skip(COMPONENTS_MAX);
    let mut entries: Vec<_> = plan.files.iter().map(|file| ComponentFile::of(file, plan.previous)).collect();
    for entry in &mut entries {
        let Some((_, read)) = reads.extract_if(.., |(file, _)| **file == entry.file).next() else { continue };
        match read.await {
            Ok(candidate) => entry.new = Some(candidate),
            Err(error) => failures.push(LoadFailure::new(&entry.file, error)),
        }
    }
    failures.extend(beyond.map(|file| LoadFailure::new(file, LoadError::TooMany { max: COMPONENTS_MAX })));
    (entries, failures)
}

fn settle_entries(entries: &[ComponentFile]) -> Settlement {
    settle(&entries.iter().map(ComponentFile::claimant).collect::<Vec<_>>())
}

/// Builds the winners side by side. A component that fails is removed from its entry, unless it is late, and reported.
async fn build_all(
    engine: &Engine,
    plan: &LoadPlan<'_>,
    entries: &mut [ComponentFile],
    claims: &Claims,
    winners: &[(usize, FileVersion)],
) -> Vec<LoadFailure> {
    let mut builds = Vec::new();
    for (plugin, (at, version)) in winners.iter().enumerate() {
        let templates = (plan.templates)(&Share { claims, plugin });
        let folders = templates.chunk_by(|a, b| a.folder == b.folder).filter_map(|files| files.first());
        let folders: Vec<_> = folders.map(|file| file.folder.clone()).collect();
        let Some(build) = entries[*at].start(engine, *version, templates, plan) else { continue };
        builds.push((*at, folders, build));
    }
    let mut broken = Vec::new();
    for (at, folders, build) in builds {
        let built = match build {
            PendingPlugin::Done(plugin) => Ok(plugin),
            PendingPlugin::Running(task) => task.await.and_then(|plugin| plan.check(&plugin).map(|()| plugin)),
        };
        let entry = &mut entries[at];
        match built {
            Ok(plugin) => entry.built = Some(plugin),
            Err(error) if error.is_late() => {
                entry.is_late = true;
                broken.push(LoadFailure::new(&entry.file, error));
            }
            Err(error) => {
                (entry.new, entry.built, entry.keep_old) = (None, None, true);
                let folders = if error.may_be_of_a_template() { folders } else { Vec::new() };
                broken.push(LoadFailure { folders, ..LoadFailure::new(&entry.file, error) });
            }
        }
    }
    broken
}

impl ComponentFile {
    fn of(file: &Path, previous: Option<&Plugins>) -> Self {
        let old = previous.and_then(|set| set.loaded_from(file)).cloned();
        Self { file: file.to_owned(), new: None, old, is_late: false, keep_old: false, built: None }
    }

    fn claimant(&self) -> Claimant<'_> {
        Claimant {
            new: self.new.as_ref().map(|new| &new.description),
            old: self.old.as_ref().map(|old| old.description()),
            unchanged: self.is_unchanged(),
            is_late: self.is_late,
        }
    }

    fn is_unchanged(&self) -> bool {
        let same = |new: &Candidate, old: &Arc<Plugin>| new.binary.sha256 == old.origin().sha256();
        self.new.as_ref().zip(self.old.as_ref()).is_some_and(|(new, old)| same(new, old))
    }

    /// Starts to prepare a component with its templates, unless that has been done already.
    fn start(
        &self,
        engine: &Engine,
        version: FileVersion,
        templates: Vec<TemplateFile>,
        plan: &LoadPlan<'_>,
    ) -> Option<PendingPlugin> {
        if self.is_late {
            return None;
        }
        let candidate = match (version, &self.new, &self.old) {
            (FileVersion::Old, _, Some(old)) if self.keep_old => return Some(PendingPlugin::Done(Arc::clone(old))),
            (FileVersion::Old, _, Some(old)) => Candidate::of(old),
            (FileVersion::New, Some(new), _) => new.clone(),
            _ => return None,
        };
        let same = |known: &&Arc<Plugin>| known.origin().sha256() == candidate.binary.sha256;
        let as_signed = |known: &&Arc<Plugin>| *known.origin().signature() == candidate.binary.signature;
        let known = [&self.built, &self.old].into_iter().flatten().filter(same).filter(as_signed);
        if let Some(done) = known.clone().find(|known| known.has(&templates)) {
            return Some(PendingPlugin::Done(Arc::clone(done)));
        }
        let before = self.old.as_ref().filter(same).cloned();
        Some(PendingPlugin::Running(build(engine, Box::new(candidate), templates, before, plan)))
    }
}

/// Prepares a component with templates. `before` is the same component as it serves now.
fn build(
    engine: &Engine,
    candidate: Box<Candidate>,
    templates: Vec<TemplateFile>,
    before: Option<Arc<Plugin>>,
    plan: &LoadPlan<'_>,
) -> OffThePath<Arc<Plugin>> {
    let (engine, trial) = (engine.clone(), plan.trial);
    off_the_path(plan.previous.is_some(), async move {
        let _permit = engine.build_turn().await;
        let plugin = candidate.build(&engine, templates).await?;
        // New templates do not make a failing component work again.
        let plugin = Arc::new(match &before {
            Some(before) => plugin.with_health_of(before),
            None => plugin,
        });
        let tried = if trial { trial::try_plugin(&plugin).await } else { Ok(()) };
        match tried {
            // A component that serves already is not refused for a template that fails for the sample device.
            Err(source) if before.is_none() || source.is_the_plugins() => {
                Err(LoadError::Call { step: "render", source })
            }
            _ => Ok(plugin),
        }
    })
}

impl LoadPlan<'_> {
    /// A new component must compile each template that the folder's previous owner could compile.
    fn check(&self, new: &Plugin) -> Result<(), LoadError> {
        let Some(previous) = self.previous.filter(|_| self.trial) else { return Ok(()) };
        let worse = new.faults().iter().find(|found| {
            let before = previous.owner(&found.folder);
            before.is_some_and(|before| before.is_sound(&found.folder, &found.file, new.texts(&found.folder)))
        });
        worse.map_or(Ok(()), |found| Err(LoadError::Worse { message: found.fault.to_string() }))
    }
}
