//! The authorities that the server trusts as a client, from a PEM file.

use hyper_rustls::ConfigBuilderExt;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Reads all certificates of a file.
///
/// # Errors
/// The file cannot be read, or has no certificate of an authority that can be used.
pub fn read(file: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("the file contains no PEM certificate".to_owned());
    }
    Ok(roots)
}

/// TLS of a client that trusts the authorities in the file, or else the system's.
///
/// # Errors
/// The file cannot be used, or the system has no authorities.
pub fn client(file: Option<&Path>) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let Some(file) = file else {
        let builder = builder.with_native_roots().map_err(|error| error.to_string())?;
        return Ok(builder.with_no_client_auth());
    };
    Ok(builder.with_root_certificates(read(file)?).with_no_client_auth())
}

/// The certificates of the system's authorities; those that cannot be read are left out.
pub fn system() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}
