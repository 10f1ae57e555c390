//! One loaded plugin: a snapshot that every request is forked from.

use super::binary::Binary;
use super::call::{Call, Subject};
use super::description::Description;
use super::document::Document;
use super::engine::{Engine, FUEL, store};
use super::error::RenderError;
use super::health::{Health, HealthChange, HealthState};
use super::interface::Renderer;
use super::job::{DeviceScope, Faulty, Job, Prepared, Reads, RenderGroup};
use super::limits::{Config, TRANSFER_BYTES_EXTRA, keys};
use super::remark::Remark;
use super::turns::{PluginTurns, QUEUE_TIMEOUT, Turn};
use crate::facts::{DeviceAddress, DisplayPath};
use crate::plugin_signature::{LiveVersion, SignatureState};
use crate::templates::TemplateFile;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};
use wasmtime::Store;
use wasmtime::component::Component;

const WASM_PAGE_BYTES: usize = 64 << 10;
const CONTENT_TYPE_BYTES_MAX: usize = 200;
const FILE_NAME_BYTES_MAX: usize = 255;

pub struct Plugin {
    engine: Engine,
    name: Arc<str>,
    description: Description,
    renderer: Renderer,
    /// Bytes of memory in the snapshot.
    prepared_bytes: usize,
    folders: HashMap<String, Folder>,
    faults: Vec<Faulty>,
    remarks: Vec<Remark>,
    origin: ComponentOrigin,
    /// Compiled when it is first needed: see `check`.
    pub(super) unprepared: OnceLock<Component>,
    health: Health,
    turns: PluginTurns,
}

/// What one render used.
#[derive(Clone, Copy)]
pub struct Usage {
    pub time: Duration,
    /// Memory beyond what `prepare` left.
    pub memory_bytes: usize,
    /// `None` if the engine does not count them.
    pub instructions: Option<u64>,
}

/// The templates of one folder, and the settings that they read.
struct Folder {
    texts: Vec<TemplateFile>,
    files: HashMap<String, Reads>,
    /// The settings of all its files together, for requests that name no file.
    whole: Reads,
}

impl Default for Folder {
    fn default() -> Self {
        Self { texts: Vec::new(), files: HashMap::new(), whole: Reads::Only(Arc::from([])) }
    }
}

/// The file and the bytes that a plugin was loaded from.
pub struct ComponentOrigin {
    pub file: PathBuf,
    /// When it was prepared.
    pub since: SystemTime,
    pub(super) binary: Arc<Binary>,
}

impl ComponentOrigin {
    /// The component's SHA-256 in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.binary.sha256
    }

    /// What its signature was when it was loaded.
    pub fn signature(&self) -> &SignatureState {
        &self.binary.signature
    }
}

impl Plugin {
    pub(super) fn new(
        engine: &Engine,
        description: Description,
        component: &Component,
        (templates, prepared, remarks): (Vec<TemplateFile>, Vec<Prepared>, Vec<Remark>),
        origin: ComponentOrigin,
    ) -> wasmtime::Result<Self> {
        let renderer = origin.binary.version.renderer(engine.render(), component)?;
        let pages = component.resources_required().and_then(|needs| needs.max_initial_memory_size).unwrap_or(0);
        let prepared_bytes = usize::try_from(pages).unwrap_or(usize::MAX).saturating_mul(WASM_PAGE_BYTES);
        let mut folders: HashMap<_, Folder> = HashMap::new();
        let mut faults = Vec::new();
        for template in templates {
            folders.entry(template.folder.clone()).or_default().texts.push(template);
        }
        for Prepared { folder, file, outcome } in prepared {
            match outcome {
                Ok(reads) => {
                    folders.entry(folder).or_default().files.insert(file, reads);
                }
                Err(fault) => faults.push(Faulty { folder, file, fault }),
            }
        }
        folders.values_mut().for_each(|folder| folder.whole = Reads::together(folder.files.values()));
        let name = Arc::from(description.name.as_str());
        let health = Health::new(engine.config().failures_max);
        let turns = PluginTurns::new(engine.turns(), QUEUE_TIMEOUT);
        let (engine, unprepared) = (engine.serving(), OnceLock::new());
        Ok(Self {
            engine,
            name,
            description,
            renderer,
            prepared_bytes,
            folders,
            faults,
            remarks,
            origin,
            unprepared,
            health,
            turns,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells an older component of this plugin.
    pub fn live_version(&self) -> LiveVersion {
        let (name, version) = (self.name().to_owned(), self.description.version.clone());
        LiveVersion { name, version, sha256: self.origin.sha256().to_owned() }
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Templates that `prepare` could not compile, in its order. The plugin renders its other templates.
    pub fn faults(&self) -> &[Faulty] {
        &self.faults
    }

    /// What it says about templates that compile.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    pub fn origin(&self) -> &ComponentOrigin {
        &self.origin
    }

    pub fn file(&self) -> &Path {
        &self.origin.file
    }

    /// Bytes of memory in the snapshot.
    pub fn prepared_bytes(&self) -> usize {
        self.prepared_bytes
    }

    /// The limits that hold for it.
    pub fn limits(&self) -> &Config {
        self.engine.config()
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Its health, for example for `dialplate plugin list`.
    pub fn health(&self) -> HealthState {
        self.health.state()
    }

    /// Takes over the health that `before`, the same component with other templates, has for unchanged folders.
    pub(super) fn with_health_of(self, before: &Self) -> Self {
        let health = before.health.inherited(|folder| self.texts(folder) == before.texts(folder));
        Self { health, ..self }
    }

    /// Whether several folders fail, and none has been served since.
    pub(super) fn is_suspected(&self) -> bool {
        self.health.is_suspected()
    }

    /// Whether this version is neither suspected nor failing for these devices.
    pub fn is_sound_for(&self, group: &RenderGroup) -> bool {
        self.health.is_sound_for(group)
    }

    /// Whether this version may render for the device now: `Failing` if it failed too often in a row for its group and
    /// the next retry is not due. The caller has to make a retry that is admitted.
    pub(super) fn admit(&self, group: &RenderGroup, device: &DeviceAddress) -> Result<(), RenderError> {
        self.health.admit(group, device, Instant::now()).map_err(failing)
    }

    /// As [`Self::admit`], but nothing comes of it.
    pub(super) fn may_render(&self, group: &RenderGroup, device: &DeviceAddress) -> Result<(), RenderError> {
        self.health.wait(group, device, Instant::now()).map_or(Ok(()), |wait| Err(failing(wait)))
    }

    /// Whether the snapshot holds exactly these templates of the folder, so that a job need not carry them.
    pub fn prepared(&self, folder: &str, texts: &[TemplateFile]) -> bool {
        self.folders.get(folder).is_some_and(|folder| folder.texts == texts)
    }

    /// Whether the snapshot holds any template of this folder.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.folders.contains_key(folder)
    }

    /// The texts of the folder's templates in the snapshot.
    pub(super) fn texts(&self, folder: &str) -> &[TemplateFile] {
        self.folders.get(folder).map_or(&[], |folder| &folder.texts)
    }

    /// Whether the snapshot holds exactly these templates of the folder, and this one of them compiles.
    pub(super) fn is_sound(&self, folder: &str, file: &str, texts: &[TemplateFile]) -> bool {
        self.folders.get(folder).is_some_and(|folder| folder.texts == texts && folder.files.contains_key(file))
    }

    /// Whether the snapshot holds these templates and no others.
    pub(super) fn has(&self, templates: &[TemplateFile]) -> bool {
        self.templates() == templates.len()
            && templates
                .chunk_by(|a, b| a.folder == b.folder)
                .all(|texts| texts.first().is_none_or(|first| self.prepared(&first.folder, texts)))
    }

    /// The number of templates in the snapshot.
    pub fn templates(&self) -> usize {
        self.folders.values().map(|folder| folder.texts.len()).sum()
    }

    /// Folder and file of each template that compiles, sorted.
    pub fn sound_files(&self) -> Vec<(&str, &str)> {
        let mut sound = Vec::new();
        for (name, folder) in &self.folders {
            sound.extend(folder.files.keys().map(|file| (name.as_str(), file.as_str())));
        }
        sound.sort_unstable();
        sound
    }

    /// The settings that a job for this file has to carry. `None` stands for any file of the folder. A file that
    /// `prepare` did not see, or could not compile, may read any setting.
    pub fn reads(&self, folder: &str, file: Option<&str>) -> Reads {
        let Some(folder) = self.folders.get(folder) else { return Reads::Every };
        match file {
            Some(file) => folder.files.get(file).cloned().unwrap_or(Reads::Every),
            None => folder.whole.clone(),
        }
    }

    /// Renders one file in a fresh fork of the snapshot. `scope` gives the template access to the job's device. The
    /// deadline begins when the render has its turn.
    pub async fn render(&self, job: Job, scope: Arc<dyn DeviceScope>) -> Result<Document, RenderError> {
        let (device, group) = (job.address.clone(), job.group.clone());
        let outcome = match self.turns.take(&group).await {
            Ok(turn) => self.counted(self.render_now(job, scope, Some(turn)).await),
            Err(busy) => Err(busy),
        };
        let noted = outcome.as_ref().map(|_| ());
        if let Some(change) = self.health.note(noted, (&group, &device), Instant::now()) {
            self.log(change, &group);
        }
        outcome
    }

    /// Notes that a document of an earlier render was sent in place of a new one, which the same plugin would have rendered
    /// from the same job.
    pub fn note_kept(&self, group: &RenderGroup, device: &DeviceAddress) {
        if let Some(change) = self.health.note(Ok(()), (group, device), Instant::now()) {
            self.log(change, group);
        }
    }

    fn log(&self, change: HealthChange, RenderGroup { folder, domain }: &RenderGroup) {
        let (name, file) = (self.name(), DisplayPath(self.file()));
        let failures = self.health().failures_in_row;
        match change {
            HealthChange::Failing | HealthChange::Suspected => tracing::error!(
                plugin.name = name, plugin.file = %file, template = folder, domain.name = domain, failures,
                "plugin fails too often in a row (failures_max) for this template folder; the server retries it less often"
            ),
            HealthChange::Healed => {
                tracing::info!(plugin.name = name, template = folder, domain.name = domain, "plugin serves again");
            }
        }
        if change == HealthChange::Suspected {
            tracing::error!(
                plugin.name = name, plugin.file = %file,
                "plugin fails for several template folders, and none was served in between"
            );
        }
    }

    /// Renders and drops the document, to see whether a plugin that failed works again.
    pub fn try_again(self: Arc<Self>, job: Job, scope: Arc<dyn DeviceScope>) {
        let device = job.address.clone();
        tokio::spawn(async move {
            if let Err(error) = self.render(job, scope).await {
                let (plugin, device) = (self.name(), device.as_str());
                tracing::warn!(plugin.name = plugin, device.address = device, %error, "retry of a failing plugin failed");
            }
        });
    }

    /// Like `render`, for trials: they have instances of their own, and their outcome does not change the plugin's
    /// health.
    pub async fn render_unnoted(&self, job: Job, scope: Arc<dyn DeviceScope>) -> Result<Document, RenderError> {
        self.counted(self.render_now(job, scope, None).await)
    }

    /// Renders as for a phone, in a turn of its own, but the outcome neither changes the plugin's health nor is counted.
    pub async fn preview(&self, job: Job, scope: Arc<dyn DeviceScope>) -> Result<Document, RenderError> {
        let turn = self.turns.take(&job.group).await?;
        self.render_now(job, scope, Some(turn)).await
    }

    /// Renders in an instance outside of all turns, and says what the render used. Nothing comes of its outcome.
    pub async fn measure(&self, job: Job, scope: Arc<dyn DeviceScope>) -> (Result<Document, RenderError>, Usage) {
        let mut store = self.store(&job, scope, None);
        let began = Instant::now();
        let outcome = self.run(&mut store, job).await;
        let time = began.elapsed();
        let memory_bytes = store.data().memory_bytes().saturating_sub(self.prepared_bytes);
        let instructions = store.get_fuel().ok().map(|left| FUEL - left);
        (outcome, Usage { time, memory_bytes, instructions })
    }

    /// Counts the limit that a render has reached.
    fn counted(&self, outcome: Result<Document, RenderError>) -> Result<Document, RenderError> {
        outcome.inspect_err(|error| self.engine.limit_counters().note(&self.name, error.limit()))
    }

    async fn render_now(
        &self,
        job: Job,
        scope: Arc<dyn DeviceScope>,
        turn: Option<Turn>,
    ) -> Result<Document, RenderError> {
        let mut store = self.store(&job, scope, turn);
        self.run(&mut store, job).await
    }

    fn store(&self, job: &Job, scope: Arc<dyn DeviceScope>, turn: Option<Turn>) -> Store<Call> {
        let (config, limit_counters) = (self.engine.config(), self.engine.limit_counters());
        let subject = Subject { device: job.address.clone(), scope, time: job.time };
        let call = Call::of_render(Arc::clone(&self.name), (config, limit_counters), self.prepared_bytes, subject);
        let transfer_bytes_max = config.output_bytes_max.saturating_add(TRANSFER_BYTES_EXTRA);
        store(self.engine.render(), call.with_turn(turn), transfer_bytes_max)
    }

    async fn run(&self, store: &mut Store<Call>, job: Job) -> Result<Document, RenderError> {
        let answer = self.renderer.render(store, job).await;
        let document = answer.map_err(|error| RenderError::of_call(error, keys::OUTPUT)).flatten();
        document.and_then(|it| check(&it, self.engine.config().output_bytes_max).map(|()| it))
    }
}

fn failing(wait: Duration) -> RenderError {
    RenderError::Failing { retry_after_s: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1) }
}

/// What a plugin gives becomes a header and a line in the log.
fn check(document: &Document, output_bytes_max: usize) -> Result<(), RenderError> {
    let wrong = |what: &str| Err(RenderError::Output(what.to_owned()));
    if document.body.len() > output_bytes_max {
        return Err(RenderError::Beyond { name: keys::OUTPUT });
    }
    let content_type = &document.content_type;
    if content_type.trim().is_empty()
        || content_type.len() > CONTENT_TYPE_BYTES_MAX
        || !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    {
        return wrong("its content-type is not a valid header value");
    }
    if document.file.len() > FILE_NAME_BYTES_MAX || document.file.chars().any(|c| c.is_control() || c == '/') {
        return wrong("its file is not a file name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::host_calls::HostCalls;
    use super::*;
    use bytes::Bytes;

    #[test]
    fn blank_content_type_is_not_a_header_value() {
        let of = |content_type: &str| Document {
            content_type: content_type.into(),
            file: "a".into(),
            body: Bytes::new(),
            host_calls: HostCalls::default(),
        };
        assert!(check(&of("text/plain"), 0).is_ok());
        ["", " "].iter().for_each(|blank| assert!(matches!(check(&of(blank), 0), Err(RenderError::Output(_)))));
    }
}
