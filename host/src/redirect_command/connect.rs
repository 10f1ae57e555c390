//! Connects to the servers that phones would be sent to: whether their certificates come from an authority that phones can know.

use crate::download::{Call, Client, Limits};
use crate::redirect::{Finding, Flaw, RedirectDevice, Severity};
use anyhow::Result;
use axum::http::{HeaderMap, Method};
use std::collections::BTreeSet;
use std::time::Duration;
use url::{Position, Url};

/// More servers than one list has.
const SERVERS_MAX: usize = 100;

/// The page of a server's root is small; whatever it is, it is not read.
const BYTES_MAX: u64 = 1 << 20;

/// A phone does not wait longer either.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is wrong with the connections to the devices' servers, tried from this machine and with the system's authorities.
///
/// # Errors
/// The system has no authorities.
pub(super) async fn connect(devices: &[RedirectDevice]) -> Result<Vec<Finding>> {
    let client = Client::new(None)?;
    let origin = |device: &RedirectDevice| Url::parse(&device.url).ok().filter(|url| url.scheme() == "https");
    let origins: BTreeSet<String> =
        devices.iter().filter_map(origin).map(|url| url[..Position::BeforePath].to_owned()).collect();
    let mut findings = Vec::new();
    for origin in origins.into_iter().take(SERVERS_MAX) {
        let limits = Limits { bytes_max: BYTES_MAX, timeout: TIMEOUT };
        let (uri, place, headers) = (origin.clone(), origin.clone(), HeaderMap::new());
        let call = Call { method: Method::HEAD, uri, place, headers, body: Vec::new(), limits };
        let Err(error) = client.call(call).await else { continue };
        let (severity, problem, message) = explain(&error.to_string());
        findings.push(Finding { severity, device: String::new(), place: origin, problem, message });
    }
    Ok(findings)
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
