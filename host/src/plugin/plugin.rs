//! One loaded plugin: a snapshot that every request is forked from.

use super::call::Call;
use super::description::Description;
use super::engine::{Engine, store};
use super::error::RenderError;
use super::job::{DeviceScope, Document, Fault, Job, Prepared, Reads};
use super::limits::TRANSFER_BYTES_EXTRA;
use super::v0_1;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use wasmtime::component::Component;

const WASM_PAGE_BYTES: usize = 64 << 10;
const CONTENT_TYPE_BYTES_MAX: usize = 200;
const FILE_NAME_BYTES_MAX: usize = 255;

pub struct Plugin {
    engine: Engine,
    name: Arc<str>,
    description: Description,
    renderer: v0_1::Renderer,
    /// Memory that the snapshot brings along.
    prepared_bytes: usize,
    folders: HashMap<String, Folder>,
    faults: Vec<Fault>,
    origin: Origin,
}

/// What the templates of one folder read.
struct Folder {
    files: HashMap<String, Reads>,
    /// All of them together: any may answer a request that names none.
    whole: Reads,
}

impl Default for Folder {
    fn default() -> Self {
        Self { files: HashMap::new(), whole: Reads::Only(Arc::from([])) }
    }
}

/// Where a plugin came from.
pub struct Origin {
    pub file: PathBuf,
    /// SHA-256 over the component, its templates and the engine: equal means that nothing at all has changed.
    pub hash: String,
}

impl Plugin {
    pub(super) fn new(
        engine: &Engine,
        description: Description,
        component: &Component,
        prepared: Vec<Prepared>,
        origin: Origin,
    ) -> wasmtime::Result<Self> {
        let renderer = v0_1::Renderer::new(engine.render(), component)?;
        let pages = component.resources_required().and_then(|needs| needs.max_initial_memory_size).unwrap_or(0);
        let prepared_bytes = usize::try_from(pages).unwrap_or(usize::MAX).saturating_mul(WASM_PAGE_BYTES);
        let mut folders: HashMap<_, Folder> = HashMap::new();
        let mut faults = Vec::new();
        for template in prepared {
            let folder = folders.entry(template.folder).or_default();
            match template.outcome {
                Ok(reads) => {
                    folder.whole = folder.whole.and(&reads);
                    folder.files.insert(template.file, reads);
                }
                Err(fault) => faults.push(fault),
            }
        }
        let name = Arc::from(description.name.as_str());
        Ok(Self { engine: engine.clone(), name, description, renderer, prepared_bytes, folders, faults, origin })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Templates that `prepare` found wrong, in its order. The plugin serves all the same.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn file(&self) -> &Path {
        &self.origin.file
    }

    /// How many bytes of memory the snapshot holds.
    pub fn prepared_bytes(&self) -> usize {
        self.prepared_bytes
    }

    /// The folder's templates are in the snapshot, so a job for it carries none.
    pub fn prepared(&self, folder: &str) -> bool {
        self.folders.contains_key(folder)
    }

    /// Which settings a job for this file has to carry. Without a file, any of the folder's may answer; a file that
    /// `prepare` did not see, or found wrong, may ask for anything.
    pub fn reads(&self, folder: &str, file: Option<&str>) -> Reads {
        let Some(folder) = self.folders.get(folder) else { return Reads::Every };
        match file {
            Some(file) => folder.files.get(file).cloned().unwrap_or(Reads::Every),
            None => folder.whole.clone(),
        }
    }

    /// Renders one file in a fresh fork of the snapshot. `scope` answers what the template asks about the job's
    /// device. Waiting for a free instance counts towards the deadline.
    pub async fn render(&self, job: Job, scope: Arc<dyn DeviceScope>) -> Result<Document, RenderError> {
        let config = self.engine.config();
        let deadline = Instant::now() + config.render_timeout();
        let _turn = self.engine.turn(deadline).await?;
        let device = (job.address, scope);
        let call = Call::of_render(Arc::clone(&self.name), config, self.prepared_bytes, device).until(deadline);
        let transfer_bytes_max = config.output_bytes_max.saturating_add(TRANSFER_BYTES_EXTRA);
        let mut store = store(self.engine.render(), call, transfer_bytes_max);
        let answer = self.renderer.render(&mut store, job).await.map_err(RenderError::of_call)?;
        let document = answer?;
        check(&document, config.output_bytes_max)?;
        Ok(document)
    }
}

/// What a plugin gives becomes a header and a line in the log.
fn check(document: &Document, output_bytes_max: usize) -> Result<(), RenderError> {
    let wrong = |what: &str| Err(RenderError::Output(what.to_owned()));
    if document.body.len() > output_bytes_max {
        return Err(RenderError::Limit { name: "output_bytes_max".into() });
    }
    let content_type = &document.content_type;
    if content_type.is_empty()
        || content_type.len() > CONTENT_TYPE_BYTES_MAX
        || !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    {
        return wrong("its content-type is no header value");
    }
    if document.file.len() > FILE_NAME_BYTES_MAX || document.file.chars().any(|c| c.is_control() || c == '/') {
        return wrong("its file is no file name");
    }
    Ok(())
}
