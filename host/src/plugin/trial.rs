//! A trial render: a new plugin or template renders for a sample device before it goes live.

use super::error::RenderError;
use super::job::{BoxFuture, DeviceScope, Job, JobSettings, Moment, Reads, RenderGroup, ScopeError};
use super::plugin::Plugin;
use crate::facts::{DeviceAddress, Settings, Table, Value, Versioned};
use crate::templates::TemplateFile;
use std::sync::Arc;

/// Files that a new plugin renders in its trial. All files share one component, so more files would add no information.
const FILES_MAX: usize = 8;
/// The limit while no file has produced a document yet.
const FAILING_FILES_MAX: usize = 64;

/// The domain of the sample device.
const DOMAIN: &str = "pbx.example.net";

/// Renders some of the templates that a new plugin is prepared with. The trial fails if the plugin itself fails on one
/// of them, or if no template produces a document. A fault in a single template is not a fault of the plugin.
pub(super) async fn try_plugin(plugin: &Plugin) -> Result<(), RenderError> {
    let (mut rendered, mut failed) = (false, None);
    let files = plugin.sound_files().into_iter().filter(|(_, file)| can_be_asked_for(file));
    for (at, (folder, file)) in files.take(FAILING_FILES_MAX).enumerate() {
        if rendered && at >= FILES_MAX {
            break;
        }
        match render(plugin, folder, Some(file), &[]).await {
            Ok(()) => rendered = true,
            Err(error) if error.is_the_plugins() => return Err(error),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if rendered {
        return Ok(());
    }
    if let Some(error) = failed {
        return Err(error);
    }
    // Without any template, the plugin still has to survive a request.
    let vendor = plugin.description().vendors.first().map_or("sample", |vendor| vendor.name.as_str());
    match render(plugin, &format!("{vendor}/sample"), None, &[]).await {
        Err(error) if error.is_the_plugins() => Err(error),
        _ => Ok(()),
    }
}

/// Renders one file of a folder with these texts for the sample device. Temporary errors (no free instance, database)
/// and an absent file do not count as failures.
pub async fn try_file(
    plugin: &Plugin,
    (folder, texts): (&str, &[TemplateFile]),
    file: &str,
) -> Result<(), RenderError> {
    if !can_be_asked_for(file) {
        return Ok(());
    }
    let sent = if plugin.prepared(folder, texts) { &[] } else { texts };
    match render(plugin, folder, Some(file), sent).await {
        Ok(()) | Err(RenderError::NoSuchFile(_) | RenderError::Busy | RenderError::Scope(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The file of a folder that a request without a name gets. Only the plugin knows it, so it renders empty templates with
/// the names of these.
pub async fn default_file(plugin: &Plugin, (folder, texts): (&str, &[TemplateFile])) -> Option<String> {
    let empty: Vec<_> = texts.iter().map(|text| TemplateFile { source: Arc::default(), ..text.clone() }).collect();
    let job = job(plugin, folder, None, &empty)?;
    plugin.render_unnoted(job, Arc::new(EmptyScope)).await.ok().map(|document| document.file)
}

async fn render(
    plugin: &Plugin,
    folder: &str,
    file: Option<&str>,
    templates: &[TemplateFile],
) -> Result<(), RenderError> {
    // An OUI has six digits, so the address always parses.
    let Some(job) = job(plugin, folder, file, templates) else { return Ok(()) };
    plugin.render_unnoted(job, Arc::new(EmptyScope)).await.map(drop)
}

/// A phone cannot request a file in a subfolder of a template folder; templates only include such files.
fn can_be_asked_for(file: &str) -> bool {
    !file.contains('/')
}

/// A device with two lines and a key, in the columns of FusionPBX's tables that templates read most.
fn job(plugin: &Plugin, folder: &str, file: Option<&str>, templates: &[TemplateFile]) -> Option<Job> {
    let description = plugin.description();
    let vendor = description.vendor_of(folder).or(description.vendors.first());
    let name = vendor.map_or("sample", |vendor| vendor.name.as_str());
    let oui = vendor.and_then(|vendor| vendor.ouis.first()).map_or("020000", String::as_str);
    Some(Job {
        group: RenderGroup { folder: folder.to_owned(), domain: DOMAIN.to_owned() },
        file: file.map(str::to_owned),
        vendor: name.to_owned(),
        address: DeviceAddress::parse(&format!("{oui}000001")).ok()?,
        templates: templates.to_vec(),
        parameters: Vec::new(),
        settings: JobSettings { layers: Settings::default(), reads: Reads::Every },
        tables: tables(name, folder, oui).map(Arc::new).into(),
        time: Moment { seconds: 1_782_907_200, nanoseconds: 0, zone: "UTC", tzif: &[] },
    })
}

fn tables(vendor: &str, folder: &str, oui: &str) -> [Table; 6] {
    let uuid = "00000000-0000-4000-8000-000000000001";
    let address = format!("{oui}000001");
    let device = [
        ("device_uuid", uuid),
        ("domain_uuid", uuid),
        ("device_address", &address),
        ("device_label", "Sample"),
        ("device_vendor", vendor),
        ("device_model", "sample"),
        ("device_firmware_version", "1.0"),
        ("device_template", folder),
        ("device_description", "Sample"),
    ];
    let line = |number| {
        [
            ("device_line_uuid", uuid),
            ("line_number", number),
            ("server_address", DOMAIN),
            ("outbound_proxy_primary", ""),
            ("outbound_proxy_secondary", ""),
            ("label", "100"),
            ("display_name", "Sample"),
            ("user_id", "100"),
            ("auth_id", "100"),
            ("password", "sample"),
            ("sip_port", "5060"),
            ("sip_transport", "tcp"),
            ("register_expires", "120"),
            ("shared_line", ""),
            ("enabled", "true"),
        ]
    };
    let key = [
        ("device_key_id", "1"),
        ("device_key_category", "line"),
        ("device_key_vendor", vendor),
        ("device_key_type", "line"),
        ("device_key_line", "1"),
        ("device_key_value", "100"),
        ("device_key_extension", ""),
        ("device_key_label", "Sample"),
        ("device_key_icon", ""),
    ];
    [
        table("device", &[&device]),
        table("domain", &[&[("domain_uuid", uuid), ("domain_name", DOMAIN)]]),
        table("lines", &[&line("1"), &line("2")]),
        Table::empty("profile_keys"),
        table("device_keys", &[&key]),
        Table::empty("user"),
    ]
}

fn table(name: &'static str, rows: &[&[(&str, &str)]]) -> Table {
    let columns = rows.first().into_iter().flat_map(|row| row.iter()).map(|(name, _)| (*name).to_owned()).collect();
    let row = |row: &&[(&str, &str)]| row.iter().map(|(_, text)| Value::Text((*text).to_owned())).collect();
    Table { name, columns, rows: rows.iter().map(row).collect() }
}

/// The domain of the sample device: it has no contacts and no extensions.
struct EmptyScope;

impl DeviceScope for EmptyScope {
    fn contacts(&self, _: usize) -> BoxFuture<'_, Result<Versioned<Arc<Vec<Table>>>, ScopeError>> {
        let tables = ["groups", "users", "extensions"].map(Table::empty);
        Box::pin(async { Ok(Versioned::unkept(Arc::new(tables.into()))) })
    }

    fn extension<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Versioned<Table>, ScopeError>> {
        Box::pin(async { Ok(Versioned::unkept(Table::empty("extension"))) })
    }
}
