//! Gigaset's redirect server by XML-RPC. Sources: teamwork.gigaset.com, Gigaset Redirect server; the words of answers from
//! packagist.org/packages/peoplefone/provisioning-rpc.

use crate::redirect::device::{RedirectDevice, Spelling};
use crate::redirect::protocol::xmlrpc::{Argument, XmlRpc};
use crate::redirect::provider::{Answer, Provider, Registration, ServiceError};

/// The characters behind the dash of a MAC-ID.
const ID_CHARS: usize = 4;

pub struct Gigaset(pub XmlRpc);

impl Gigaset {
    async fn find(&self, device: &RedirectDevice) -> Result<Registration, ServiceError> {
        let verdict = self.0.call("autoprov.checkDevice", &[Argument::Text(&mac_id(device))]).await?;
        if verdict.is_done {
            return Ok(Registration::Here(None));
        }
        match self.error(&verdict.text, device) {
            None => Ok(Registration::Absent),
            Some(ServiceError::Elsewhere) => Ok(Registration::Elsewhere),
            Some(error) => Err(error),
        }
    }

    /// The service replaces no registration, so an old one is removed first.
    async fn add(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        match self.find(device).await? {
            Registration::Elsewhere => return Err(ServiceError::Elsewhere),
            Registration::Here(_) => self.take_out(device).await?,
            _ => {}
        }
        let (id, server) = (mac_id(device), &self.0.account().server);
        let arguments = [id.as_str(), &device.url, server].map(Argument::Text);
        let verdict = self.0.call("autoprov.registerDevice", &arguments).await?;
        verdict.done(|text| self.error(text, device).unwrap_or(ServiceError::NoSuchDevice))
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        match self.find(device).await? {
            Registration::Absent => Ok(()),
            Registration::Elsewhere => Err(ServiceError::Elsewhere),
            _ => self.take_out(device).await,
        }
    }

    async fn take_out(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let verdict = self.0.call("autoprov.deregisterDevice", &[Argument::Text(&mac_id(device))]).await?;
        if verdict.is_done || verdict.text.eq_ignore_ascii_case("ok") {
            return Ok(());
        }
        self.error(&verdict.text, device).map_or(Ok(()), Err)
    }

    /// What a negative answer means; `None`: the service does not have the phone.
    fn error(&self, text: &str, device: &RedirectDevice) -> Option<ServiceError> {
        let word = text.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match word.as_str() {
            "mac_not_found" => return None,
            "mac_invalid" | "mac_not_exist" => ServiceError::NoSuchDevice,
            "mac_already_in_use" => ServiceError::Elsewhere,
            "url_invalid" => ServiceError::Url(device.url.clone()),
            "name_invalid" => ServiceError::NoServer(self.0.account().server.clone()),
            _ => self.0.account().refused(text),
        })
    }
}

/// The address with what the label has behind it, which a list has in the column of the address or of the serial number.
fn mac_id(device: &RedirectDevice) -> String {
    let address = Spelling::Upper.of(&device.address);
    let serial = device.serial.rsplit('-').next().unwrap_or_default();
    let is_id = serial.len() == ID_CHARS && serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { format!("{address}-{}", serial.to_ascii_uppercase()) } else { address }
}

impl Provider for Gigaset {
    fn status<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, Registration> {
        Box::pin(self.find(device))
    }

    fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.add(device))
    }

    fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.delete(device))
    }
}
