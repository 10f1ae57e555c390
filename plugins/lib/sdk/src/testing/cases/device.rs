//! The file `device.toml` of a case: one request and the rows of its device.
//!
//! Every key but `vendor`, `address` and `folder` may be absent. An unknown key is an error, except within rows and
//! settings, where every name is a column or a setting.
//!
//! ```toml
//! vendor = "acme"                 # job.vendor, and the device's column `device_vendor`
//! address = "0015652a3b4c"
//! folder = "acme/a1"              # the other files of the case are its templates; without any, templates/acme/a1 of the crate
//! file = "directory.xml"          # absent: the plugin chooses
//! time = 2026-07-01T12:00:00Z     # this is the default; the zone is UTC
//!
//! [parameters]                    # what the phone sent
//! contacts = "all"
//!
//! [server]                        # the request as PHP's `$_SERVER`
//! REQUEST_URI = "/provision/0015652a3b4c.cfg"
//!
//! [settings]                      # all layers applied
//! admin_name = "admin"
//! retries = 3
//! use_tls = true
//! codecs = ["PCMA", "G722"]
//!
//! [device]                        # columns of v_devices
//! device_label = "Front desk"
//!
//! [domain]
//! domain_name = "pbx.example.net" # this is the default
//!
//! [user]                          # the device's user: `contact_uuid`
//!
//! [[lines]]                       # columns of v_device_lines
//! line_number = "1"
//! user_id = "1001"
//!
//! [[profile_keys]]                # columns of v_device_keys, as for device_keys
//!
//! [[device_keys]]
//! device_key_category = "line"
//! device_key_id = "1"
//!
//! [[contacts.groups]]             # the phone book; also `users` and `extensions`
//! contact_name_given = "Ada"
//!
//! [[extensions]]                  # what the plugin may look up by the column `extension`
//! extension = "1001"
//! ```
//!
//! A string is a text, an integer or float a number, a boolean a flag, and an array of strings the items of a setting.
//! A column that one row has and another lacks is NULL in the latter.

use crate::testing::{FakeHost, Files, job};
use crate::types::{Document, Failure, Instant, Job, Setting, Table, Value};
use crate::vendor::Vendor;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The folder of a crate that has the templates of cases without any.
const TEMPLATES: &str = "templates";
/// How far the crate is above `tests/cases/<name>`.
const PROJECT: usize = 3;

/// Column names and values.
type Row = BTreeMap<String, toml::Value>;

/// One request, ready to be rendered.
pub struct Case {
    /// The job without its templates.
    pub job: Job,
    /// The phone book and the extensions.
    pub host: FakeHost,
    /// Names below the template folder, and contents.
    pub templates: Vec<(String, Vec<u8>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    vendor: String,
    address: String,
    folder: String,
    file: Option<String>,
    time: Option<toml::value::Datetime>,
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
    /// A file cannot be read, or `device.toml` is not as described above. The message names the file and the line.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("device.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let mut templates = Vec::new();
        read_templates(folder, "", &mut templates)?;
        let in_case = |error| format!("{}: {error}", path.display());
        let mut case = Self::parse(&text, templates).map_err(in_case)?;
        if case.templates.is_empty() {
            let shared = folder.ancestors().nth(PROJECT).map(|project| project.join(TEMPLATES).join(&case.job.folder));
            if let Some(shared) = shared.filter(|shared| shared.is_dir()) {
                read_templates(&shared, "", &mut case.templates)?;
            }
        }
        Ok(case)
    }

    /// Reads the text of a `device.toml`.
    ///
    /// # Errors
    /// The text is not as described above.
    pub fn parse(text: &str, templates: Vec<(String, Vec<u8>)>) -> Result<Self, String> {
        let file: DeviceFile = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut device = file.device;
        device.entry("device_vendor".to_owned()).or_insert_with(|| file.vendor.clone().into());
        let mut domain = file.domain;
        domain.entry("domain_name".to_owned()).or_insert_with(|| "pbx.example.net".into());
        let mut tables = vec![table("device", &[device])?, table("domain", &[domain])?];
        for (name, rows) in
            [("lines", file.lines), ("profile_keys", file.profile_keys), ("device_keys", file.device_keys)]
        {
            tables.push(table(name, &rows)?);
        }
        tables.extend(file.user.map(|user| table("user", &[user])).transpose()?);
        let setting = |(name, value): (String, toml::Value)| Ok(Setting { value: self::value(&value, &name)?, name });
        let defaults = job(&file.folder, &file.vendor, &file.address);
        let job = Job {
            file: file.file,
            parameters: file.parameters.into_iter().collect(),
            settings: file.settings.into_iter().map(setting).collect::<Result<_, String>>()?,
            tables,
            ..defaults
        };
        let mut host = host(file.contacts, &file.extensions, file.server)?;
        if let Some(time) = file.time {
            host.time = instant(&time)?;
        }
        Ok(Self { job, host, templates })
    }

    /// Renders the request as the component of `vendor` would.
    ///
    /// # Errors
    /// Those of the interface.
    pub fn render(&self, vendor: &dyn Vendor) -> Result<Document, Failure> {
        let files: Vec<_> = self.templates.iter().map(|(name, source)| (name.as_str(), source.as_slice())).collect();
        Files::parse(&self.job.folder, &files).render(vendor, &self.job, &self.host)
    }
}

fn host(contacts: Contacts, extensions: &[Row], server: BTreeMap<String, String>) -> Result<FakeHost, String> {
    let named = [("groups", contacts.groups), ("users", contacts.users), ("extensions", contacts.extensions)];
    let present = named.into_iter().filter_map(|(name, rows)| Some((name, rows?)));
    Ok(FakeHost {
        contacts: present.map(|(name, rows)| table(name, &rows)).collect::<Result<_, _>>()?,
        extensions: Some(table("extension", extensions)?),
        server_variables: server.into_iter().collect(),
        ..FakeHost::default()
    })
}

/// Every file of a case except its two own, by its path below the folder.
fn read_templates(folder: &Path, prefix: &str, templates: &mut Vec<(String, Vec<u8>)>) -> Result<(), String> {
    for entry in folder.read_dir().map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            read_templates(&path, &format!("{name}/"), templates)?;
        } else if !matches!(name.as_str(), "device.toml" | "expected") {
            let source = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            templates.push((name, source));
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read {}: {error}", path.display())
}

fn table(name: &str, rows: &[Row]) -> Result<Table, String> {
    let columns: BTreeSet<_> = rows.iter().flat_map(BTreeMap::keys).collect();
    let cell = |row: &Row, column: &String| {
        row.get(column).map_or(Ok(Value::Null), |cell| value(cell, &format!("{name}.{column}")))
    };
    let cells = |row| columns.iter().map(|column| cell(row, column)).collect::<Result<_, String>>();
    Ok(Table {
        name: name.to_owned(),
        rows: rows.iter().map(cells).collect::<Result<_, _>>()?,
        columns: columns.iter().map(|column| (*column).clone()).collect(),
    })
}

/// A value of the interface; `name` is for the message.
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

fn instant(time: &toml::value::Datetime) -> Result<Instant, String> {
    let parsed: jiff::Timestamp =
        time.to_string().parse().map_err(|error| format!("time {time} needs a date, a time and an offset: {error}"))?;
    let nanoseconds = u32::try_from(parsed.subsec_nanosecond()).map_err(|_| format!("time {time} is before 1970"))?;
    Ok(Instant { seconds: parsed.as_second(), nanoseconds, zone: "UTC".into(), tzif: vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = "vendor = 'acme'\naddress = '0015652a3b4c'\nfolder = 'acme/a1'\n";

    fn parse(more: &str) -> Result<Case, String> {
        Case::parse(&format!("{DEVICE}{more}"), vec![])
    }

    #[test]
    fn values_keep_their_types_and_missing_columns_are_null() {
        let case = parse(
            "[settings]\na = 'x'\nb = 3\nc = true\nd = ['y']\n[[lines]]\nline_number = '1'\n[[lines]]\nlabel = 'z'",
        )
        .expect("a valid file");
        let settings = case.job.settings.iter().map(|setting| format!("{:?}", setting.value)).collect::<Vec<_>>();
        let text = |text: &str| Value::Text(text.into());
        let expected = [text("x"), Value::Number("3".into()), Value::Flag(true), Value::Items(vec!["y".into()])];
        assert_eq!(settings, expected.map(|value| format!("{value:?}")));
        let lines = case.job.tables.iter().find(|table| table.name == "lines").expect("the table of lines");
        assert_eq!(lines.columns, ["label", "line_number"]);
        let expected = [[Value::Null, text("1")], [text("z"), Value::Null]];
        assert_eq!(format!("{:?}", lines.rows), format!("{expected:?}"));
    }

    #[test]
    fn unknown_key_is_an_error_with_its_line() {
        let error = parse("vendr = 'x'").err().expect("an unknown key");
        assert!(error.contains("line 4") && error.contains("vendr"), "{error}");
    }

    #[test]
    fn time_without_an_offset_is_an_error() {
        let seconds = |time: &str| parse(&format!("time = {time}")).map(|case| case.host.time.seconds);
        assert_eq!(seconds("2026-07-01T12:00:00Z"), Ok(1_782_907_200));
        assert!(seconds("2026-07-01T12:00:00").is_err());
    }
}
