//! Made-up devices: with nothing set, with everything set, with many keys and contacts, with hostile values.

use crate::facts::{DeviceAddress, Layer, Settings, Table, Value, is_secret};
use crate::plugin::{Description, Job, JobSettings, Moment, Reads, RenderGroup};
use crate::plugin_kit::scope::FixedScope;
use dialplate_hostile::{CONTACT, Fields, KEY, SECRET as EVALUATED, SECRET_SETTING, TEXTS};
use std::sync::Arc;

/// The password of every device here. No log line may contain it. Its length is that of an AES key, so that it passes for one.
pub const SECRET: &str = "kit-s3cret-91b7c";

const DOMAIN: &str = "pbx.example.net";
const UUID: &str = "00000000-0000-4000-8000-000000000001";
/// 2026-07-01T12:00:00Z.
const TIME: i64 = 1_782_907_200;
/// The OUI of a vendor that names none.
const OUI: &str = "020000";
/// The keys of a device that is not large.
const KEY_KINDS: [&str; 6] = ["line", "blf", "speed dial", "16", "13", "15"];
const CATEGORIES: [&str; 6] = ["line", "memory", "programmable", "expansion", "expansion-1", "expansion-2"];
/// Keys of one category in a large device.
const KEYS_EACH: usize = 200;

/// A job, and the answers to the questions of its render.
pub struct Phone {
    pub job: Job,
    pub scope: Arc<FixedScope>,
}

/// A file of a template folder.
#[derive(Clone)]
pub struct Target {
    pub folder: String,
    pub file: String,
    /// The settings that the file reads.
    pub reads: Reads,
}

/// How much a device has.
#[derive(Clone, Copy)]
pub struct Size {
    pub keys: usize,
    pub contacts: usize,
}

/// What an office has.
pub const USUAL: Size = Size { keys: CATEGORIES.len() * KEY_KINDS.len(), contacts: 8 };

/// A device with its vendor and its address, and nothing else.
pub fn bare(description: &Description, target: &Target) -> Phone {
    let (vendor, address) = vendor(description, &target.folder);
    let device = row(&[("device_uuid", UUID), ("device_address", address.as_str()), ("device_vendor", &vendor)]);
    let domain = row(&[("domain_uuid", UUID), ("domain_name", DOMAIN)]);
    let tables = vec![
        table("device", vec![device]),
        table("domain", vec![domain]),
        Table::empty("lines"),
        Table::empty("profile_keys"),
        Table::empty("device_keys"),
        Table::empty("user"),
    ];
    let job = job(target, vendor, address, (Settings::default(), target.reads.clone()), tables);
    Phone { job, scope: Arc::new(FixedScope::empty()) }
}

/// A device with lines, keys and contacts.
pub fn full(description: &Description, target: &Target, size: Size) -> Phone {
    with_value(description, target, size, Fields::Selector("", ""), "")
}

/// The same, with the settings that the file reads and whose names say that they are secret. Some of them encrypt the file.
pub fn with_secrets(description: &Description, target: &Target) -> Phone {
    let mut phone = full(description, target, USUAL);
    if let Reads::Only(names) = &target.reads {
        let secret = names.iter().filter(|name| is_secret(name));
        let values = secret.map(|name| (name.clone(), Value::Text(SECRET.to_owned())));
        phone.job.settings.layers.add_category(Layer::Device, "provision", values);
    }
    phone
}

/// The same, with a value in these fields.
pub fn with_value(description: &Description, target: &Target, size: Size, fields: Fields, value: &str) -> Phone {
    let (vendor, address) = vendor(description, &target.folder);
    let put = |table| put(table, fields, value);
    let tables = vec![
        put(device(&vendor, &address, &target.folder)),
        table("domain", vec![row(&[("domain_uuid", UUID), ("domain_name", DOMAIN)])]),
        put(lines()),
        put(keys("profile_keys", &vendor, KEY_KINDS.len())),
        put(keys("device_keys", &vendor, size.keys)),
        table("user", vec![row(&[("user_uuid", UUID), ("contact_uuid", UUID)])]),
    ];
    let mut job = job(target, vendor, address, settings(), tables);
    job.parameters = vec![("contacts".to_owned(), "all".to_owned())];
    if fields == Fields::Parameters {
        job.parameters.extend(["contacts", "file", value].map(|name| (name.to_owned(), value.to_owned())));
    }
    let each = size.contacts / 2;
    let extensions = put(extensions());
    let contacts = vec![put(contacts("groups", each)), put(contacts("users", each)), extensions.clone()];
    let server = [("REQUEST_METHOD", "GET"), ("QUERY_STRING", &format!("password={SECRET}"))];
    let server = server.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Phone { job, scope: Arc::new(FixedScope::new(contacts, extensions, server.into())) }
}

/// The setting that no value may read.
fn settings() -> (Settings, Reads) {
    let values = [(SECRET_SETTING.to_owned(), Value::Text(EVALUATED.to_owned()))];
    let mut settings = Settings::default();
    settings.add_category(Layer::Device, "provision", values);
    (settings, Reads::Every)
}

fn job(
    target: &Target,
    vendor: String,
    address: DeviceAddress,
    (layers, reads): (Settings, Reads),
    tables: Vec<Table>,
) -> Job {
    Job {
        group: RenderGroup { folder: target.folder.clone(), domain: DOMAIN.to_owned() },
        file: Some(target.file.clone()),
        vendor,
        address,
        templates: Vec::new(),
        parameters: Vec::new(),
        settings: JobSettings { layers, reads },
        tables: tables.into_iter().map(Arc::new).collect(),
        time: Moment { seconds: TIME, nanoseconds: 0, zone: "UTC", tzif: &[] },
    }
}

/// The vendor of a template folder, and an address of it.
fn vendor(description: &Description, folder: &str) -> (String, DeviceAddress) {
    let vendor = description.vendor_of(folder).or(description.vendors.first());
    let oui = vendor.and_then(|vendor| vendor.ouis.first()).map_or(OUI, String::as_str);
    let address = DeviceAddress::parse(&format!("{oui}2a3b4c"));
    // A description's OUI has six digits, so the address always parses.
    let address = address.unwrap_or_else(|_| unreachable!("twelve digits are an address"));
    (vendor.map_or("sample", |vendor| vendor.name.as_str()).to_owned(), address)
}

type Cells = Vec<(&'static str, String)>;

fn row(cells: &[(&'static str, &str)]) -> Cells {
    cells.iter().map(|(column, text)| (*column, (*text).to_owned())).collect()
}

fn table(name: &'static str, rows: Vec<Cells>) -> Table {
    let columns = rows.first().into_iter().flatten().map(|(column, _)| (*column).to_owned()).collect();
    let rows = rows.into_iter().map(|row| row.into_iter().map(|(_, text)| Value::Text(text)).collect()).collect();
    Table { name, columns, rows }
}

fn put(mut table: Table, fields: Fields, value: &str) -> Table {
    for (at, column) in table.columns.iter().enumerate() {
        if fields.holds(table.name, column) {
            table.rows.iter_mut().for_each(|row| row[at] = Value::Text(value.to_owned()));
        }
        let first = table.rows.first().cloned();
        if let Some(mut row) = first.filter(|_| fields.is_selector(table.name, column)) {
            row[at] = Value::Text(value.to_owned());
            table.rows.push(row);
        }
    }
    table
}

/// The columns of a table that hold texts.
fn texts(name: &str) -> &'static [&'static str] {
    TEXTS.iter().find(|(table, _)| *table == name).map_or(&[], |(_, columns)| columns)
}

fn filled(columns: &[&'static str], text: &str, more: &[(&'static str, &str)]) -> Cells {
    columns.iter().map(|column| (*column, text)).chain(more.iter().copied()).map(|(c, t)| (c, t.to_owned())).collect()
}

fn device(vendor: &str, address: &DeviceAddress, folder: &str) -> Table {
    let more = [
        ("device_uuid", UUID),
        ("domain_uuid", UUID),
        ("device_address", address.as_str()),
        ("device_vendor", vendor),
        ("device_template", folder),
    ];
    table("device", vec![filled(texts("device"), "Front desk", &more)])
}

fn lines() -> Table {
    let line = |number: &str| {
        let columns: Vec<_> = texts("lines").iter().copied().filter(|column| *column != "password").collect();
        let more = [("password", SECRET), ("line_number", number), ("sip_transport", "tcp"), ("enabled", "true")];
        filled(&columns, "1001", &more)
    };
    table("lines", ["1", "2", "3"].map(line).into())
}

fn keys(name: &'static str, vendor: &str, count: usize) -> Table {
    // A large device has many keys of each category, a usual one a key of each kind.
    let each = if count > CATEGORIES.len() * KEY_KINDS.len() { KEYS_EACH } else { KEY_KINDS.len() };
    let key = |at: usize| {
        let more = [
            ("device_key_category", CATEGORIES[(at / each) % CATEGORIES.len()]),
            ("device_key_id", &(at % each + 1).to_string()),
            ("device_key_type", KEY_KINDS[at % KEY_KINDS.len()]),
            ("device_key_line", "1"),
            ("device_key_vendor", vendor),
        ];
        filled(KEY, "1002", &more)
    };
    table(name, (0..count).map(key).collect())
}

fn contacts(name: &'static str, count: usize) -> Table {
    let kinds = [
        ("user", "work", "groups"),
        ("user", "mobile", "users"),
        ("organization", "home", "all"),
        ("supplier", "work", "x"),
    ];
    let contact = |at: usize| {
        let (kind, label, category) = kinds[at % kinds.len()];
        let more =
            [("contact_type", kind), ("phone_label", label), ("contact_category", category), ("phone_primary", "1")];
        filled(CONTACT, "Ada", &more)
    };
    table(name, (0..count).map(contact).collect())
}

fn extensions() -> Table {
    let extension = |number: &str| filled(texts("extensions"), number, &[]);
    table("extensions", ["1001", "1002", "1003"].map(extension).into())
}
