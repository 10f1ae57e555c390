//! `dialplate plugin sign` and `verify`, and what `inspect` says of a signature.

use super::config::Config;
use super::error::Error;
use super::shown::shown;
use crate::facts::DisplayPath;
use crate::files::replace;
use crate::plugin::{self, Examined};
use crate::plugin_signature::{
    KeyId, LiveVersion, Policy, SignatureFault, SignatureState, Signed, SigningKey, Statement, read_signature,
    signature_file,
};
use crate::request::Secret;
use jiff::civil::Date;
use serde::Serialize;
use std::path::Path;

/// A signature is public, and the server's user has to read it.
const MODE: u32 = 0o644;

/// A signature that was made, or found to be valid.
#[derive(Serialize)]
pub struct SignedComponent {
    pub component: String,
    pub signature: String,
    pub name: String,
    pub version: String,
    pub key: String,
    /// The last day.
    pub expires: Option<String>,
}

/// What `inspect` says of a component's signature.
#[derive(Serialize)]
pub struct InspectedSignature {
    pub signed: bool,
    /// The key that the signature names.
    pub key: Option<String>,
    /// Whether the key is among the trusted ones.
    pub trusted: bool,
    /// `None` if the component is not signed, or its key is not trusted: then nothing is proved.
    pub valid: Option<bool>,
    /// The last day, if the signature is by a trusted key.
    pub expires: Option<String>,
    /// Why a server with the same trusted keys refuses the component.
    pub problem: Option<String>,
}

/// Signs a component that a server would load, and puts the signature beside it.
///
/// # Errors
/// The component cannot be a plugin, its version cannot be compared with others, the key cannot be used, or the signature
/// cannot be written.
pub async fn sign(
    config: &Config,
    component: &Path,
    (key, password): (&SigningKey, Option<&Secret>),
    expires: Option<Date>,
) -> Result<SignedComponent, Error> {
    let examined = examine(config, component, Policy::default()).await?;
    let age = age(&examined);
    if !age.is_comparable() {
        return Err(Error::Version { file: component.to_owned(), version: age.version });
    }
    let LiveVersion { name, version, .. } = age;
    let statement = Statement { plugin: Some(name.clone()), version: Some(version.clone()), expires };
    let (id, text) = key.sign(password, examined.component(), &statement)?;
    let file = signature_file(component);
    replace(&file, text.as_bytes(), MODE).map_err(|source| Error::Write { path: file, source })?;
    Ok(SignedComponent::new(component, (name, version), &Signed { key: id, statement }))
}

/// Checks the signature of a component as a server does that requires one.
///
/// # Errors
/// The component cannot be a plugin, or the server would refuse its signature.
pub async fn verify(config: &Config, component: &Path) -> Result<SignedComponent, Error> {
    let policy = Policy { required: true, versions: None, ..config.engine.signatures.clone() };
    let examined = examine(config, component, policy).await?;
    let SignatureState::Valid(signed) = examined.signature() else {
        return Err(Error::Component { file: component.to_owned(), error: Box::new(SignatureFault::Unsigned.into()) });
    };
    let named = (examined.description.name.clone(), examined.description.version.clone());
    Ok(SignedComponent::new(component, named, signed))
}

/// Checks a component that is to be put in place, as the server will: its signature, and that it is not older than the one that
/// served before. `signature` is what its signature file has.
///
/// # Errors
/// The server would refuse it.
pub fn admit(config: &Config, examined: &Examined, signature: Option<&[u8]>) -> Result<(), SignatureFault> {
    admit_signature(config, examined, signature)?;
    config.engine.signatures.check_version(&age(examined), None)
}

/// As [`admit`], for a component that an operator goes back to: it may be older, and the server will accept that.
///
/// # Errors
/// The server would refuse its signature, or the server's record of versions cannot be written.
pub fn admit_rollback(config: &Config, examined: &Examined, signature: Option<&[u8]>) -> Result<(), Error> {
    let refused =
        |error: SignatureFault| Error::Component { file: examined.file.clone(), error: Box::new(error.into()) };
    admit_signature(config, examined, signature).map_err(refused)?;
    let Some(versions) = config.engine.signatures.record() else { return Ok(()) };
    versions.allow_rollback(&age(examined)).map_err(|source| Error::Write { path: versions.file(), source })
}

fn admit_signature(config: &Config, examined: &Examined, signature: Option<&[u8]>) -> Result<(), SignatureFault> {
    let state = config.engine.signatures.check(examined.component(), signature)?;
    state.check_subject(&examined.description.name, &examined.description.version)
}

fn age(examined: &Examined) -> LiveVersion {
    let (name, version) = (examined.description.name.clone(), examined.description.version.clone());
    LiveVersion { name, version, sha256: examined.sha256.clone() }
}

async fn examine(config: &Config, component: &Path, signatures: Policy) -> Result<Examined, Error> {
    let failed = |error| Error::Component { file: component.to_owned(), error: Box::new(error) };
    plugin::examine(&config.engine_with(signatures)?, component).await.map_err(failed)
}

/// The end of a signature, behind what says that it is valid.
pub fn valid_through(last: Option<&str>) -> String {
    last.map_or_else(String::new, |last| format!(", valid through {last}"))
}

impl SignedComponent {
    fn new(component: &Path, (name, version): (String, String), signed: &Signed) -> Self {
        Self {
            component: component.display().to_string(),
            signature: signature_file(component).display().to_string(),
            name,
            version,
            key: signed.key.to_string(),
            expires: signed.statement.expires.map(|last| last.to_string()),
        }
    }

    /// One line for a terminal.
    pub fn to_text(&self) -> String {
        let until = valid_through(self.expires.as_deref());
        let component = DisplayPath(Path::new(&self.component));
        format!("{component}: {} {}, signed with key {}{until}\n", self.name, shown(&self.version), self.key)
    }
}

impl InspectedSignature {
    /// The signature beside a component that was examined, checked with the configured keys.
    pub(super) fn of(config: &Config, component: &Path, examined: &Examined) -> Self {
        let unsigned = Self { signed: false, key: None, trusted: false, valid: None, expires: None, problem: None };
        let bytes = match read_signature(component, examined.component()) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return unsigned,
            Err(fault) => return Self { signed: true, problem: Some(fault.to_string()), ..unsigned },
        };
        let key = SignatureState::claimed_key(&bytes).ok();
        let signed = Self { signed: true, key: key.as_ref().map(KeyId::to_string), ..unsigned };
        let keys = &config.engine.signatures.keys;
        let checked = crate::plugin_signature::check(examined.component(), Some(&bytes), keys, jiff::Timestamp::now());
        let (name, version) = (&examined.description.name, &examined.description.version);
        let checked = checked.and_then(|state| match state {
            SignatureState::Valid(found) => found.check_subject(name, version).map(|()| found),
            _ => Err(SignatureFault::Unsigned),
        });
        match checked {
            Ok(found) => {
                let expires = found.statement.expires.map(|last| last.to_string());
                Self { trusted: true, valid: Some(true), expires, ..signed }
            }
            Err(SignatureFault::UnknownKey { .. }) => signed,
            Err(fault) => {
                let expires = match &fault {
                    SignatureFault::Expired { last, .. } => Some(last.to_string()),
                    _ => None,
                };
                let trusted = key.is_some_and(|key| keys.has(key));
                Self { trusted, valid: Some(false), expires, problem: Some(fault.to_string()), ..signed }
            }
        }
    }

    /// One line for a terminal.
    pub(super) fn to_text(&self) -> String {
        let key = self.key.as_deref().unwrap_or("unknown");
        let until = valid_through(self.expires.as_deref());
        match (self.signed, &self.problem) {
            (false, _) => "none".to_owned(),
            (true, Some(problem)) => format!("not valid: it {problem}"),
            (true, None) if self.trusted => format!("valid, by trusted key {key}{until}"),
            (true, None) => format!("by key {key}, which is not among plugins_trusted_keys, so it proves nothing"),
        }
    }
}
