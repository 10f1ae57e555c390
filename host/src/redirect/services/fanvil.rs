//! Fanvil's FDPS by XML-RPC. Fanvil publishes no document; the facts are those of github.com/nethesis/falconieri, which speaks
//! with the service: a group for each phone, with server, file and protocol apart, and a password that is hashed twice.

use crate::facts::hex;
use crate::redirect::device::{RedirectDevice, Spelling};
use crate::redirect::protocol::connection::Connection;
use crate::redirect::protocol::xmlrpc::{Argument, XmlRpc};
use crate::redirect::provider::{Answer, Provider, Registration, ServiceError};
use crate::request::Secret;
use md5::{Digest, Md5};
use url::Url;

/// The protocols by FDPS's numbers.
const PROTOCOLS: [(&str, u8); 4] = [("ftp", 1), ("tftp", 2), ("http", 4), ("https", 5)];

pub struct Fanvil(XmlRpc);

impl Fanvil {
    pub fn new(connection: Connection) -> Self {
        let once = hex(&Md5::digest(connection.account.secret.expose()));
        let password = Secret::new(hex(&Md5::digest(once)));
        Self(XmlRpc::with_password(connection, password))
    }

    async fn add(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let address = Spelling::Upper.of(&device.address);
        let group = group(&address, &device.url)?;
        self.delete_group(&address, device).await?;
        self.done("redirect.addMaterialServer", &[Argument::List(&group)], device).await?;
        // A phone that is absent is refused here, and one of another account below.
        self.0.call("redirect.deRegisterDevice", &[Argument::Text(&address)]).await?;
        self.done("redirect.registerDevice", &[Argument::Text(&address), Argument::Text(&address)], device).await
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let address = Spelling::Upper.of(&device.address);
        self.done("redirect.deRegisterDevice", &[Argument::Text(&address)], device).await?;
        self.delete_group(&address, device).await
    }

    async fn delete_group(&self, address: &str, device: &RedirectDevice) -> Result<(), ServiceError> {
        let verdict = self.0.call("redirect.deleteServer", &[Argument::Text(address)]).await?;
        let is_absent = word(&verdict.text) == "server_not_exist";
        if is_absent { Ok(()) } else { verdict.done(|text| self.error(text, device)) }
    }

    async fn done(
        &self,
        method: &str,
        arguments: &[Argument<'_>],
        device: &RedirectDevice,
    ) -> Result<(), ServiceError> {
        self.0.call(method, arguments).await?.done(|text| self.error(text, device))
    }

    fn error(&self, text: &str, device: &RedirectDevice) -> ServiceError {
        match word(text) {
            "mac_format_error" => ServiceError::NoSuchDevice,
            "url_format_error" => ServiceError::Url(device.url.clone()),
            "device_had_existed" => ServiceError::Elsewhere,
            _ => self.0.account().refused(text),
        }
    }
}

/// The word of `Error: device_had_existed`.
fn word(text: &str) -> &str {
    text.trim().trim_start_matches("Error:").trim()
}

/// A group that is applied at a restart, before DHCP and plug and play.
fn group(name: &str, text: &str) -> Result<Vec<String>, ServiceError> {
    let wrong = || ServiceError::Url(text.to_owned());
    let url = Url::parse(text).map_err(|_| wrong())?;
    let (_, protocol) = PROTOCOLS.iter().find(|(scheme, _)| *scheme == url.scheme()).ok_or_else(wrong)?;
    let host = url.host_str().ok_or_else(wrong)?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_start_matches('/');
    Ok(vec![
        format!("cfgName={name}"),
        "cfgPfMode=1".to_owned(),
        "cfgDhcpOpt=false".to_owned(),
        "cfgPnpEnable=false".to_owned(),
        format!("cfgPfSrv={host}{port}"),
        format!("cfgPfName={path}"),
        format!("cfgPfProt={protocol}"),
    ])
}

impl Provider for Fanvil {
    /// The answer to `redirect.checkDevice` is documented nowhere.
    fn status<'a>(&'a self, _: &'a RedirectDevice) -> Answer<'a, Registration> {
        Box::pin(async { Ok(Registration::Unknown) })
    }

    fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.add(device))
    }

    fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.delete(device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_has_server_file_and_protocol_apart() {
        let group = group("0C383EAABBCC", "https://pbx.example.net:8443/app/provision/$mac.cfg").unwrap();
        assert_eq!(
            group[4..],
            ["cfgPfSrv=pbx.example.net:8443", "cfgPfName=app/provision/$mac.cfg", "cfgPfProt=5"].map(str::to_owned)
        );
        assert!(matches!(super::group("x", "gopher://a/"), Err(ServiceError::Url(_))));
    }
}
