//! Requests for firmware files.

use super::{Walk, target};
use crate::directory::Lookup;
use crate::firmware::FirmwareName;
use crate::gate;
use crate::http::arrived::Arrived;
use crate::http::firmware_answer::FirmwareAnswer;
use crate::http::status::Failure;
use crate::request::{RequestError, decoded_path, host_of};
use axum::http::Method as HttpMethod;
use axum::http::request::Parts;

impl Walk<'_> {
    /// The firmware file that a request means; `None` if it means something else. Whether a file exists is told only to
    /// clients whose network may have it.
    pub(super) async fn firmware(&self, parts: &Parts, arrived: &Arrived) -> Result<Option<FirmwareAnswer>, Failure> {
        let Some(firmware) = &self.app.firmware else { return Ok(None) };
        if parts.method != HttpMethod::GET && parts.method != HttpMethod::HEAD {
            return Ok(None);
        }
        let Ok(path) = decoded_path(arrived.client.original_target.as_deref().unwrap_or(target(parts))) else {
            return Ok(None);
        };
        let is_folder = FirmwareName::is_folder(&path);
        let name = FirmwareName::of_path(&path);
        let file = match &name {
            Some(name) => firmware.open(name).await?,
            None => None,
        };
        if file.is_none() && !is_folder {
            return Ok(None);
        }
        let host = host_of(&parts.headers)?;
        let facts = self.app.directory.find(&Lookup { address: None, host: &host }).await?;
        gate::screen_firmware(arrived.client.address, &facts)?;
        let (name, file) = name.zip(file).ok_or(RequestError::NotProvisioning)?;
        Ok(Some(FirmwareAnswer::new(name.as_str().to_owned(), file, parts)))
    }
}
