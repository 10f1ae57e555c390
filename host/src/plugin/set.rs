//! The loaded plugins: one set, made as a whole and never changed.

use super::build::Candidate;
use super::claims::Claims;
use super::engine::Engine;
use super::error::{LoadError, LoadFailure, RenderError};
use super::job::BoxFuture;
use super::off_the_path::{OffThePath, off_the_path};
use super::plugin::Plugin;
use crate::facts::{MacAddress, Oui};
use crate::templates::TemplateFile;
use regex::Regex;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Default)]
pub struct Plugins {
    plugins: Vec<Arc<Plugin>>,
    /// Of each plugin the last version that served well, as long as there is a newer one: at most one.
    old: Vec<Option<Arc<Plugin>>>,
    claims: Claims,
    agents: Vec<Agent>,
}

struct Agent {
    pattern: Regex,
    template: Option<String>,
}

/// FusionPBX has templates of some thirty vendors. Each plugin takes a few MB, and a thread while it is built.
const COMPONENTS_MAX: usize = 128;
/// Bytes of a User-Agent that patterns are tried on; phones send fewer than 200.
const USER_AGENT_BYTES_MAX: usize = 1_000;

/// Who renders for a device now.
pub struct Choice<'a> {
    pub plugin: &'a Arc<Plugin>,
    /// The newer version, which fails and whose turn to be tried again has come. Nobody is to get what it gives.
    pub failing: Option<&'a Arc<Plugin>>,
}

/// Which templates belong to the plugin that is being prepared.
pub struct Share<'a> {
    claims: &'a Claims,
    plugin: usize,
}

impl Share<'_> {
    /// The folder, by its name below the template root, is this plugin's.
    pub fn takes(&self, folder: &str) -> bool {
        self.claims.of_folder(folder) == Some(self.plugin)
    }
}

/// As much of a User-Agent as patterns are tried on.
fn tried(user_agent: &str) -> &str {
    &user_agent[..user_agent.floor_char_boundary(USER_AGENT_BYTES_MAX)]
}

/// Shows whether a new plugin can render; the error says why not.
pub type Trial = Arc<dyn Fn(Arc<Plugin>) -> BoxFuture<'static, Result<(), RenderError>> + Send + Sync>;

/// What a load is made from.
pub struct Order<'a> {
    /// In their order: of two that claim the same, the first has it.
    pub files: &'a [PathBuf],
    /// Files among them that are not looked at: what was loaded from one before serves on.
    pub held: &'a HashSet<PathBuf>,
    /// The template files that a plugin is prepared with.
    pub templates: &'a (dyn Fn(&Share<'_>) -> Vec<TemplateFile> + Sync),
    pub previous: Option<&'a Plugins>,
    /// What a plugin has to pass that was not there before.
    pub trial: Option<&'a Trial>,
}

impl Order<'_> {
    /// Whether what was built is as good as what it is to replace: a template that whoever had it before could compile
    /// is no worse now.
    fn stands(&self, new: &Plugin) -> Result<(), LoadError> {
        let Some(previous) = self.previous.filter(|_| self.trial.is_some()) else { return Ok(()) };
        let worse = new.faults().iter().find(|found| {
            let before = previous.owner(&found.folder);
            before.is_some_and(|before| before.is_sound(&found.folder, &found.file, new.texts(&found.folder)))
        });
        worse.map_or(Ok(()), |found| Err(LoadError::Worse { message: found.fault.to_string() }))
    }
}

impl Plugins {
    /// Loads files where nothing was loaded before, or anew without a trial.
    pub async fn load(
        engine: &Engine,
        files: &[PathBuf],
        templates: &(dyn Fn(&Share<'_>) -> Vec<TemplateFile> + Sync),
        previous: Option<&Self>,
    ) -> (Self, Vec<LoadFailure>) {
        let order = Order { files, held: &HashSet::new(), templates, previous, trial: None };
        Self::load_order(engine, &order).await
    }

    /// Loads the files. One that cannot be served is among the failures and harms no other; what `previous` had
    /// loaded from it serves on. What has not changed since `previous` is taken over.
    ///
    /// Compiles for up to seconds, on threads of its own, which give way to requests when there is a `previous`;
    /// `templates` runs on the caller's.
    pub async fn load_order(engine: &Engine, order: &Order<'_>) -> (Self, Vec<LoadFailure>) {
        let (mut held, mut failures) = (order.held.clone(), Vec::new());
        let set = loop {
            let (set, refused, broken) = Self::load_once(engine, &Order { held: &held, ..*order }).await;
            held.extend(broken.iter().map(|failure| failure.file.clone()));
            // What a component claimed that then could not serve is somebody else's.
            let again = !broken.is_empty() && refused.iter().any(LoadFailure::is_about_claims);
            failures.extend(broken);
            if !again {
                failures.extend(refused);
                break set;
            }
        };
        for failure in &mut failures {
            failure.old_serves = set.loaded_from(&failure.file).is_some();
            // What a trial came up against was counted when it did.
            if !matches!(failure.error, LoadError::Call { step: "render", .. }) {
                engine.reached().note(&failure.plugin(), failure.error.limit());
            }
        }
        (set, failures)
    }

    /// Gives the set, the files that are no candidates, and those that could not be built.
    async fn load_once(engine: &Engine, order: &Order<'_>) -> (Self, Vec<LoadFailure>, Vec<LoadFailure>) {
        let previous = order.previous;
        let (mut refused, mut broken) = (Vec::new(), Vec::new());
        let (candidates, claims) = candidates(engine, order, &mut refused).await;
        let mut builds = Vec::new();
        for (plugin, candidate) in candidates.into_iter().enumerate() {
            let templates = (order.templates)(&Share { claims: &claims, plugin });
            let folders = templates.chunk_by(|a, b| a.folder == b.folder).filter_map(|files| files.first());
            let folders: Vec<_> = folders.map(|file| file.folder.clone()).collect();
            builds.push((folders, Build::start(engine, candidate, templates, order)));
        }
        let mut set = Self::default();
        for (folders, build) in builds {
            let (file, outcome) = match build {
                Build::Done(plugin) => (plugin.file().to_owned(), set.add(plugin, previous)),
                Build::Running(file, task) => {
                    let built = task.await.and_then(|plugin| order.stands(&plugin).map(|()| plugin));
                    (file, built.and_then(|plugin| set.add(plugin, previous)))
                }
            };
            if let Err(error) = outcome {
                if let Some(old) = previous.and_then(|set| set.loaded_from(&file)) {
                    // Where it cannot, it has lost what it serves to another.
                    let _ = set.add(Arc::clone(old), previous);
                }
                let folders = if error.may_be_of_a_template() { folders } else { Vec::new() };
                broken.push(LoadFailure { folders, ..LoadFailure::new(&file, error) });
            }
        }
        (set, refused, broken)
    }

    fn add(&mut self, plugin: Arc<Plugin>, previous: Option<&Self>) -> Result<(), LoadError> {
        self.claims.add(plugin.description())?;
        for agent in &plugin.description().user_agents {
            self.agents.push(Agent { pattern: agent.regex()?, template: agent.template.clone() });
        }
        self.old.push(previous.and_then(|previous| previous.last_good(&plugin)).cloned());
        self.plugins.push(plugin);
        Ok(())
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Plugin>> {
        self.plugins.iter()
    }

    /// The plugin for a device of this vendor (empty when unknown) with this template folder.
    pub fn serving(&self, vendor: &str, folder: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(self.claims.of_device(vendor, folder)?)
    }

    /// The plugin that is prepared with this template folder.
    pub fn owner(&self, folder: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(self.claims.of_folder(folder)?)
    }

    /// Which version of a plugin renders for this device: the newest, unless it fails and there is an older one that
    /// does not.
    pub fn choose<'a>(&'a self, plugin: &'a Arc<Plugin>, device: MacAddress) -> Result<Choice<'a>, RenderError> {
        if !plugin.is_failing() {
            return Ok(Choice { plugin, failing: None });
        }
        let old = self.old(plugin).filter(|old| !old.is_failing());
        match (plugin.admit(device), old) {
            (Ok(()), Some(old)) => Ok(Choice { plugin: old, failing: Some(plugin) }),
            (Err(_), Some(old)) => Ok(Choice { plugin: old, failing: None }),
            (admitted, None) => admitted.map(|()| Choice { plugin, failing: None }),
        }
    }

    /// The version of this plugin that serves while the newest one fails; `None` when there is none. It is kept by a
    /// load that replaces a plugin, one for each, and goes with the set.
    pub fn old(&self, plugin: &Arc<Plugin>) -> Option<&Arc<Plugin>> {
        let at = self.plugins.iter().position(|other| Arc::ptr_eq(other, plugin))?;
        self.old[at].as_ref()
    }

    /// What a new version of a plugin of this set can fall back on.
    fn last_good(&self, new: &Arc<Plugin>) -> Option<&Arc<Plugin>> {
        let at = self.plugins.iter().position(|plugin| plugin.name() == new.name())?;
        let known = [Some(&self.plugins[at]), self.old[at].as_ref()].into_iter().flatten();
        let mut sound = known.filter(|version| !Arc::ptr_eq(version, new) && !version.is_failing());
        // One that has not been asked yet is better than none.
        sound.clone().find(|version| version.health().has_served).or_else(|| sound.next())
    }

    /// The vendor that owns these addresses, as FusionPBX spells it.
    pub fn vendor_of(&self, oui: Oui) -> Option<&str> {
        self.claims.vendor_of(oui.as_str())
    }

    /// The address that a User-Agent carries, as the phone wrote it: what the first pattern that finds one finds,
    /// plugins in the order they were loaded in. Where no pattern finds an address, what the first one took for it.
    pub fn address(&self, user_agent: &str) -> Option<String> {
        let text = tried(user_agent);
        let mut found = self.agents.iter().filter_map(|agent| agent.pattern.captures(text)?.name("address"));
        let is_address = |text: &regex::Match<'_>| MacAddress::parse(text.as_str()).is_ok();
        let first = found.next()?;
        let address = if is_address(&first) { first } else { found.find(is_address).unwrap_or(first) };
        Some(address.as_str().to_owned())
    }

    /// The template folder for a new device with this User-Agent, by the first pattern with one that matches.
    pub fn template(&self, user_agent: &str) -> Option<&str> {
        let found = tried(user_agent);
        self.agents.iter().find_map(|agent| {
            let template = agent.template.as_deref()?;
            agent.pattern.is_match(found).then_some(template)
        })
    }

    pub fn loaded_from(&self, file: &Path) -> Option<&Arc<Plugin>> {
        self.plugins.iter().find(|plugin| plugin.file() == file)
    }
}

/// Reads every file and settles who serves what. A candidate's position is its position in the claims. Where a file
/// is held or gives none, it is the component that was loaded from it before.
async fn candidates(
    engine: &Engine,
    order: &Order<'_>,
    refused: &mut Vec<LoadFailure>,
) -> (Vec<Box<Candidate>>, Claims) {
    let old = |file: &Path| order.previous.and_then(|set| set.loaded_from(file));
    let read = |file: &PathBuf| {
        let (turns, file) = (engine.clone(), file.clone());
        off_the_path(order.previous.is_some(), async move {
            let _turn = turns.build_turn().await;
            Candidate::read(&turns, &file).await
        })
    };
    let (files, beyond) = order.files.split_at(order.files.len().min(COMPONENTS_MAX));
    let reads = files.iter().map(|file| (file, (!order.held.contains(file)).then(|| read(file))));
    let mut found = Vec::new();
    for (file, read) in reads.collect::<Vec<_>>() {
        match read {
            Some(read) => match read.await {
                Ok(candidate) => found.push(candidate),
                Err(error) => refused.push(LoadFailure::new(file, error)),
            },
            None => found.extend(old(file).map(|old| Candidate::of(old))),
        }
    }
    refused.extend(beyond.iter().map(|file| LoadFailure::new(file, LoadError::TooMany { max: COMPONENTS_MAX })));
    found.extend(refused.iter().filter_map(|failure| old(&failure.file)).map(|old| Candidate::of(old)));
    // What serves keeps what it serves, and what is new gets the rest: no file's name takes a vendor away from another.
    found.sort_by_key(|candidate| {
        old(&candidate.file).map(|old| old.origin().sha256() != candidate.binary.sha256).map_or(2, u8::from)
    });
    let (mut claims, mut candidates) = (Claims::default(), Vec::new());
    for candidate in found {
        match claims.add(&candidate.description) {
            Ok(_) => candidates.push(Box::new(candidate)),
            Err(error) => {
                let stand_in = old(&candidate.file).filter(|old| claims.add(old.description()).is_ok());
                candidates.extend(stand_in.map(|old| Box::new(Candidate::of(old))));
                refused.push(LoadFailure::new(&candidate.file, error));
            }
        }
    }
    (candidates, claims)
}

/// A plugin on its way.
enum Build {
    Done(Arc<Plugin>),
    Running(PathBuf, OffThePath<Arc<Plugin>>),
}

impl Build {
    fn start(engine: &Engine, candidate: Box<Candidate>, templates: Vec<TemplateFile>, order: &Order<'_>) -> Self {
        let before = order.previous.and_then(|set| set.loaded_from(&candidate.file));
        let before = before.filter(|before| before.origin().sha256() == candidate.binary.sha256).cloned();
        if let Some(same) = before.as_ref().filter(|before| before.has(&templates)) {
            return Self::Done(Arc::clone(same));
        }
        let (engine, file, trial) = (engine.clone(), candidate.file.clone(), order.trial.cloned());
        let task = off_the_path(order.previous.is_some(), async move {
            let _turn = engine.build_turn().await;
            let plugin = candidate.build(&engine, templates).await?;
            // The same component with other templates is not sound for that.
            let plugin = Arc::new(match &before {
                Some(before) => plugin.faring_as(before),
                None => plugin,
            });
            let tried = match trial {
                Some(trial) => trial(Arc::clone(&plugin)).await,
                None => Ok(()),
            };
            match tried {
                // What its templates make of the sample device is known of a component that serves already.
                Err(source) if before.is_none() || source.is_the_plugins() => {
                    Err(LoadError::Call { step: "render", source })
                }
                _ => Ok(plugin),
            }
        });
        Self::Running(file, task)
    }
}

/// The components of a folder in the order of their names: `*.wasm`, hidden files left out.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|ending| ending == "wasm") {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(patterns: &[&str], user_agent: &str) -> Option<String> {
        let agent = |pattern: &&str| Agent { pattern: Regex::new(pattern).unwrap(), template: None };
        Plugins { agents: patterns.iter().map(agent).collect(), ..Plugins::default() }.address(user_agent)
    }

    #[test]
    fn a_pattern_that_takes_anything_for_an_address_hides_no_other_vendors() {
        let (anything, yealink) = ("(?<address>.)", "^Yealink.*(?<address>.{12})$");
        let agent = "Yealink SIP-T46S 66.86.0.15 001565aabbcc";
        assert_eq!(address(&[anything, yealink], agent).as_deref(), Some("001565aabbcc"));
        assert_eq!(address(&[yealink, anything], "Yealink without one").as_deref(), Some(" without one"));
        assert_eq!(address(&[yealink], "other"), None);
    }
}
