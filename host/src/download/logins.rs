//! Passwords for registries, from the file that `docker login` writes.

use super::error::Error;
use crate::files::read_bounded;
use axum::http::HeaderValue;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file has some lines for each registry.
const BYTES_MAX: u64 = 1 << 20;
/// Docker's own registry has another name in the file.
const DOCKER_HUB: (&str, &str) = ("registry-1.docker.io", "index.docker.io");

/// What is known of registries that demand a password. There is no `Debug`, because it holds them.
pub struct Logins {
    place: String,
    file: LoginFile,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginFile {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
    /// Programs that have the passwords of all registries, or of one.
    #[serde(default)]
    creds_store: String,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Entry {
    /// User name and password as HTTP sends them: `user:password` in Base64.
    #[serde(default)]
    auth: String,
}

impl Logins {
    /// Reads a file, or else that of this user, who may have none.
    ///
    /// # Errors
    /// The file cannot be read, or is not in Docker's format.
    pub fn read(named: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = named.map(Path::to_owned).or_else(of_user) else { return Ok(Self::none()) };
        let place = path.display().to_string();
        let wrong = |reason: String| Error::Logins { place: place.clone(), reason };
        let bytes = match read_bounded(&path, BYTES_MAX) {
            Ok(bytes) => bytes.ok_or_else(|| wrong(format!("it is larger than {BYTES_MAX} bytes")))?,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => return Ok(Self::none()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        // The message of the parser may quote a password.
        let file = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(format!("line {} is not as `docker login` writes it", error.line())))?;
        Ok(Self { place, file })
    }

    fn none() -> Self {
        Self { place: String::new(), file: LoginFile::default() }
    }

    /// The header for a registry; `None` if nothing is known of it.
    ///
    /// # Errors
    /// Its password is in another program, or cannot be sent.
    pub(super) fn authorization(&self, host: &str) -> Result<Option<HeaderValue>, Error> {
        let is_meant = |name: &str| {
            let name = without_scheme(name);
            name == host || (host, name) == DOCKER_HUB
        };
        let wrong = |reason: String| Error::Logins { place: self.place.clone(), reason };
        let entry = self.file.auths.iter().find(|(name, entry)| is_meant(name) && !entry.auth.is_empty());
        if let Some((_, Entry { auth })) = entry {
            let mut value = HeaderValue::from_str(&format!("Basic {auth}"))
                .map_err(|_| wrong(format!("its entry for {host} is not as `docker login` writes it")))?;
            value.set_sensitive(true);
            return Ok(Some(value));
        }
        let of_host = self.file.cred_helpers.iter().find(|(name, _)| is_meant(name)).map(|(_, helper)| helper);
        match of_host.or(Some(&self.file.creds_store)).filter(|helper| !helper.is_empty()) {
            Some(helper) => Err(wrong(format!(
                "it says that docker-credential-{helper} has the password for {host}, and Dialplate does not run that \
                 program; name a file with the password in plugins_registry_auth"
            ))),
            None => Ok(None),
        }
    }

    /// Where the passwords are, for a message.
    pub(super) fn place(&self) -> &str {
        &self.place
    }
}

fn of_user() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = folder("DOCKER_CONFIG").or_else(|| Some(folder("HOME")?.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// The host of an entry, which may be written as a URL.
fn without_scheme(name: &str) -> &str {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    name.split_once('/')
        .filter(|(_, path)| matches!(*path, "" | "v1" | "v1/" | "v2" | "v2/"))
        .map_or(name, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(text: &str) -> Result<Logins, Error> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, text).unwrap();
        Logins::read(Some(&file))
    }

    #[test]
    fn entry_is_found_by_its_host() {
        let logins = logins(
            r#"{"auths": {"ghcr.io": {"auth": "YTpi"}, "https://index.docker.io/v1/": {"auth": "YzpkCg=="},
                "quay.io/team": {"auth": "ZQ=="}, "empty.example": {}}, "credHelpers": {"gcr.io": "gcloud"}}"#,
        )
        .unwrap_or_else(|error| panic!("{error}"));
        let of = |host| logins.authorization(host).map(|found| found.map(|value| value.to_str().unwrap().to_owned()));
        assert_eq!(of("ghcr.io").unwrap().as_deref(), Some("Basic YTpi"));
        assert_eq!(of("registry-1.docker.io").unwrap().as_deref(), Some("Basic YzpkCg=="));
        for host in ["ghcr.io:443", "quay.io", "empty.example", "io"] {
            assert!(of(host).unwrap().is_none(), "{host}");
        }
        let error = of("gcr.io").unwrap_err().to_string();
        assert!(error.contains("docker-credential-gcloud") && error.contains("plugins_registry_auth"), "{error}");
    }

    #[test]
    fn wrong_file_is_named_without_its_secrets() {
        let error = logins("{\"auths\": {\n\"ghcr.io\": {\"auth\": \"s3cret\" \"x\"}}}").err().unwrap().to_string();
        assert!(error.contains("config.json") && error.contains("line 2") && !error.contains("s3cret"), "{error}");
        let absent = Logins::read(Some(Path::new("/nonexistent/config.json"))).err().unwrap().to_string();
        assert!(absent.contains("/nonexistent/config.json"), "{absent}");
    }
}
