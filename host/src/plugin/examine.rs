//! What the file of a component says about it, for commands that examine a component without serving it.

use super::binary::Binary;
use super::build::Candidate;
use super::claims::Claims;
use super::description::Description;
use super::engine::Engine;
use super::error::LoadError;
use super::off_the_path::off_the_path;
use crate::plugin_signature::SignatureState;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A component that describes itself as a plugin. It is not prepared with any template.
pub struct Examined {
    pub description: Description,
    /// The version of the interface that it was built for.
    pub interface: &'static str,
    /// Names of interfaces, as the component spells them.
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    pub bytes: usize,
    /// In hexadecimal digits.
    pub sha256: String,
    pub file: PathBuf,
    binary: Arc<Binary>,
}

impl Examined {
    /// The bytes that were examined.
    pub fn component(&self) -> &[u8] {
        &self.binary.bytes
    }

    /// Its signature, by the engine's policy.
    pub fn signature(&self) -> &SignatureState {
        &self.binary.signature
    }
}

/// Reads a component, and calls its `describe`.
///
/// # Errors
/// The file cannot be a plugin, for one of the reasons for which a server refuses it.
pub async fn examine(engine: &Engine, file: &Path) -> Result<Examined, LoadError> {
    let (engine, file) = (engine.clone(), file.to_owned());
    let Candidate { file, description, binary } =
        off_the_path(false, async move { Candidate::read(&engine, &file).await }).await?;
    Ok(Examined {
        description,
        interface: binary.version.name(),
        imports: binary.imports.clone(),
        exports: binary.exports.clone(),
        bytes: binary.bytes.len(),
        sha256: binary.sha256.clone(),
        file,
        binary,
    })
}

/// What the plugin claims that one of the others has.
pub fn clash(plugin: &Description, others: &[Description]) -> Option<LoadError> {
    let mut claims = Claims::default();
    // Two of the others may clash as well, which is not this plugin's fault.
    others.iter().for_each(|other| drop(claims.add(other)));
    claims.add(plugin).err()
}
