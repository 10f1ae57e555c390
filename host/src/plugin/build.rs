//! From a file to a loaded plugin, in two steps: who it is, and, once it is known which templates are its, what it
//! is prepared with. Each step's result comes from the cache when it is there.

use super::cache::{Key, KeyMaker};
use super::call::Call;
use super::description::Description;
use super::engine::{Engine, store};
use super::error::{LoadError, RenderError};
use super::inspect::{Version, inspect};
use super::job::Prepared;
use super::limits::keys;
use super::plugin::{Origin, Plugin};
use super::{snapshot, v0_1};
use crate::templates::TemplateFile;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wasmtime::component::Component;

/// A file that is a plugin, and says who.
pub(super) struct Candidate {
    pub(super) file: PathBuf,
    pub(super) description: Description,
    version: Version,
    bytes: Arc<[u8]>,
    /// Compiled already when the description had to be asked for.
    instrumented: Option<Component>,
}

/// What the cache notes beside a plugin's code.
#[derive(Serialize, Deserialize)]
struct Note {
    code: String,
    prepared: Vec<Prepared>,
}

impl Candidate {
    pub(super) async fn read(engine: &Engine, file: &Path) -> Result<Self, LoadError> {
        let bytes = read(file, engine.config().component_bytes_max)?;
        let version = inspect(&bytes)?;
        let mut key = KeyMaker::new("description");
        key.engine(engine.snapshot());
        key.part(&bytes);
        let key = key.finish();
        let known = engine.cache().and_then(|cache| cache.note(&key));
        let (description, instrumented) = match known {
            Some(description) => (description, None),
            None => {
                let instrumented = snapshot::instrument(engine, &bytes)?;
                (describe(engine, version, file, &instrumented).await?, Some(instrumented))
            }
        };
        description.check()?;
        if instrumented.is_some() {
            keep(engine, |cache| cache.put_note(&key, &description));
        }
        Ok(Self { file: file.to_owned(), description, version, bytes, instrumented })
    }

    /// Identifies the plugin that this candidate becomes with these templates.
    pub(super) fn key(&self, engine: &Engine, templates: &[TemplateFile]) -> Key {
        let mut key = KeyMaker::new("plugin");
        key.engine(engine.render());
        key.part(&self.bytes);
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
        key: Key,
        templates: Vec<TemplateFile>,
    ) -> Result<Plugin, LoadError> {
        let (component, prepared) = match cached(engine, &key) {
            Some(found) => found,
            None => self.compile(engine, &key, templates).await?,
        };
        let origin = Origin { file: self.file, hash: key.as_str().to_owned() };
        Plugin::new(engine, self.description, &component, prepared, origin)
            .map_err(|error| LoadError::Interface { version: self.version.name(), message: format!("{error:#}") })
    }

    async fn compile(
        &self,
        engine: &Engine,
        key: &Key,
        templates: Vec<TemplateFile>,
    ) -> Result<(Component, Vec<Prepared>), LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Build(format!("{error:#}"));
        let name = Arc::from(self.description.name.as_str());
        let instrumented = match &self.instrumented {
            Some(instrumented) => instrumented.clone(),
            None => snapshot::instrument(engine, &self.bytes)?,
        };
        let (bytes, prepared) = snapshot::take(engine, name, &self.bytes, &instrumented, templates).await?;
        let component = Component::new(engine.render(), &bytes).map_err(failed)?;
        if engine.cache().is_none() {
            return Ok((component, prepared));
        }
        let code = component.serialize().map_err(failed)?;
        let mut note = Note { code: String::new(), prepared };
        keep(engine, |cache| {
            note.code = cache.put_code(key, &code)?;
            cache.put_note(key, &note)
        });
        // Mapped from the file, its pages are shared with it; if that fails the compiled one is as good.
        let component =
            engine.cache().and_then(|cache| cache.code(engine.render(), key, &note.code)).unwrap_or(component);
        Ok((component, note.prepared))
    }
}

fn cached(engine: &Engine, key: &Key) -> Option<(Component, Vec<Prepared>)> {
    let cache = engine.cache()?;
    let note: Note = cache.note(key)?;
    Some((cache.code(engine.render(), key, &note.code)?, note.prepared))
}

/// A full disk costs the next start some time and this one nothing.
fn keep(engine: &Engine, write: impl FnOnce(&super::cache::Cache) -> std::io::Result<()>) {
    if let Some(Err(error)) = engine.cache().map(write) {
        tracing::warn!(%error, "a compiled plugin could not be kept in the cache");
    }
}

async fn describe(
    engine: &Engine,
    version: Version,
    file: &Path,
    component: &Component,
) -> Result<Description, LoadError> {
    let failed =
        |error| LoadError::Call { step: "describe", source: RenderError::of_call(error, keys::PREPARE_OUTPUT) };
    // A start function runs here already, so this is either what the plugin did or what it is.
    let misfit = |error: wasmtime::Error| match error.is::<RenderError>() || error.is::<wasmtime::Trap>() {
        true => failed(error),
        false => LoadError::Interface { version: version.name(), message: format!("{error:#}") },
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let call = Call::of_load(Arc::from(&*name), engine.config());
    let mut store = store(component.engine(), call, engine.config().prepare_output_bytes_max);
    let instance = v0_1::instantiate(&mut store, component).await.map_err(misfit)?;
    let called = match version {
        Version::V0_1 => v0_1::describe(&mut store, &instance).await,
    };
    called.map_err(failed)
}

fn read(file: &Path, bytes_max: u64) -> Result<Arc<[u8]>, LoadError> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(LoadError::Read)?;
    opened.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(LoadError::Read)?;
    if bytes.len() as u64 > bytes_max { Err(LoadError::TooLarge { bytes_max }) } else { Ok(bytes.into()) }
}
