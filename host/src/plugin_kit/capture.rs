//! Makes a case of a device's request: `device.toml`, `expected` and the templates, with other secrets in place of the
//! device's.

use super::case::{DEVICE, EXPECTED};
use super::case_text::device_file;
use super::outcome::expected_bytes;
use super::scope::FixedScope;
use super::secrets::{Secrets, each_value};
use crate::facts::Table;
use crate::plugin::{Job, JobSettings, Plugin, Reads, RenderError};
use crate::templates::TemplateFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a render for a device gets, and the templates of its folder.
pub struct Captured {
    pub plugin: Arc<Plugin>,
    pub job: Job,
    pub templates: Vec<TemplateFile>,
    /// The answers to the render's questions: the tables of `contacts` if it asked for them, and the extensions.
    pub contacts: Vec<Table>,
    pub extensions: Vec<Table>,
    pub server: Vec<(String, String)>,
}

/// Which request to make a case of.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureQuestion {
    /// The device's address, in any spelling.
    pub address: String,
    /// The file by the name that the phone asks for, or by that of the template's file; the default file if absent.
    pub file: Option<String>,
    /// The host that the phone asks; that of the device's domain if absent.
    pub host: Option<String>,
}

/// The files of a case, by their paths in a plugin's folder.
#[derive(Serialize, Deserialize)]
pub struct CaseFiles {
    pub files: Vec<CaseFile>,
    /// What the operator has to know: for instance a secret that is a common word.
    pub notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct CaseFile {
    pub path: String,
    /// In Base64 where they are sent.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// Why no case can be made.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    #[error("the plugin {0}, so there is no document to expect")]
    Render(String),
    #[error(
        "{holder} would still contain the value of {secret} in a form that cannot be replaced, so no case was made; change \
         one of the two on the device, and capture it again"
    )]
    Leftover { holder: String, secret: String },
    #[error("{0}")]
    Text(#[from] toml::ser::Error),
}

impl Captured {
    /// Replaces the secrets, and renders again: what is computed from a secret, such as a hash, is computed from the other.
    ///
    /// # Errors
    /// The render fails, or a secret would remain.
    pub async fn into_case(self) -> Result<CaseFiles, CaptureError> {
        let secrets = Secrets::of(&self.job, self.contacts.iter().chain(&self.extensions), &self.server);
        let mut notes = secrets.notes_on(&self.templates);
        let Self { plugin, job, templates, contacts, extensions, server } = self;
        let reads = job.settings.all().into_iter().map(|(name, value)| (name.to_owned(), secrets.value(name, value)));
        let settings: BTreeMap<_, _> = reads.collect();
        let tables = |tables: Vec<Table>| tables.iter().map(|table| secrets.table(table)).collect::<Vec<_>>();
        let (contacts, extensions, server) = (tables(contacts), joined(&tables(extensions)), secrets.pairs(&server));
        let job = Job {
            parameters: secrets.pairs(&job.parameters),
            tables: job.tables.iter().map(|table| Arc::new(secrets.table(table))).collect(),
            settings: JobSettings { layers: secrets.settings(&settings), reads: Reads::Every },
            ..job
        };
        let answers = || contacts.iter().chain([&extensions]);
        notes.extend(secrets.notes_on_kept(&job, answers(), &server));
        let mut left = None;
        each_value(&job, answers(), &server, |holder, value| {
            let found = secrets.left_in_value(value);
            left = left.take().or_else(|| found.map(|secret| (holder.to_owned(), secret.to_owned())));
        });
        let device = device_file(&job, &settings, (&contacts, &extensions), &server)?;
        let address = job.address.as_str().to_owned();
        let scope = FixedScope::new(contacts, extensions, server);
        let rendered = plugin.preview(job, Arc::new(scope)).await;
        let failed = |error: RenderError| CaptureError::Render(error.to_string());
        let expected = expected_bytes(&rendered).map_err(|_| rendered.err().map_or_else(unknown, failed))?;
        let in_file = || Some(("the rendered file".to_owned(), secrets.left_in(&expected, &templates)?.to_owned()));
        if let Some((holder, secret)) = left.or_else(in_file) {
            return Err(CaptureError::Leftover { holder, secret });
        }
        notes.extend(personal(&device));
        let case = |name: &str, bytes| CaseFile { path: format!("cases/{address}/{name}"), bytes };
        let mut files = vec![case(DEVICE, device.into_bytes()), case(EXPECTED, expected)];
        files.extend(templates.iter().filter_map(template));
        Ok(CaseFiles { files, notes })
    }
}

fn unknown() -> CaptureError {
    CaptureError::Render("failed".to_owned())
}

/// A file of the folder, or one of another folder that its templates include. `None` for a path that leads out of the
/// templates.
fn template(file: &TemplateFile) -> Option<CaseFile> {
    let mut parts: Vec<&str> = file.folder.split('/').collect();
    for part in file.file.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            "" | "." => {}
            part => parts.push(part),
        }
    }
    Some(CaseFile { path: format!("templates/{}", parts.join("/")), bytes: file.source.to_vec() })
}

/// The rows of several tables with the same columns.
fn joined(tables: &[Table]) -> Table {
    let mut all = tables.first().cloned().unwrap_or_else(|| Table::empty("extension"));
    all.rows =
        tables.iter().filter(|table| table.columns == all.columns).flat_map(|table| table.rows.clone()).collect();
    all
}

/// Names and numbers are no secrets, and a template prints them.
fn personal(device: &str) -> Option<String> {
    let has_rows = device.contains("[[contacts.") || device.contains("[[extensions]]") || device.contains("[[lines]]");
    has_rows
        .then(|| "names, numbers and addresses of the network are as they are; only secrets were replaced".to_owned())
}

mod base64_bytes {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(from)?).map_err(de::Error::custom)
    }
}
