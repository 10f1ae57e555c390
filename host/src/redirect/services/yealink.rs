//! Yealink's RPS by XML-RPC. Sources: Yealink, XML API for RPS V1.3 and V1.6; the errors also from
//! github.com/nethesis/falconieri and packagist.org/packages/peoplefone/provisioning-rpc.

use crate::redirect::device::RedirectDevice;
use crate::redirect::protocol::xmlrpc::{Argument, XmlRpc};
use crate::redirect::provider::{Answer, Provider, Registration, ServiceError};

/// Replaces the registration that this account has. That of another account is never replaced.
const OVERRIDE: &str = "1";

pub struct YealinkRps(pub XmlRpc);

impl YealinkRps {
    async fn find(&self, device: &RedirectDevice) -> Result<Registration, ServiceError> {
        let address = device.address.as_str();
        let verdict = self.0.call("redirect.checkDevice", &[Argument::Text(address)]).await?;
        match verdict.text.to_ascii_lowercase().as_str() {
            "registered" => Ok(Registration::Here(None)),
            "registered elsewhere" => Ok(Registration::Elsewhere),
            "unregistered" | "unknown" => Ok(Registration::Absent),
            _ => Err(self.error(&verdict.text, device)),
        }
    }

    async fn add(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        if self.find(device).await? == Registration::Elsewhere {
            return Err(ServiceError::Elsewhere);
        }
        let arguments = [device.address.as_str(), &self.0.account().server, &device.url, OVERRIDE].map(Argument::Text);
        let verdict = self.0.call("redirect.registerDeviceWithUniqueUrl", &arguments).await?;
        verdict.done(|text| self.error(text, device))
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        match self.find(device).await? {
            Registration::Absent => return Ok(()),
            Registration::Elsewhere => return Err(ServiceError::Elsewhere),
            _ => {}
        }
        let verdict = self.0.call("redirect.deRegisterDevice", &[Argument::Text(device.address.as_str())]).await?;
        verdict.done(|text| self.error(text, device))
    }

    fn error(&self, text: &str, device: &RedirectDevice) -> ServiceError {
        let lower = text.to_ascii_lowercase();
        let lower = lower.trim_start_matches("error:").trim();
        if lower.starts_with("invalid mac") {
            ServiceError::NoSuchDevice
        } else if lower.starts_with("invalid server") || lower.starts_with("the server name") {
            ServiceError::NoServer(self.0.account().server.clone())
        } else if lower.starts_with("the url can only begin") {
            ServiceError::Url(device.url.clone())
        } else if lower.starts_with("are you sure you want to override") {
            ServiceError::Elsewhere
        } else {
            self.0.account().refused(text)
        }
    }
}

impl Provider for YealinkRps {
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
