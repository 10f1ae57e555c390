//! The handshake of a connection.

use super::error::TlsError;
use super::files::{Stamps, TlsConfig};
use super::material::Material;
use super::verify::PhoneVerifier;
use crate::facts::PhoneCertificate;
use crate::files::Root;
use crate::http::client::Channel;
use arc_swap::ArcSwap;
use rustls::pki_types::UnixTime;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// From the first byte of a handshake to its end. A phone on a bad line needs a second or two.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The bytes of an answer that wait for a slow phone inside of TLS. The timeout for a phone that reads nothing covers
/// what lies beyond, so this must be less than a phone reads within it.
const BUFFER_BYTES_MAX: usize = 16 * 1024;

/// TLS of one listener. New connections use the last state of the files that could be used; open ones keep theirs.
pub struct Tls {
    pub(super) config: TlsConfig,
    pub(super) current: ArcSwap<Material>,
    /// The folder of the files, for calls with a deadline.
    pub(super) folder: Arc<Root>,
    /// The state of the files before they were loaded first.
    pub(super) opened: Option<Stamps>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub async fn open(config: TlsConfig) -> Result<Arc<Self>, TlsError> {
        let folder = config.folder();
        let opened = stamps(&folder, &config).await;
        let material = load(&folder, &config).await?;
        let tls = Self { current: ArcSwap::from_pointee(material), config, folder, opened };
        tls.warn_of_expiry();
        Ok(Arc::new(tls))
    }

    /// Makes the handshake, and judges the certificate of the phone.
    ///
    /// # Errors
    /// The handshake fails, or takes too long.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, Channel)> {
        let material = self.current.load_full();
        let accepting = TlsAcceptor::from(Arc::clone(&material.server))
            .accept_with(stream, |connection| connection.set_buffer_limit(Some(BUFFER_BYTES_MAX)));
        let stream = timeout(HANDSHAKE_TIMEOUT, accepting).await??;
        let judge =
            |verifier: &Arc<PhoneVerifier>| verifier.judge(stream.get_ref().1.peer_certificates(), UnixTime::now());
        let certificate = material.verifier.as_ref().map_or(PhoneCertificate::Absent, judge);
        Ok((stream, Channel { is_encrypted: true, certificate }))
    }

    pub(super) fn warn_of_expiry(&self) {
        self.current.load().warn_of_expiry(&self.config, jiff::Timestamp::now());
    }
}

/// The state of the files; `None` if the file system does not answer, which its folder logs.
pub(super) async fn stamps(folder: &Arc<Root>, config: &TlsConfig) -> Option<Stamps> {
    let files = config.clone();
    folder.ask(move || files.stamps()).await.ok()
}

/// Loads the files within the deadline for file calls.
pub(super) async fn load(folder: &Arc<Root>, config: &TlsConfig) -> Result<Material, TlsError> {
    let files = config.clone();
    let loaded = folder.ask(move || Material::load(&files)).await;
    loaded.unwrap_or_else(|error| Err(TlsError::new("tls_cert", &config.certificate, error)))
}

/// What an operator can do about a failed handshake; begins with a separator.
pub fn advice(error: &io::Error) -> &'static str {
    match error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::PeerIncompatible(_)) => {
            "; the phone knows neither TLS 1.3 nor TLS 1.2 with ECDHE and AES-GCM: docs/tls.md says what its maker offers"
        }
        Some(rustls::Error::AlertReceived(_)) => "; the phone ended it: it may not trust the authority of tls_cert",
        _ => "",
    }
}
