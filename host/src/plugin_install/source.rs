//! Where a component comes from.

use super::config::Config;
use crate::download::{self, Client, FileUrl, Logins, Pulled, Reference};
use crate::facts::DisplayPath;
use crate::files::read_bounded;
use crate::plugin_kit::{Project, shown};
use crate::plugin_signature::{ENDING, SIGNATURE_BYTES_MAX, signature_file};
use anyhow::{Context, Result, bail, ensure};
use std::fmt::{Display, Formatter};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A component that an operator sent.
pub struct Upload {
    /// The name of the operator's file.
    pub name: String,
    pub component: Vec<u8>,
    pub signature: Option<Vec<u8>>,
}

#[derive(Clone)]
pub enum Source {
    File(PathBuf),
    Upload(Arc<Upload>),
    Url(FileUrl),
    Registry(Reference),
}

/// A component as it came, with the signature that lay beside it.
pub struct Fetched {
    pub component: Vec<u8>,
    pub signature: Option<Vec<u8>>,
}

impl Source {
    /// # Errors
    /// The text is a URL that no component can come from.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once("://") {
            None => Ok(Self::File(text.into())),
            Some(("http" | "https", _)) => Ok(Self::Url(FileUrl::parse(text)?)),
            Some(("oci", _)) => Ok(Self::Registry(Reference::parse(text)?)),
            Some((scheme, _)) => {
                bail!("{scheme}:// is no source of plugins; name a file, an https:// URL or an oci:// reference")
            }
        }
    }

    /// Where the component can be fetched again.
    pub fn url(&self) -> Option<String> {
        match self {
            Self::File(_) | Self::Upload(_) => None,
            Self::Url(url) => Some(url.as_str().to_owned()),
            Self::Registry(reference) => Some(reference.to_string()),
        }
    }

    /// The component's folder on this machine: a check takes the templates and the cases of the author's folder.
    pub fn project(&self) -> Option<Project> {
        match self {
            Self::File(file) => Project::find(file, Some(file)).ok(),
            Self::Upload(_) | Self::Url(_) | Self::Registry(_) => None,
        }
    }

    /// # Errors
    /// The component cannot be read, or is too large.
    pub async fn fetch(&self, config: &Config) -> Result<Fetched> {
        match self {
            Self::File(file) => {
                let (file, bytes_max) = (file.clone(), config.bytes_max());
                tokio::task::spawn_blocking(move || of_file(&file, bytes_max)).await?
            }
            Self::Upload(upload) => of_upload(upload, config.bytes_max()),
            Self::Url(url) => of_url(config, url).await,
            Self::Registry(reference) => of_registry(config, reference).await,
        }
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(file) => DisplayPath(file).fmt(f),
            Self::Upload(upload) => write!(f, "the uploaded file {}", shown(&upload.name)),
            Self::Url(url) => url.fmt(f),
            Self::Registry(reference) => reference.fmt(f),
        }
    }
}

async fn of_url(config: &Config, url: &FileUrl) -> Result<Fetched> {
    let client = Client::new(config.authorities.as_deref())?;
    let component = client.fetch(url, config.bytes_max()).await?;
    let component = component.with_context(|| format!("there is no file at {url}"))?;
    let signature = match client.fetch(&url.beside(ENDING), SIGNATURE_BYTES_MAX).await {
        // Stores of files answer so for what is absent, to those who may not list their files.
        Err(download::Error::Status { status: 403, .. }) => None,
        signature => signature?,
    };
    Ok(Fetched { component, signature })
}

async fn of_registry(config: &Config, reference: &Reference) -> Result<Fetched> {
    let client = Client::new(config.authorities.as_deref())?;
    let logins = Logins::read(config.registry_auth.as_deref())?;
    let Pulled { component, signature } = client.pull(reference, &logins, config.bytes_max()).await?;
    Ok(Fetched { component, signature })
}

fn of_upload(upload: &Upload, bytes_max: u64) -> Result<Fetched> {
    let Upload { name, component, signature } = upload;
    ensure!(
        component.len() as u64 <= bytes_max,
        "the uploaded file {} is larger than {bytes_max} bytes (component_bytes_max)",
        shown(name)
    );
    Ok(Fetched { component: component.clone(), signature: signature.clone() })
}

fn of_file(file: &Path, bytes_max: u64) -> Result<Fetched> {
    let shown = DisplayPath(file);
    let component = read_bounded(file, bytes_max).with_context(|| format!("cannot read {shown}"))?;
    let Some(component) = component else {
        bail!("{shown} is larger than {bytes_max} bytes (component_bytes_max)");
    };
    let signature = signature_file(file);
    let signature = match read_bounded(&signature, SIGNATURE_BYTES_MAX) {
        Ok(Some(signature)) => Some(signature),
        Ok(None) => {
            bail!("{} is larger than {SIGNATURE_BYTES_MAX} bytes, so it is no signature", DisplayPath(&signature))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", DisplayPath(&signature))),
    };
    Ok(Fetched { component, signature })
}
