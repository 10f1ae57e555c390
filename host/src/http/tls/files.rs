//! The files of the TLS configuration: their paths, their bytes, and whether they have changed.

use super::error::TlsError;
use crate::files::Root;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A certificate with its chain has some kilobytes; a system's whole list of authorities has 200.
const FILE_BYTES_MAX: u64 = 2 << 20;
/// The files in a folder of authorities. There are some dozens of makers.
const ROOT_FILES_MAX: usize = 512;

/// Where the server listens with TLS, and its files.
#[derive(Clone)]
pub struct TlsConfig {
    pub listen: SocketAddr,
    /// The server's certificate and its chain.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// A file or folder of the authorities of phones' certificates; `None` if phones are not asked for one.
    pub roots: Option<PathBuf>,
}

/// What the files contain.
pub struct Contents {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    /// Whether all users of the machine can read the key.
    pub key_is_public: bool,
    pub roots: Option<Vec<CertificateDer<'static>>>,
}

/// What changes when somebody replaces or edits a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// Inode, size, and the times of the last modification and change.
type Stamp = (u64, u64, (i64, i64), (i64, i64));

impl TlsConfig {
    /// The folder whose calls are bounded.
    pub fn folder(&self) -> Arc<Root> {
        Root::new(self.certificate.parent().unwrap_or(Path::new("/")).to_owned())
    }

    /// Reads all files. It may block.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn read(&self) -> Result<Contents, TlsError> {
        let chain = certificates("tls_cert", &self.certificate)?;
        let (pem, metadata) = bytes("tls_key", &self.key)?;
        let wrong = |_| TlsError::new("tls_key", &self.key, "contains no private key in PEM");
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(wrong)?;
        let roots = self.roots.as_deref().map(roots).transpose()?;
        Ok(Contents { chain, key, key_is_public: metadata.mode() & 0o004 != 0, roots })
    }

    /// The state of all files. It may block.
    pub fn stamps(&self) -> Stamps {
        let of = |path: PathBuf| {
            let stamp = fs::metadata(&path).ok().map(|it| stamp(&it));
            (path, stamp)
        };
        let roots = self.roots.iter().flat_map(|path| {
            let inside = listed(path).unwrap_or_default();
            inside.into_iter().chain([path.clone()])
        });
        let all = [self.certificate.clone(), self.key.clone()].into_iter().chain(roots);
        Stamps(all.map(of).collect())
    }
}

fn stamp(it: &Metadata) -> Stamp {
    (it.ino(), it.size(), (it.mtime(), it.mtime_nsec()), (it.ctime(), it.ctime_nsec()))
}

/// The certificates of a file or folder of authorities.
fn roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const KEY: &str = "client_certificate_roots";
    let failed = |error| TlsError::new(KEY, path, format!("cannot be read: {error}"));
    if !fs::metadata(path).map_err(failed)?.is_dir() {
        return certificates(KEY, path);
    }
    let files = listed(path).map_err(failed)?;
    if files.len() > ROOT_FILES_MAX {
        return Err(TlsError::new(KEY, path, format!("has more than {ROOT_FILES_MAX} files")));
    }
    let mut all = Vec::new();
    for file in files {
        all.extend(certificates(KEY, &file)?);
    }
    if all.is_empty() {
        return Err(TlsError::new(
            KEY,
            path,
            "has no file `*.pem`, `*.crt` or `*.cer`; put the makers' authorities there",
        ));
    }
    Ok(all)
}

/// The certificate files in a folder, sorted.
fn listed(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let is_certificate = |path: &PathBuf| {
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase();
        matches!(extension.as_str(), "pem" | "crt" | "cer")
    };
    let paths: Result<Vec<_>, _> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths: Vec<_> = paths?.into_iter().filter(is_certificate).collect();
    paths.sort();
    Ok(paths)
}

/// The certificates of a file: PEM, or one in DER as makers publish it.
fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let (content, _) = bytes(key, path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    let found = found.map_err(|_| TlsError::new(key, path, "is not valid PEM"))?;
    if !found.is_empty() {
        return Ok(found);
    }
    match content.first() {
        // The tag of a DER sequence, with which every certificate begins.
        Some(0x30) => Ok(vec![CertificateDer::from(content)]),
        _ => Err(TlsError::new(key, path, "contains no certificate in PEM")),
    }
}

fn bytes(key: &'static str, path: &Path) -> Result<(Vec<u8>, Metadata), TlsError> {
    let read = || {
        let file = File::open(path)?;
        let (metadata, mut content) = (file.metadata()?, Vec::new());
        if metadata.len() > FILE_BYTES_MAX {
            return Err(ErrorKind::FileTooLarge.into());
        }
        file.take(FILE_BYTES_MAX).read_to_end(&mut content)?;
        Ok((content, metadata))
    };
    read().map_err(|error: std::io::Error| TlsError::new(key, path, format!("cannot be read: {error}")))
}
