//! The document of a device for the operator of this server: without the checks of the gate.

use super::Walk;
use super::explain::Steps;
use super::explain::arrival;
use crate::directory::{Admitted, Lookup};
use crate::documents::ReadyDocument;
use crate::facts::DeviceAddress;
use crate::gate;
use crate::http::state::AppState;
use crate::http::status::{self, Failure};
use crate::plugin::{RenderError, TemplateFault};
use crate::request::{ProvisionRequest, RequestError, RequestTarget, UrlForms};
use jiff::Timestamp;
use std::sync::Arc;

/// The phone would get no document.
#[derive(Debug, thiserror::Error)]
#[error("the phone would get status {status}: {failure}")]
pub struct NoDocument {
    status: u16,
    failure: Failure,
}

impl NoDocument {
    /// The place in a template that is at fault, if one is.
    pub fn fault(&self) -> Option<&TemplateFault> {
        match &self.failure {
            Failure::Render { error: RenderError::Template(fault), .. } => Some(fault),
            _ => None,
        }
    }

    pub(super) fn of(failure: Failure) -> Self {
        Self { status: status::of(&failure).status.as_u16(), failure }
    }
}

/// A document, and the device for which it was rendered.
pub struct Preview {
    pub device: Admitted,
    pub ready: Arc<ReadyDocument>,
}

/// What a phone that is admitted gets for this file, or for its default file. Nothing is asked of it, counted or written.
///
/// # Errors
/// Why it gets none.
pub async fn preview(
    app: &AppState,
    address: &DeviceAddress,
    host: &str,
    file: Option<&str>,
) -> Result<Preview, NoDocument> {
    preview_at(app, address, host, file, Timestamp::now()).await
}

/// As [`preview`], with the time that a document printed before.
pub async fn preview_at(
    app: &AppState,
    address: &DeviceAddress,
    host: &str,
    file: Option<&str>,
    printed: Timestamp,
) -> Result<Preview, NoDocument> {
    Walk::at(app, printed).preview(address, host, file).await.map_err(NoDocument::of)
}

impl Walk<'_> {
    async fn preview(&self, address: &DeviceAddress, host: &str, file: Option<&str>) -> Result<Preview, Failure> {
        let request = request(address, host, file)?;
        let device = self.operators(address, host).await?;
        let ready = self.unsent_document(&request, &device, &mut Steps::default()).await?;
        Ok(Preview { device, ready })
    }

    /// The device of this address, without the checks of the gate.
    pub(super) async fn operators(&self, address: &DeviceAddress, host: &str) -> Result<Admitted, Failure> {
        let facts = self.app.directory.find(&Lookup { address: Some(address), host }).await?;
        Ok(self.app.directory.load(gate::admit_operator(facts)?).await?)
    }
}

/// The request for a file by the name that the phone asks for, else by the name of the template's file.
pub(super) fn request(
    address: &DeviceAddress,
    host: &str,
    file: Option<&str>,
) -> Result<Arc<ProvisionRequest>, RequestError> {
    let target = arrival::target_of(address.as_str(), file, UrlForms::All);
    match arrival::parse(&target, host, UrlForms::All)? {
        RequestTarget::Provision(request) => Ok(Arc::from(request)),
        RequestTarget::Static(_) => Err(RequestError::NotProvisioning),
    }
}
