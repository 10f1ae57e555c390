//! What handshakes need, made from one state of the files.

use super::error::TlsError;
use super::files::{Contents, TlsConfig};
use super::verify::PhoneVerifier;
use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use std::sync::Arc;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// How long before its end a certificate is warned of. ACME clients renew theirs earlier.
const WARN_DAYS: i64 = 14;
const DAY_S: i64 = 86_400;

/// The certificate and key of one load, ready for handshakes.
pub struct Material {
    pub server: Arc<ServerConfig>,
    pub verifier: Option<Arc<PhoneVerifier>>,
    /// The end of the certificate; `None` if it cannot be read.
    expires: Option<Timestamp>,
}

impl Material {
    /// Reads the files, and checks that they fit together. It may block.
    ///
    /// # Errors
    /// One of the files cannot be used.
    pub fn load(config: &TlsConfig) -> Result<Self, TlsError> {
        let Contents { chain, key, key_is_public, roots } = config.read()?;
        if key_is_public {
            tracing::warn!(file = %config.key.display(), "every user of this machine can read the key of tls_key; run chmod o-r");
        }
        let expires = chain.first().and_then(|own| end(own));
        let verifier = match (roots, &config.roots) {
            (Some(roots), Some(path)) => {
                let failed = |problem| TlsError::new("client_certificate_roots", path, problem);
                Some(Arc::new(PhoneVerifier::new(&roots).map_err(failed)?))
            }
            _ => None,
        };
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| TlsError::new("tls_cert", &config.certificate, error))?;
        let builder = match &verifier {
            Some(verifier) => builder.with_client_cert_verifier(Arc::clone(verifier) as _),
            None => builder.with_no_client_auth(),
        };
        let mut server = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified(config, chain, key)?)));
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { server: Arc::new(server), verifier, expires })
    }

    /// Warns of a certificate that has expired, or soon will.
    pub fn warn_of_expiry(&self, config: &TlsConfig, now: Timestamp) {
        let file = config.certificate.display();
        let Some(expires) = self.expires else { return };
        let left = expires.as_second() - now.as_second();
        if left < 0 {
            tracing::error!(%file, %expires, "the certificate of tls_cert has expired; phones refuse it");
        } else if left < WARN_DAYS * DAY_S {
            tracing::warn!(%file, %expires, "the certificate of tls_cert expires in {} days", left / DAY_S);
        }
    }

    /// The end of the certificate, for the log.
    pub fn expires(&self) -> String {
        self.expires.map(|expires| expires.to_string()).unwrap_or_default()
    }
}

/// Certificate and key, if they belong together. rustls's own check reads no certificate of version 1, which phones accept.
fn certified(
    config: &TlsConfig,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, TlsError> {
    let unusable = |error| TlsError::new("tls_key", &config.key, format!("cannot be used: {error}"));
    let key = ring::default_provider().key_provider.load_private_key(key).map_err(unusable)?;
    let own = chain.first().and_then(|own| Certificate::from_der(own).ok());
    let own = own
        .ok_or_else(|| TlsError::new("tls_cert", &config.certificate, "has a first certificate that cannot be read"))?;
    let of_key = key.public_key().and_then(|info| SubjectPublicKeyInfoOwned::from_der(&info).ok());
    let of_certificate = &own.tbs_certificate.subject_public_key_info.subject_public_key;
    if of_key.is_some_and(|info| info.subject_public_key != *of_certificate) {
        let problem = format!("is not the key of the certificate in {}", config.certificate.display());
        return Err(TlsError::new("tls_key", &config.key, problem));
    }
    Ok(CertifiedKey::new(chain, key))
}

fn end(certificate: &[u8]) -> Option<Timestamp> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let since = certificate.tbs_certificate.validity.not_after.to_unix_duration();
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}
