//! Reads the keys of TLS and of client certificates, which only make sense together.

use super::source::{ConfigSource, ValueOrigin, parse_listen};
use crate::gate::ClientCertificates;
use crate::http::{CertificateHeaders, TlsConfig};
use axum::http::HeaderName;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The port for TLS if only `tls_cert` is given.
const DEFAULT_PORT: u16 = 8443;

/// What the keys say.
pub struct TlsKeys {
    pub tls: Option<TlsConfig>,
    pub client_certificates: ClientCertificates,
    pub headers: Option<CertificateHeaders>,
}

/// `listen` is the address without TLS, and `has_proxies` whether proxies are trusted.
pub fn read(source: &mut ConfigSource, listen: SocketAddr, has_proxies: bool) -> TlsKeys {
    source.value("tls_old_phones", parse_old_phones);
    let client_certificates = source.value("client_certificates", |text| {
        ClientCertificates::parse(text).ok_or_else(|| format!("`{text}` is none of `off`, `accept` and `require`"))
    });
    let headers = read_headers(source, has_proxies);
    let roots = source.optional("client_certificate_roots", |text| Ok(PathBuf::from(text)));
    let is_on = client_certificates != ClientCertificates::Off;
    let has_roots = roots.is_some();
    let tls = read_tls(source, listen, roots.filter(|_| is_on));
    let mut miss = |reason: &str| source.error("client_certificates".to_owned(), reason.to_owned());
    match (is_on, &tls, &headers) {
        (true, None, None) => miss(
            "needs TLS: give tls_cert and tls_key; or, behind a proxy, client_verify_header and client_subject_header",
        ),
        (true, Some(_), None) if !has_roots => {
            miss("needs the authorities of your phones' makers: name their file or folder in client_certificate_roots");
        }
        _ => {}
    }
    TlsKeys { tls, client_certificates, headers }
}

fn read_tls(source: &mut ConfigSource, listen: SocketAddr, roots: Option<PathBuf>) -> Option<TlsConfig> {
    let parse = |text: &str| parse_listen(text, "0.0.0.0:443 or [::]:443");
    let address = source.optional("tls_listen", parse);
    let certificate = source.optional("tls_cert", |text| Ok(PathBuf::from(text)));
    let key = source.optional("tls_key", |text| Ok(PathBuf::from(text)));
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            let listen = address.unwrap_or_else(|| {
                let found = SocketAddr::new(listen.ip(), DEFAULT_PORT);
                source.found("tls_listen", found.to_string(), ValueOrigin::Default);
                found
            });
            Some(TlsConfig { listen, certificate, key, roots })
        }
        (None, None) => {
            if source.is_given("tls_listen") {
                let reason = "needs tls_cert and tls_key: the files of the server's certificate and of its key";
                source.error("tls_listen".to_owned(), reason.to_owned());
            }
            None
        }
        (Some(_), None) => {
            source.error("tls_cert".to_owned(), "needs tls_key: the file of its private key".to_owned());
            None
        }
        (None, Some(_)) => {
            source.error("tls_key".to_owned(), "needs tls_cert: the file of its certificate".to_owned());
            None
        }
    }
}

fn read_headers(source: &mut ConfigSource, has_proxies: bool) -> Option<CertificateHeaders> {
    let verify = source.optional("client_verify_header", parse_header);
    let subject = source.optional("client_subject_header", parse_header);
    let certificate = source.optional("client_certificate_header", parse_header);
    let mut wrong = |place: &str, reason: &str| source.error(place.to_owned(), reason.to_owned());
    match (verify, subject.is_some() || certificate.is_some()) {
        (Some(_), false) => {
            wrong("client_verify_header", "needs client_subject_header or client_certificate_header too");
            None
        }
        (None, true) => {
            wrong("client_subject_header", "needs client_verify_header: a subject alone proves nothing");
            None
        }
        (Some(_), true) if !has_proxies => {
            wrong("client_verify_header", "is believed from proxies only: name them in trusted_proxies");
            None
        }
        (Some(verify), true) => Some(CertificateHeaders { verify, subject, certificate }),
        (None, false) => None,
    }
}

fn parse_header(text: &str) -> Result<HeaderName, String> {
    let name = HeaderName::from_bytes(text.as_bytes());
    name.map_err(|_| format!("`{text}` is not the name of a header; write for instance X-SSL-Client-Verify"))
}

/// The only TLS implementation here, rustls, has no TLS 1.0 and 1.1, no CBC, no RC4, no 3DES, and no key exchange by RSA or
/// finite-field Diffie-Hellman; nothing of it can be switched on.
fn parse_old_phones(text: &str) -> Result<(), String> {
    match text {
        "false" => Ok(()),
        "true" => {
            Err("cannot be `true`, because this server's TLS has neither TLS 1.0 and 1.1 nor CBC, RC4, 3DES and key \
                       exchange by RSA or DHE: put a proxy that has them in front, as nginx/old-phones.conf does; \
                       docs/tls.md lists the phones that need it"
                .to_owned())
        }
        other => Err(format!("`{other}` is neither true nor false")),
    }
}
