//! What a device's request is made of, for a case of its plugin. Nothing is noted, counted or sent to the phone.

use super::Walk;
use super::preview::{NoDocument, request};
use super::render::Target;
use crate::facts::{DeviceAddress, Table, Versioned};
use crate::http::job;
use crate::http::state::AppState;
use crate::http::status::Failure;
use crate::plugin::{BoxFuture, DeviceScope, ScopeError};
use crate::plugin_kit::Captured;
use std::sync::{Arc, Mutex, PoisonError};

/// The job of an admitted phone's request for this file, or for its default file, and what its render asked.
///
/// # Errors
/// Why the phone would get no document.
pub async fn capture(
    app: &AppState,
    address: &DeviceAddress,
    host: &str,
    file: Option<&str>,
) -> Result<Captured, NoDocument> {
    Walk::new(app).captured(address, host, file).await.map_err(NoDocument::of)
}

impl Walk<'_> {
    async fn captured(&self, address: &DeviceAddress, host: &str, file: Option<&str>) -> Result<Captured, Failure> {
        let request = request(address, host, file)?;
        let device = self.operators(address, host).await?;
        let located = self.located(&device).await?;
        let (plugin, _, group) = self.current(&device, located.name.as_str())?;
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        let file = job::file(&request, &self.snapshot, &located).await?;
        let times = self.times(&device);
        let target = Target { plugin, group, located: &located, file };
        let job = self.job(&request, &device, &target, &times).await?;
        let templates = self.texts(&located).await?;
        let recorder = Arc::new(Recorder { scope: self.scope(&request, &device), seen: Mutex::default() });
        plugin.preview(job.clone(), recorder.clone()).await.map_err(failed)?;
        let Seen { contacts, extensions } = recorder.take();
        let server = recorder.server_variables();
        Ok(Captured { plugin: Arc::clone(plugin), job, templates, contacts, extensions, server })
    }
}

/// The answers that a render got.
#[derive(Default)]
struct Seen {
    contacts: Vec<Table>,
    extensions: Vec<Table>,
}

/// Passes the questions of a render on, and keeps the answers.
struct Recorder {
    scope: Arc<job::Scope>,
    seen: Mutex<Seen>,
}

impl Recorder {
    fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl DeviceScope for Recorder {
    fn contacts(&self, rows_max: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>> {
        Box::pin(async move {
            let answer = self.scope.contacts(rows_max).await?;
            self.note(|seen| seen.contacts = answer.value.to_vec());
            Ok(answer)
        })
    }

    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>> {
        Box::pin(async move {
            let answer = self.scope.extension(number).await?;
            self.note(|seen| seen.extensions.push(answer.value.clone()));
            Ok(answer)
        })
    }

    fn server_variables(&self) -> Vec<(String, String)> {
        self.scope.server_variables()
    }
}
