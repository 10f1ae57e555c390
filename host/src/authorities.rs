//! The authorities that the server trusts as a client, from a PEM file.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;

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
