//! What a plugin is given for one request.

use super::status::Failure;
use crate::directory::{self, Device, daylight::Zone};
use crate::facts::{MacAddress, RequestFacts, Settings, Table};
use crate::plugin::{BoxFuture, DeviceScope, Document, Job, Moment, Plugin, Plugins, Reads, ScopeError};
use crate::reload::{PendingTemplates, Snapshot};
use crate::request::ProvisionRequest;
use crate::templates::{self, TemplateFile, TemplateLocation, Tree};
use jiff::Timestamp;
use std::path::Path;

/// What the walk has gathered when it comes to rendering.
pub struct Parts<'a> {
    pub folder: String,
    /// `None`: the plugin picks the file.
    pub file: Option<String>,
    pub templates: Vec<TemplateFile>,
    pub address: MacAddress,
    pub device: Device,
    pub admission: &'a RequestFacts,
    pub now: Timestamp,
}

/// Puts a job together, with those settings that the asked file reads.
pub fn of(request: &ProvisionRequest, parts: Parts<'_>, plugin: &Plugin, plugins: &Plugins) -> Result<Job, Failure> {
    let Parts { folder, file, templates, address, device, admission, now } = parts;
    let stored = admission.device.as_ref().map(|device| device.vendor.as_str()).filter(|vendor| !vendor.is_empty());
    let vendor = stored.or_else(|| plugins.vendor_of(address.oui())).unwrap_or_default().to_owned();
    let zone = Zone::of(&admission.settings);
    if zone.unknown {
        let domain = admission.domain.as_ref().map_or("", |domain| domain.name.as_str());
        tracing::warn!(domain.name = domain, "the setting time_zone names no zone of the tz database; UTC stands in");
    }
    let mut settings = device.settings;
    zone.add_daylight_settings(now, &admission.settings, &mut settings);
    // What travels along is not what the plugin knows of the folder.
    let reads = if templates.is_empty() { plugin.reads(&folder, file.as_deref()) } else { Reads::Every };
    // A variable without a name cannot be read.
    let wanted = |name: &str| !name.is_empty() && reads.includes(name);
    let settings = settings.of_category("provision", wanted);
    Ok(Job {
        folder,
        file,
        vendor,
        address,
        templates,
        parameters: request.visible_parameters().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        settings: settings.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        tables: device.tables,
        time: Moment {
            seconds: now.as_second(),
            nanoseconds: u32::try_from(now.subsec_nanosecond()).unwrap_or_default(),
            zone: zone.name.to_owned(),
            tzif: zone.tzif.into(),
        },
    })
}

/// Refuses settings that ask for another template language than the one there is.
pub fn check_engine(settings: &Settings) -> Result<(), Failure> {
    match settings.text("provision", "template_engine") {
        Some(engine) if !engine.eq_ignore_ascii_case("smarty") => Err(Failure::Engine(engine.to_owned())),
        _ => Ok(()),
    }
}

/// Where the device's templates are.
pub fn locate(tree: &Tree, device: &Device, domain: &str) -> Result<TemplateLocation, Failure> {
    let setting = device.settings.text("provision", "template_dir");
    let template_dir = setting.filter(|path| !path.is_empty()).map(Path::new);
    let located = tree.locate(&device.template, domain, template_dir);
    located.ok_or_else(|| Failure::NoTemplate(device.template.clone()))
}

/// The file that a request asks for; `None` where the plugin is to pick it.
pub fn file(
    request: &ProvisionRequest,
    snapshot: &Snapshot,
    located: &TemplateLocation,
) -> Result<Option<String>, Failure> {
    let file = request.file()?.filter(|file| !request.takes_default() || snapshot.has(located, file));
    Ok(file.map(str::to_owned))
}

/// A picture of the device's own: nothing in it is a template.
pub fn picture(file: Option<&str>, located: &TemplateLocation) -> Result<Option<Document>, Failure> {
    let Some(file) = file.filter(|file| templates::picture_type(file).is_some()) else { return Ok(None) };
    Ok(located.read_file(file)?.map(|body| as_it_stands(file, body)))
}

/// A file that is sent as it was found, with the type that nginx gives it.
pub fn as_it_stands(path: &str, body: Vec<u8>) -> Document {
    let content_type = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("xml") => "text/xml",
        Some("txt") => "text/plain",
        _ => templates::picture_type(path).unwrap_or("application/octet-stream"),
    };
    Document { content_type: content_type.to_owned(), file: path.to_owned(), body }
}

/// The files of the folder that travel with the job; none of a folder that the plugin is prepared with.
pub async fn templates(
    snapshot: &Snapshot,
    plugin: &Plugin,
    located: TemplateLocation,
) -> Result<Vec<TemplateFile>, Failure> {
    let folder = located.name.as_str().to_owned();
    let files = match snapshot.pending(&located, plugin) {
        PendingTemplates::Prepared => return Ok(Vec::new()),
        PendingTemplates::Texts(texts) => texts,
        // The reading thread cannot panic; if it did, the folder is as good as not there.
        PendingTemplates::OnDisk => {
            let read = tokio::task::spawn_blocking(move || located.read()).await;
            read.unwrap_or(Ok(None))?.unwrap_or_default()
        }
    };
    if files.is_empty() { Err(Failure::NoTemplate(folder)) } else { Ok(files) }
}

/// What a plugin may ask about the device's domain.
pub struct Scope(pub directory::DeviceScope);

impl DeviceScope for Scope {
    fn contacts(&self, rows_max: usize) -> BoxFuture<'_, Result<Vec<Table>, ScopeError>> {
        Box::pin(async move { self.0.contacts(rows_max).await.map_err(|error| ScopeError(Box::new(error))) })
    }

    fn extension<'a>(&'a self, number: &'a str) -> BoxFuture<'a, Result<Table, ScopeError>> {
        Box::pin(async move { self.0.extension(number).await.map_err(|error| ScopeError(Box::new(error))) })
    }
}
