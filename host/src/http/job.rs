//! Makes the job that a plugin gets for one request.

use super::status::Failure;
use crate::directory::{
    self, Device, PhoneBook,
    daylight::{Season, Zone},
};
use crate::facts::{Layer, Release, Settings, Table, Value, Versioned};
use crate::plugin::{
    Asked, BoxFuture, DeviceScope, Document, HostCalls, Job, JobSettings, Moment, Plugin, Plugins, Reads, RenderGroup,
    ScopeError,
};
use crate::reload::{PendingTemplates, Snapshot};
use crate::request::ProvisionRequest;
use crate::templates::{self, TemplateFile, TemplateLocation, Tree};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// The variable with the URL of the firmware folder. A setting of this name takes its place.
const FIRMWARE_URL: &str = "firmware_url";

/// The parts of a job.
pub struct Parts<'a> {
    pub group: RenderGroup,
    /// `None` if the plugin chooses the file.
    pub file: Option<String>,
    pub templates: Vec<TemplateFile>,
    pub device: &'a Device,
    pub times: &'a Times,
    /// The URL of the firmware folder, if templates get one.
    pub firmware_url: Option<&'a str>,
}

/// The time of a job in the device's zone.
pub struct Times {
    now: Timestamp,
    printed: Timestamp,
    zone: Zone,
}

impl Times {
    /// The document prints another time than now if it is to be compared with an earlier one.
    pub fn of(device: &Device, now: Timestamp, printed: Timestamp) -> Self {
        let zone = device.zone.clone();
        if zone.unknown {
            tracing::warn!(domain.name = device.domain_name, "unknown zone in the setting time_zone; phones show UTC");
        }
        Self { now, printed, zone }
    }

    /// What the settings for daylight saving time depend on.
    pub fn season(&self) -> Season {
        self.zone.season(self.now)
    }

    pub fn moment(&self) -> Moment {
        Moment { zone: self.zone.name, tzif: self.zone.tzif, ..self.printed.into() }
    }
}

/// The vendor in the device's row, else the vendor of its OUI; empty if neither is known.
pub fn vendor<'a>(device: &'a Device, plugins: &'a Plugins) -> &'a str {
    let of_oui = || device.address.oui().and_then(|oui| plugins.vendor_of(oui)).unwrap_or_default();
    Some(device.stored_vendor.as_str()).filter(|vendor| !vendor.is_empty()).unwrap_or_else(of_oui)
}

/// Makes a job, with those settings that the requested file reads.
pub fn of(request: &ProvisionRequest, parts: Parts<'_>, plugin: &Plugin, plugins: &Plugins) -> Result<Job, Failure> {
    let Parts { group, file, templates, device, times, firmware_url } = parts;
    let vendor = vendor(device, plugins).to_owned();
    let mut settings = device.settings.clone();
    times.zone.add_daylight_settings(times.now, &device.domain_settings, &mut settings);
    if let Some(url) = firmware_url.filter(|_| !settings.has_for_templates("provision", FIRMWARE_URL)) {
        settings.add_category(Layer::Computed, "provision", [(FIRMWARE_URL.to_owned(), Value::Text(url.to_owned()))]);
    }
    // The plugin has not analysed the templates that are sent with the job.
    let reads = if templates.is_empty() { plugin.reads(&group.folder, file.as_deref()) } else { Reads::Every };
    let mut tables = device.tables.clone();
    tables.extend(dialect(device.domain_settings.release()).map(Arc::new));
    Ok(Job {
        group,
        file,
        vendor,
        address: device.address.clone(),
        templates,
        parameters: request.visible_parameters().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        settings: JobSettings { layers: settings, reads },
        tables,
        time: times.moment(),
    })
}

/// The release whose variables the templates get, for the plugin; `None` for the current one.
fn dialect(release: Release) -> Option<Table> {
    let row = || vec![Value::Text(release.name().to_owned())];
    let table = || Table { name: "dialect", columns: ["release".to_owned()].into(), rows: vec![row()] };
    (release != Release::Master).then(table)
}

/// Refuses settings that select a template language other than Smarty.
pub fn check_engine(settings: &Settings) -> Result<(), Failure> {
    match settings.text("provision", "template_engine") {
        Some(engine) if !engine.eq_ignore_ascii_case("smarty") => Err(Failure::Engine(engine.to_owned())),
        _ => Ok(()),
    }
}

/// The device's template folder.
pub async fn locate(tree: &Tree, device: &Device) -> Result<TemplateLocation, Failure> {
    let setting = device.settings.text("provision", "template_dir");
    let template_dir = setting.filter(|path| !path.is_empty()).map(Path::new);
    let located = tree.locate(&device.template, &device.domain_name, template_dir).await?;
    located.ok_or_else(|| Failure::NoTemplate(device.template.clone()))
}

/// The requested file; `None` if the plugin chooses it.
pub async fn file(
    request: &ProvisionRequest,
    snapshot: &Snapshot,
    located: &TemplateLocation,
) -> Result<Option<String>, Failure> {
    let Some(file) = request.file()? else { return Ok(None) };
    let is_wanted = !request.takes_default() || snapshot.has(located, file).await?;
    Ok(is_wanted.then(|| file.to_owned()))
}

/// A picture in the template folder. Pictures are not rendered.
pub async fn picture(file: Option<&str>, located: &TemplateLocation) -> Result<Option<Document>, Failure> {
    let Some(file) = file.filter(|file| templates::picture_type(file).is_some()) else { return Ok(None) };
    Ok(located.read_file(file).await?.map(|body| raw_document(file, body)))
}

/// A file that is sent as it is, with the type that nginx gives it.
pub fn raw_document(path: &str, body: Vec<u8>) -> Document {
    let content_type = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("xml") => "text/xml",
        Some("txt") => "text/plain",
        _ => templates::picture_type(path).unwrap_or("application/octet-stream"),
    };
    Document {
        content_type: content_type.to_owned(),
        file: path.to_owned(),
        body: body.into(),
        host_calls: HostCalls::default(),
    }
}

/// The folder's templates to send with the job; none if the plugin is prepared with them.
pub async fn templates(
    snapshot: &Snapshot,
    plugin: &Plugin,
    located: &TemplateLocation,
) -> Result<Vec<TemplateFile>, Failure> {
    let files = match snapshot.pending(located, plugin) {
        PendingTemplates::Prepared => return Ok(Vec::new()),
        PendingTemplates::Texts(texts) => texts,
        PendingTemplates::OnDisk => located.read().await?.unwrap_or_default(),
    };
    if files.is_empty() {
        return Err(Failure::NoTemplate(located.name.as_str().to_owned()));
    }
    Ok(files)
}

/// The phone book and the request, as the interface of plugins.
pub struct Scope(pub PhoneBook, pub Arc<ProvisionRequest>);

impl Scope {
    /// Whether each of these questions still has the same answer.
    pub async fn answers_the_same(&self, asked: &[Asked]) -> Result<bool, directory::Error> {
        for question in asked {
            let is_same = match question {
                Asked::Contacts { rows_max, answer } => self.0.contacts(*rows_max).await?.version == Some(*answer),
                Asked::Extension { number, answer } => self.0.extension_version(number).await? == Some(*answer),
                Asked::Request(_) => Asked::request(&self.1.server_variables()) == *question,
            };
            if !is_same {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl DeviceScope for Scope {
    fn contacts(&self, rows_max: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>> {
        Box::pin(async move { self.0.contacts(rows_max).await.map_err(|error| ScopeError(Box::new(error))) })
    }

    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>> {
        Box::pin(async move { self.0.extension(number).await.map_err(|error| ScopeError(Box::new(error))) })
    }

    fn server_variables(&self) -> Vec<(String, String)> {
        self.1.server_variables()
    }
}
