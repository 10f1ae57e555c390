//! Builds a plugin from a file in two steps: first its description, then, once its templates are known, its snapshot.
//! Each step uses the cache if it holds the result.

use super::binary::Binary;
use super::cache::{Key, KeyMaker};
use super::call::Call;
use super::compiler::{Code, compile, prepare};
use super::description::Description;
use super::engine::{Engine, store};
use super::error::{LoadError, RenderError};
use super::instrument::instrument;
use super::interface::Version;
use super::job::Prepared;
use super::limits::{MESSAGE_CHARS_MAX, keys, one_line};
use super::plugin::{ComponentOrigin, Plugin};
use super::purpose::Purpose;
use super::remark::remarks;
use super::snapshot::Subject;
use crate::plugin_signature::LiveVersion;
use crate::templates::TemplateFile;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use wasmtime::component::Component;

/// A component that is a plugin, with its description.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) file: PathBuf,
    pub(super) description: Description,
    pub(super) binary: Arc<Binary>,
}

/// The cache's note on the code of a component that is not prepared.
#[derive(Serialize, Deserialize)]
struct Unprepared {
    code: String,
    description: Description,
}

/// The cache's note on a prepared plugin's code.
#[derive(Serialize, Deserialize)]
struct Note {
    code: String,
    prepared: Vec<Prepared>,
    /// What the plugin logged as a warning while it prepared the templates.
    #[serde(default)]
    warnings: Vec<String>,
}

impl Candidate {
    pub(super) async fn read(engine: &Engine, file: &Path) -> Result<Self, LoadError> {
        let binary = Binary::read(file, engine.config().component_bytes_max, &engine.config().signatures)?;
        let key = unprepared_key(engine, &binary);
        let known: Option<Unprepared> = engine.cache().and_then(|cache| cache.note(&key));
        let description = match known.filter(|known| known.description.check().is_ok()) {
            Some(known) => known.description,
            None => described(engine, &key, &binary, file).await?.1,
        };
        binary.signature.check_subject(&description.name, &description.version)?;
        let permissions = &engine.config().of_plugin(&description.name).permissions;
        let description = permissions.narrow(description)?;
        Ok(Self { file: file.to_owned(), description, binary: binary.into() })
    }

    /// The component of a loaded plugin, to be prepared again.
    pub(super) fn of(plugin: &Plugin) -> Self {
        let origin = plugin.origin();
        let (description, binary) = (plugin.description().clone(), Arc::clone(&origin.binary));
        Self { file: origin.file.clone(), description, binary }
    }

    /// What tells an older component of this plugin.
    pub(super) fn live_version(&self) -> LiveVersion {
        let Description { name, version, .. } = &self.description;
        LiveVersion { name: name.clone(), version: version.clone(), sha256: self.binary.sha256.clone() }
    }

    /// Identifies the plugin that this candidate becomes with these templates.
    fn key(&self, engine: &Engine, templates: &[TemplateFile]) -> Key {
        let mut key = KeyMaker::new("plugin");
        key.engine(engine.render(), engine.config());
        key.part(&self.binary.bytes);
        for template in templates {
            key.part(template.folder.as_bytes());
            key.part(template.file.as_bytes());
            key.part(&template.source);
        }
        key.finish()
    }

    pub(super) async fn build(
        self: Box<Self>,
        engine: &Engine,
        templates: Vec<TemplateFile>,
    ) -> Result<Plugin, LoadError> {
        let engine = &engine.of_plugin(&self.description.name);
        let key = self.key(engine, &templates);
        let (component, Note { prepared, warnings, .. }) = match cached(engine, &key) {
            Some(found) => found,
            None => self.compile(engine, &key, &templates).await?,
        };
        let version = self.binary.version.name();
        let origin = ComponentOrigin { file: self.file, since: SystemTime::now(), binary: self.binary };
        let remarks = remarks(&self.description.name, warnings, &templates);
        Plugin::new(engine, self.description, &component, (templates, prepared, remarks), origin).map_err(|error| {
            LoadError::Interface { version, message: one_line(&format!("{error:#}"), MESSAGE_CHARS_MAX) }
        })
    }

    async fn compile(
        &self,
        engine: &Engine,
        key: &Key,
        templates: &[TemplateFile],
    ) -> Result<(Component, Note), LoadError> {
        let mut instrumented = unprepared(engine, &self.binary, &self.file).await?;
        let subject = Subject {
            plugin: &self.description.name,
            version: self.binary.version,
            bytes: &self.binary.bytes,
            templates,
            put_off_after: engine.prepare_cpu_max(),
        };
        let (mut snapshot, prepared, warnings) = prepare(engine, &mut instrumented, &subject).await?;
        let mut code = compile(engine, Purpose::Render, snapshot.source()).await?;
        let mut note = Note { code: String::new(), prepared, warnings };
        code.keep(engine, key, |cache, digest| {
            note.code = digest;
            cache.put_note(key, &note)
        });
        Ok((code.component(engine).map_err(not_ready)?, note))
    }
}

fn not_ready(error: wasmtime::Error) -> LoadError {
    LoadError::Build(format!("{error:#}"))
}

/// The code of the component before `prepare`, compiled unless the cache has it.
pub(super) async fn unprepared(engine: &Engine, binary: &Binary, file: &Path) -> Result<Code, LoadError> {
    let key = unprepared_key(engine, binary);
    let known = engine.cache().and_then(|cache| {
        let note: Unprepared = cache.note(&key)?;
        // Either compiler may have compiled it: see `instrument`.
        let of = |purpose| Code::of_file(engine, purpose, cache.code(&key, &note.code)?);
        [Purpose::Snapshot, Purpose::Render].into_iter().find_map(of)
    });
    match known {
        Some((code, _)) => Ok(code),
        None => described(engine, &key, binary, file).await.map(|(code, _)| code),
    }
}

/// Compiles a component, and calls its `describe`. The cache keeps both: the description as it is, whatever is permitted.
async fn described(engine: &Engine, key: &Key, binary: &Binary, file: &Path) -> Result<(Code, Description), LoadError> {
    let mut code = instrument(engine, &binary.bytes).await?;
    let component = code.component(engine).map_err(not_ready)?;
    let description = describe(engine, binary.version, file, &component).await?;
    description.check()?;
    let note = description.clone();
    code.keep(engine, key, |cache, code| cache.put_note(key, &Unprepared { code, description: note }));
    Ok((code, description))
}

/// Identifies the code of a component that is not prepared.
fn unprepared_key(engine: &Engine, binary: &Binary) -> Key {
    let mut key = KeyMaker::new("unprepared");
    key.engine(engine.snapshot(), engine.config());
    key.part(&binary.bytes);
    key.finish()
}

fn cached(engine: &Engine, key: &Key) -> Option<(Component, Note)> {
    let cache = engine.cache()?;
    let note: Note = cache.note(key)?;
    let (_, component) = Code::of_file(engine, Purpose::Render, cache.code(key, &note.code)?)?;
    Some((component, note))
}

async fn describe(
    engine: &Engine,
    version: Version,
    file: &Path,
    component: &Component,
) -> Result<Description, LoadError> {
    let failed =
        |error| LoadError::Call { step: "describe", source: RenderError::of_call(error, keys::PREPARE_OUTPUT) };
    // The plugin's start function runs here, so the cause is either its behaviour or its structure.
    let misfit = |error: wasmtime::Error| match error.is::<RenderError>() || error.is::<wasmtime::Trap>() {
        true => failed(error),
        false => LoadError::Interface {
            version: version.name(),
            message: one_line(&format!("{error:#}"), MESSAGE_CHARS_MAX),
        },
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let call = Call::of_describe(Arc::from(&*name), engine.config(), engine.limit_counters());
    let mut store = store(component.engine(), call, engine.config().prepare_output_bytes_max);
    let instance = version.instantiate(&mut store, component).await.map_err(misfit)?;
    version.describe(&mut store, &instance).await.map_err(failed)
}
