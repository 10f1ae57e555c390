//! Why a file cannot be downloaded. No message contains a whole URL, because it may hold a secret.

use super::limits::{REDIRECTS_MAX, TIMEOUT};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0:?} is no URL; write for instance https://plugins.example.net/acme.wasm")]
    NoUrl(String),
    #[error(
        "{0} is not encrypted, so anybody on the way could replace the file; use https, or download it and name the file"
    )]
    NotEncrypted(String),
    #[error("the URL at {0} contains a user name or password; leave them out, because the URL is stored")]
    Credentials(String),
    #[error("the authorities that downloads are checked against (plugins_ca): {0}")]
    Authorities(String),
    #[error("{0:?} is no reference; write for instance oci://ghcr.io/acme/plugin:1.0.0")]
    NoReference(String),
    #[error("{place} is no component in the layout of the WebAssembly working group: {reason}")]
    Manifest { place: String, reason: String },
    #[error("{0} does not have the bytes that its digest names")]
    OtherHash(String),
    #[error(
        "{0} demands a password; log in with `docker login {0}`, or name a file as that command writes it in \
         plugins_registry_auth"
    )]
    Password(String),
    #[error("{host} refuses the password in {place}; log in again with `docker login {host}`")]
    Refused { host: String, place: String },
    #[error("cannot use the passwords of registries in {place}: {reason}")]
    Logins { place: String, reason: String },
    #[error("cannot reach {place}: {reason}")]
    Unreachable { place: String, reason: String },
    #[error("{place} answers with status {status}")]
    Status { place: String, status: u16 },
    #[error("{place} redirects to {target}, which is not https; nothing was fetched from there")]
    Redirect { place: String, target: String },
    #[error("{0} redirects more than {REDIRECTS_MAX} times")]
    Redirects(String),
    #[error("{0} redirects without saying where to")]
    NoTarget(String),
    #[error("the file at {place} is larger than {bytes_max} bytes")]
    TooLarge { place: String, bytes_max: u64 },
    #[error("{0} has not sent the whole file within {max} s", max = TIMEOUT.as_secs())]
    TooSlow(String),
    #[error("{place} has not answered within {seconds} s")]
    NoAnswer { place: String, seconds: u64 },
    #[error("{place} broke off: {reason}")]
    Broken { place: String, reason: String },
}
