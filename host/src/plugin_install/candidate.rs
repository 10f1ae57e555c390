//! A component before it is put in place: everything that can be known of it without a change of the folder.

use super::config::{Config, InstallOptions, Notice};
use super::source::{Fetched, Source};
use crate::facts::hex;
use crate::plugin::Examined;
use crate::plugin_kit::{self, Project};
use crate::plugin_store::{Package, Record};
use anyhow::{Result, anyhow, ensure};
use sha2::{Digest, Sha256};

pub struct Candidate {
    pub package: Package,
    pub examined: Examined,
    source: String,
    /// The component alone in a folder, for the examination.
    staged: Project,
    _folder: tempfile::TempDir,
}

impl Candidate {
    /// Examines a component that came from `source`.
    ///
    /// # Errors
    /// The component has another hash than it should have, or is no plugin.
    pub async fn new(config: &Config, options: &InstallOptions, source: &Source, fetched: Fetched) -> Result<Self> {
        let Fetched { component, signature } = fetched;
        let project = source.project();
        let (url, source) = (source.url(), source.to_string());
        if let Some(wanted) = &options.sha256 {
            let found = hex(&Sha256::digest(&component));
            ensure!(found.eq_ignore_ascii_case(wanted), "{source} has the SHA-256 {found}, and not {wanted}");
        }
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("component.wasm");
        std::fs::write(&file, &component)?;
        let examined = plugin_kit::examine(&config.kit, &file).await.map_err(|error| named(error, &source))?;
        plugin_kit::admit(&config.kit, &examined, signature.as_deref())
            .map_err(|fault| anyhow!("{source} {fault}. Nothing was changed"))?;
        let record = Some(Record {
            name: examined.description.name.clone(),
            version: examined.description.version.clone(),
            sha256: examined.sha256.clone(),
            url,
            installed: Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        });
        let (cases, templates) = project.map(|found| (found.cases, found.templates)).unwrap_or_default();
        let staged = Project { component: file, cases, templates };
        Ok(Self { package: Package { component, signature, record }, examined, source, staged, _folder: folder })
    }

    pub fn name(&self) -> &str {
        &self.examined.description.name
    }

    /// Examines whether the component keeps to the contract of the interface, with the templates of the configuration.
    ///
    /// # Errors
    /// It does not. The operator gets the report.
    pub async fn check(&self, config: &Config) -> Result<()> {
        let (name, version) = (self.name(), &plugin_kit::shown(&self.examined.description.version));
        (config.notices)(&Notice::Checking { name, version });
        let mut report = plugin_kit::check(&config.kit, &self.staged, plugin_kit::SEED).await?;
        report.component = self.source.clone();
        if !report.passed {
            (config.notices)(&Notice::Failed { report: &report.to_text() });
        }
        ensure!(
            report.passed,
            "{} does not keep to the contract of the plugin interface; nothing was changed. `--no-check` installs it all the \
             same",
            self.source
        );
        Ok(())
    }
}

/// The error under the name that the operator knows.
fn named(error: plugin_kit::Error, source: &str) -> anyhow::Error {
    match error {
        plugin_kit::Error::Component { error, .. } => anyhow!("{source} {error}"),
        error => error.into(),
    }
}
