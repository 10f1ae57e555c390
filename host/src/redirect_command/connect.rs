//! Connects to the servers that phones would be sent to: whether their certificates come from an authority that phones can know.

use crate::authorities;
use crate::redirect::{Authority, Finding, Flaw, RedirectDevice, Severity, check_authority};
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustls::pki_types::{CertificateDer, ServerName};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

/// More servers than one list has.
const SERVERS_MAX: usize = 100;

/// A phone does not wait longer either.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The certificates that a server sends, its own first.
type Chain = Vec<CertificateDer<'static>>;

/// What is wrong with the connections to the devices' servers, tried from this machine and with the system's authorities.
///
/// # Errors
/// The system has no authorities.
pub(super) async fn connect(devices: &[RedirectDevice]) -> Result<Vec<Finding>> {
    let tls = authorities::client(None).map_err(|reason| anyhow!("the system's authorities: {reason}"))?;
    let tls = TlsConnector::from(Arc::new(tls));
    let system = authorities::system();
    let year = u16::try_from(Timestamp::now().to_zoned(TimeZone::UTC).year()).unwrap_or_default();
    let mut servers: BTreeMap<String, (Url, Vec<&RedirectDevice>)> = BTreeMap::new();
    for device in devices {
        let Some(url) = Url::parse(&device.url).ok().filter(|url| url.scheme() == "https") else { continue };
        servers.entry(url[..Position::BeforePath].to_owned()).or_insert((url, Vec::new())).1.push(device);
    }
    let mut findings = Vec::new();
    let of_list = |place: &str, (severity, problem, message): Flaw| {
        let (device, place) = (String::new(), place.to_owned());
        Finding { severity, device, place, problem, message }
    };
    if servers.len() > SERVERS_MAX {
        let message = format!("of {} servers only the first {SERVERS_MAX} were tried; split the list", servers.len());
        findings.push(of_list("", (Severity::Warning, "unreachable", message)));
    }
    for (origin, (url, devices)) in servers.into_iter().take(SERVERS_MAX) {
        let chain = timeout(TIMEOUT, chain(&tls, &url)).await;
        let chain = chain.unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())));
        match chain {
            Ok(chain) => findings.extend(check_chain(&chain, &system, &devices, year)),
            Err(error) => findings.push(of_list(&origin, explain(&format!("cannot reach {origin}: {error}")))),
        }
    }
    Ok(findings)
}

async fn chain(tls: &TlsConnector, url: &Url) -> Result<Chain, String> {
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err("the URL has no host".to_owned()),
    };
    let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
    let port = url.port_or_known_default().unwrap_or(443);
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    let stream = tls.connect(name, stream).await.map_err(|error| error.to_string())?;
    let (_, connection) = stream.get_ref();
    Ok(connection.peer_certificates().into_iter().flatten().map(|it| it.clone().into_owned()).collect())
}

fn check_chain(chain: &Chain, system: &[CertificateDer<'_>], devices: &[&RedirectDevice], year: u16) -> Vec<Finding> {
    let Some(authority) = Authority::of(chain.iter().map(AsRef::as_ref), system.iter().map(AsRef::as_ref)) else {
        return Vec::new();
    };
    let found = |device: &&RedirectDevice| {
        let (severity, problem, message) = check_authority(&authority, device, year)?;
        Some(Finding { severity, device: device.spelled.clone(), place: device.place.clone(), problem, message })
    };
    devices.iter().filter_map(found).collect()
}

fn explain(error: &str) -> Flaw {
    if !error.contains("invalid peer certificate") {
        return (Severity::Warning, "unreachable", format!("{error}; a phone outside may see the same"));
    }
    // A certificate that is its own authority is refused by another name.
    let advice = if error.contains("UnknownIssuer") || error.contains("CaUsedAsEndEntity") {
        "a new phone trusts only public authorities; use a certificate of one, and send the intermediate certificates, too"
    } else {
        "the phone refuses it as well; renew it, or have it name this host"
    };
    (Severity::Error, "certificate", format!("{error}; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_certificates_are_told_from_absent_servers() {
        let words = |error| {
            let (severity, problem, message) = explain(error);
            (severity, problem, message.contains("intermediate"))
        };
        assert_eq!(
            words("cannot reach https://a: invalid peer certificate: UnknownIssuer"),
            (Severity::Error, "certificate", true)
        );
        assert_eq!(
            words("cannot reach https://a: invalid peer certificate: Expired"),
            (Severity::Error, "certificate", false)
        );
        assert_eq!(words("cannot reach https://a: Connection refused"), (Severity::Warning, "unreachable", false));
    }
}
