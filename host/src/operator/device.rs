//! One device: its facts with the layer of each, its files, and how they differ from what the phone fetched.

use super::devices::DeviceSummary;
use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::directory::{Admitted, DeviceQuery};
use crate::documents::ReadyDocument;
use crate::explain::SettingUse;
use crate::facts::{DeviceAddress, HIDDEN, Table, Value, hex};
use crate::http::{self, AppState, DeviceView, Preview};
use crate::journal::{self, Entry, Reader, is_secret};
use crate::request::with_address;
use crate::resync_watch::Comparison;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The longest word that names a device: a uuid, or the longest address.
const WORD_CHARS_MAX: usize = 255;

/// One device as its templates see it. Values of secrets are hidden.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceDetail {
    #[serde(flatten)]
    pub summary: DeviceSummary,
    /// The rows of the device, its lines and keys, and those of its profile, by the name of the templates' table: a list of
    /// objects each.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<Object>>)]
    pub tables: Map<String, Json>,
    /// The settings that templates can read, and the layer of each.
    pub settings: Vec<SettingUse>,
    /// Absent if the device has none that serves.
    pub template_folder: Option<DeviceTemplate>,
    /// Why the device would get nothing; absent if it would get its files.
    pub refusal: Option<String>,
}

/// The template folder that serves a device.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceTemplate {
    pub name: String,
    /// Where its files are; of two files of one name, that of the later folder counts.
    pub folders: Vec<String>,
    pub files: Vec<DeviceFile>,
}

/// A file that the phone can ask for.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeviceFile {
    /// The name that the phone asks for.
    pub name: String,
    /// The template file.
    pub template: String,
    /// When the phone fetched it last, by the journal.
    pub fetched: Option<String>,
    /// The SHA-256 of what it fetched.
    pub fetched_sha256: Option<String>,
}

/// A document of a device.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct RenderedFile {
    /// The name that the phone asks for.
    pub name: String,
    /// The template file.
    pub template: String,
    pub content_type: String,
    pub bytes: usize,
    pub sha256: String,
    /// The document; absent if it is no text.
    pub text: Option<String>,
    /// Whether secrets are replaced in the text.
    pub is_masked: bool,
}

/// How a document differs from the one that the phone fetched last.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FileDifference {
    pub name: String,
    /// When the phone fetched it last; absent if the journal does not know.
    pub fetched: Option<String>,
    /// Whether the phone would get the same; absent if the journal does not know what it has.
    pub is_same: Option<bool>,
    /// A unified diff with secrets hidden; absent if both are the same, or the journal has not stored the document
    /// (`journal_documents`), or one of them is no text.
    pub diff: Option<String>,
}

/// A device that an operator may see.
pub(super) struct Found {
    pub(super) summary: DeviceSummary,
    /// As requests find it; `None` for an address that no request can have.
    pub(super) address: Option<DeviceAddress>,
}

impl Found {
    /// The address, for what only a phone with a usable address gets.
    pub(super) fn usable(&self) -> Result<&DeviceAddress, Problem> {
        let reason = || Problem::Conflict(format!("no phone can ask with the address {:?}", self.summary.address));
        self.address.as_ref().filter(|address| !address.is_placeholder()).ok_or_else(reason)
    }
}

impl Operations {
    /// The device of this uuid or address among those that the operator may see. Another domain's device is missing.
    pub(super) async fn find(&self, principal: &Principal, word: &str) -> Result<Found, Problem> {
        let missing = || Problem::missing("device", word.chars().take(WORD_CHARS_MAX).collect::<String>());
        if word.is_empty() || word.len() > WORD_CHARS_MAX {
            return Err(missing());
        }
        let query = DeviceQuery {
            device: Some(word.to_owned()),
            domains: principal.domains.list(),
            limit: 2,
            ..DeviceQuery::default()
        };
        let mut found = self.admin.directory.device_rows(&query).await?.rows.into_iter().map(DeviceSummary::of);
        match (found.next(), found.next()) {
            (Some(summary), None) => {
                let address = DeviceAddress::parse(&summary.address).ok();
                Ok(Found { address: address.filter(|address| address.as_str() == summary.address), summary })
            }
            (Some(_), Some(_)) => {
                Err(Problem::Conflict(format!("several devices have the address {word}; name one by its uuid")))
            }
            (None, _) => Err(missing()),
        }
    }

    pub(super) fn app(&self) -> Result<Arc<AppState>, Problem> {
        self.admin.app.upgrade().ok_or_else(|| Problem::Unavailable("the server is stopping".to_owned()))
    }

    /// The journal; `None` if it is off, or has no line yet.
    pub(super) async fn reader(&self) -> Result<Option<Reader>, Problem> {
        match Reader::open(&self.admin.journal_config).await {
            Ok(reader) => Ok(Some(reader)),
            Err(journal::ReadError::Off | journal::ReadError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// One device.
    ///
    /// # Errors
    /// The operator may not see it, or the database does not answer.
    pub async fn device(&self, principal: &Principal, word: &str) -> Result<DeviceDetail, Problem> {
        principal.needs(Scope::Read)?;
        let found = self.find(principal, word).await?;
        let empty = DeviceDetail {
            summary: found.summary.clone(),
            tables: Map::new(),
            settings: Vec::new(),
            template_folder: None,
            refusal: None,
        };
        let address = match found.usable() {
            Ok(address) => address,
            Err(problem) => return Ok(DeviceDetail { refusal: Some(problem.to_string()), ..empty }),
        };
        let _turn = self.admin.explaining.acquire().await;
        let app = self.app()?;
        let DeviceView { device, folder, settings } = match http::view(&app, address, &found.summary.domain).await {
            Ok(view) => view,
            Err(refusal) => return Ok(DeviceDetail { refusal: Some(refusal.to_string()), ..empty }),
        };
        let tables = device.tables.iter().map(|table| (table.name.to_owned(), rows(table))).collect();
        let (fetches, is_in_date) = self.fetches(&app, address, &found.summary).await?;
        let (template_folder, refusal) = match folder {
            Ok(folder) => {
                let file = |file: http::FileView| {
                    let fetch = fetches.iter().find(|fetch| fetch.file == file.template);
                    DeviceFile {
                        fetched: fetch.map(|fetch| fetch.time().to_string()),
                        fetched_sha256: fetch.and_then(|fetch| fetch.sha256.clone()),
                        name: file.name,
                        template: file.template,
                    }
                };
                let files = folder.files.into_iter().map(file).collect();
                (Some(DeviceTemplate { name: folder.name, folders: folder.layers, files }), None)
            }
            Err(refusal) => (None, Some(refusal.to_string())),
        };
        let summary = DeviceSummary { is_in_date, ..found.summary };
        Ok(DeviceDetail { summary, tables, settings, template_folder, refusal })
    }

    /// The last fetch of each file, and whether the phone has what it would get now.
    async fn fetches(
        &self,
        app: &AppState,
        address: &DeviceAddress,
        summary: &DeviceSummary,
    ) -> Result<(Vec<Entry>, Option<bool>), Problem> {
        let Some(mut reader) = self.reader().await? else { return Ok((Vec::new(), None)) };
        let fetches = reader.last_fetches(address).await?;
        let is_in_date = match fetches.is_empty() {
            true => None,
            false => Some(!Comparison::of(app, &fetches, address, &summary.domain).await.is_outdated()),
        };
        reader.close().await;
        Ok((fetches, is_in_date))
    }

    /// A document that the device would get, by the name that the phone asks for or that of the template's file. Without the
    /// scope `secrets`, and unless they are wanted, secrets are hidden.
    ///
    /// # Errors
    /// The operator may not see it, or the phone would get none.
    pub async fn file(
        &self,
        principal: &Principal,
        word: &str,
        file: &str,
        with_secrets: bool,
    ) -> Result<RenderedFile, Problem> {
        principal.needs(Scope::Read)?;
        if with_secrets {
            principal.needs(Scope::Secrets)?;
        }
        let preview = self.preview(principal, word, file).await?;
        Ok(RenderedFile::of(&preview.ready, &preview.device, with_secrets))
    }

    /// How a document differs from the one that the phone fetched last.
    ///
    /// # Errors
    /// The operator may not see it, or the phone would get none.
    pub async fn difference(&self, principal: &Principal, word: &str, file: &str) -> Result<FileDifference, Problem> {
        self.difference_of(&self.preview(principal, word, file).await?).await
    }

    /// Both, with secrets hidden, of one render.
    ///
    /// # Errors
    /// The operator may not see the document, or the phone would get none. A journal that cannot be read costs the difference
    /// alone.
    pub async fn compared_file(
        &self,
        principal: &Principal,
        word: &str,
        file: &str,
    ) -> Result<(RenderedFile, Result<FileDifference, Problem>), Problem> {
        let preview = self.preview(principal, word, file).await?;
        let difference = self.difference_of(&preview).await;
        Ok((RenderedFile::of(&preview.ready, &preview.device, false), difference))
    }

    pub(super) async fn preview(&self, principal: &Principal, word: &str, file: &str) -> Result<Preview, Problem> {
        principal.needs(Scope::Read)?;
        let found = self.find(principal, word).await?;
        let address = found.usable()?;
        let _turn = self.admin.explaining.acquire().await;
        let app = self.app()?;
        http::preview(&app, address, &found.summary.domain, Some(file)).await.map_err(Problem::refused)
    }

    async fn difference_of(&self, Preview { device, ready }: &Preview) -> Result<FileDifference, Problem> {
        let _turn = self.admin.explaining.acquire().await;
        let (address, name) = (&device.address, &ready.document.file);
        let mut difference =
            FileDifference { name: with_address(name, address.as_str()), fetched: None, is_same: None, diff: None };
        let Some(mut reader) = self.reader().await? else { return Ok(difference) };
        if let Some(fetch) = reader.last_fetch(address, name).await? {
            let sha256 = hex(&ready.sha256());
            difference.fetched = Some(fetch.time().to_string());
            difference.is_same = fetch.sha256.as_ref().map(|fetched| *fetched == sha256);
            let versions = reader.versions(address).await?;
            let stored = versions.iter().rev().find(|version| {
                version.file == *name
                    && Some(&version.sha256) == fetch.sha256.as_ref()
                    && version.domain == device.domain_name
            });
            if let (Some(false), Some(stored)) = (difference.is_same, stored)
                && let Some(old) = reader.document(stored.id).await?
            {
                let new = journal::StoredDocument::of(&ready.document.body, device);
                difference.diff = journal::unified(&old, &new, false);
            }
        }
        reader.close().await;
        Ok(difference)
    }
}

impl RenderedFile {
    pub(super) fn of(ready: &ReadyDocument, device: &Admitted, with_secrets: bool) -> Self {
        let document = &ready.document;
        let text = match with_secrets {
            true => std::str::from_utf8(&document.body).ok().map(str::to_owned),
            false => journal::hide_secrets(&document.body, device),
        };
        Self {
            name: with_address(&document.file, device.address.as_str()),
            template: document.file.clone(),
            content_type: document.content_type.clone(),
            bytes: document.body.len(),
            sha256: hex(&ready.sha256()),
            text,
            is_masked: !with_secrets,
        }
    }
}

/// The rows of a table as objects, without secrets.
fn rows(table: &Table) -> Json {
    let row = |row: &Vec<Value>| {
        let cells = table.columns.iter().zip(row).map(|(column, value)| (column.clone(), shown(column, value)));
        Json::Object(cells.collect())
    };
    Json::Array(table.rows.iter().map(row).collect())
}

fn shown(column: &str, value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Text(text) | Value::Number(text) if !text.is_empty() && is_secret(column) => HIDDEN.into(),
        Value::Text(text) | Value::Number(text) => text.as_str().into(),
        Value::Items(_) if is_secret(column) => HIDDEN.into(),
        Value::Items(items) => items.iter().map(|item| Json::String(item.clone())).collect(),
    }
}
