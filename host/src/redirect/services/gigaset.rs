//! Gigaset's redirect server by XML-RPC. Sources: teamwork.gigaset.com, Gigaset Redirect server; the words of answers from
//! packagist.org/packages/peoplefone/provisioning-rpc.

use crate::redirect::device::{RedirectDevice, Spelling};
use crate::redirect::protocol::connection::Connection;
use crate::redirect::protocol::xmlrpc::{self, Argument, Verdict};
use crate::redirect::provider::{Answer, Provider, Registration, ServiceError};

/// The characters behind the dash of a MAC-ID.
const ID_CHARS: usize = 4;

pub struct Gigaset(pub Connection);

impl Gigaset {
    async fn call(&self, method: &str, arguments: &[Argument<'_>]) -> Result<Verdict, ServiceError> {
        xmlrpc::call(&self.0, self.0.account.secret.expose(), method, arguments).await
    }

    async fn find(&self, device: &RedirectDevice) -> Result<Registration, ServiceError> {
        let verdict = self.call("autoprov.checkDevice", &[Argument::Text(&mac_id(device))]).await?;
        if verdict.is_done {
            return Ok(Registration::Here(None));
        }
        match self.error(&verdict.text, device) {
            Refusal::Absent => Ok(Registration::Absent),
            Refusal::Error(ServiceError::Elsewhere) => Ok(Registration::Elsewhere),
            Refusal::Error(error) => Err(error),
        }
    }

    /// The service replaces no registration, so an old one is removed first.
    async fn add(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        match self.find(device).await? {
            Registration::Elsewhere => return Err(ServiceError::Elsewhere),
            Registration::Here(_) => self.take_out(device).await?,
            _ => {}
        }
        let (id, server) = (mac_id(device), &self.0.account.server);
        let arguments = [id.as_str(), &device.url, server].map(Argument::Text);
        let verdict = self.call("autoprov.registerDevice", &arguments).await?;
        if verdict.is_done { Ok(()) } else { self.error(&verdict.text, device).into_result(ServiceError::NoSuchDevice) }
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        match self.find(device).await? {
            Registration::Absent => Ok(()),
            Registration::Elsewhere => Err(ServiceError::Elsewhere),
            _ => self.take_out(device).await,
        }
    }

    async fn take_out(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let verdict = self.call("autoprov.deregisterDevice", &[Argument::Text(&mac_id(device))]).await?;
        if verdict.is_done || verdict.text.eq_ignore_ascii_case("ok") {
            return Ok(());
        }
        match self.error(&verdict.text, device) {
            Refusal::Absent => Ok(()),
            Refusal::Error(error) => Err(error),
        }
    }

    fn error(&self, text: &str, device: &RedirectDevice) -> Refusal {
        let word = text.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        Refusal::Error(match word.as_str() {
            "mac_not_found" => return Refusal::Absent,
            "mac_invalid" | "mac_not_exist" => ServiceError::NoSuchDevice,
            "mac_already_in_use" => ServiceError::Elsewhere,
            "url_invalid" => ServiceError::Url(device.url.clone()),
            "name_invalid" => ServiceError::NoServer(self.0.account.server.clone()),
            _ => ServiceError::Other(self.0.account.cleaned(text)),
        })
    }
}

/// What a negative answer means.
enum Refusal {
    Absent,
    Error(ServiceError),
}

impl Refusal {
    fn into_result(self, absent: ServiceError) -> Result<(), ServiceError> {
        Err(match self {
            Self::Absent => absent,
            Self::Error(error) => error,
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
