//! Loads what an admitted device is made of: lines with their passwords, keys, and settings of all layers. FusionPBX
//! lets a device take its template, profile, user and lines from others; this file decides what it takes from which.

use super::cache::{Digest, Kept};
use super::contacts::PhoneBook;
use super::daylight::Zone;
use super::defaults::setting_row;
use super::device::{Admitted, Device, TemplateFrom};
use super::directory::Directory;
use super::error::Error;
use super::keys;
use super::phone_book_rules::PhoneBookRules;
use super::query::{QueryResult, RawRow};
use super::relatives::Relatives;
use crate::facts::{
    DatabaseVersion, DeviceFacts, FactsVersion, Layer, ReadOrigin, Record, Release, Row, SettingLayer, SettingRow,
    Settings, Table, Value,
};
use crate::gate::{DevicePermit, PermittedDevice};
use std::collections::HashMap;
use std::sync::Arc;

/// The setting that holds the passwords with which phones authenticate.
const PASSWORDS: &str = "http_auth_password";

/// The columns that a device without template takes from its stand-in, beside location and vendor.
const FROM_STAND_IN: [&str; 6] = [
    "device_label",
    "device_template",
    "device_profile_uuid",
    "device_model",
    "device_firmware_version",
    "device_description",
];

/// The columns that a device takes from its alternate, beside location and template.
const FROM_ALTERNATE: [&str; 5] =
    ["device_label", "device_profile_uuid", "device_firmware_version", "device_user_uuid", "device_description"];

impl Directory {
    /// Loads an admitted device: without a round trip if it is kept and its database has not changed, else in one, or in two
    /// if it takes something from another device, beside one for the settings of its domain.
    pub async fn load(&self, permit: DevicePermit) -> Result<Admitted, Error> {
        let facts = permit.into_facts();
        let kept = &self.source(facts.origin).cache.loaded;
        let version = facts.place.map(|place| place.database);
        let key = facts.place.map_or_else(FactsVersion::unused, |place| place.facts);
        if let Some(loaded) = kept.current(&key, version) {
            return Ok(Admitted::new(&loaded.value, version));
        }
        // In a place of its own: the futures of requests that read nothing stay small.
        let loaded = Box::pin(self.read_device(facts, key, version)).await?;
        Ok(Admitted::new(&loaded.value, version))
    }

    async fn read_device(
        &self,
        facts: PermittedDevice,
        key: FactsVersion,
        version: Option<DatabaseVersion>,
    ) -> Result<Arc<Kept<Arc<Device>>>, Error> {
        let kept = &self.source(facts.origin).cache.loaded;
        let domain = self.domain_settings(&facts.domain.uuid, facts.origin, version).await?;
        let statements = self.statements();
        let mut digest = Digest::default();
        digest.add_shared(&statements);
        digest.add_shared(&domain);
        let relatives = self.relatives(&facts.device, facts.origin, &mut digest).await?;
        let composed = Composed::of(&facts.device, relatives, facts.settings.release());
        let (profile, user) = (composed.uuid("device_profile_uuid"), composed.uuid("device_user_uuid"));
        let binds = [Some(composed.source.as_str()), profile, user];
        let result = self.read(facts.origin, &statements.load, &binds).await?;
        digest.add_rows(&result, &[]);
        kept.settle(&key, version, digest, || device(facts, &domain.value, composed, &result).map(Arc::new))
    }

    /// All settings of a domain, in one round trip if they are not known.
    pub(super) async fn domain_settings(
        &self,
        domain: &str,
        origin: ReadOrigin,
        version: Option<DatabaseVersion>,
    ) -> Result<Arc<Kept<SettingLayer>>, Error> {
        let (key, domains) = (Box::from(domain), &self.source(origin).cache.domains);
        if let Some(kept) = domains.current(&key, version) {
            return Ok(kept);
        }
        let statements = self.statements();
        let result = self.read(origin, &statements.domain_settings, &[Some(domain)]).await?;
        let mut digest = Digest::default();
        digest.add_shared(&statements);
        digest.add_rows(&result, &[]);
        domains.settle(&key, version, digest, || {
            let rows: Vec<SettingRow> = result.raw("domain_settings")?.into_iter().map(setting_row).collect();
            Ok(SettingLayer::read(statements.release, Layer::Domain, &rows))
        })
    }

    /// The contacts and extensions that the templates of this device may read.
    pub fn phone_book(&self, device: &Admitted) -> PhoneBook {
        PhoneBook::new(self.clone(), Arc::clone(&device.phone_book), device.database)
    }
}

fn device(
    facts: PermittedDevice,
    domain_layer: &SettingLayer,
    composed: Composed,
    result: &QueryResult<'_>,
) -> Result<Device, Error> {
    let PermittedDevice { device, domain, settings: mut domain_settings, origin, place } = facts;
    domain_settings.add_layer(domain_layer);
    let (vendor, user) = (composed.vendor(), composed.uuid("device_user_uuid"));
    let lines = result.table("lines")?;
    let profile_keys = keys::select(keys::with_device_names(result.table("profile_keys")?), vendor);
    let device_keys = keys::select(result.table("device_keys")?, vendor);
    let phone_book = PhoneBookRules::new(&domain_settings, &domain, user, first_user_id(&lines), origin);
    let user = user_table(result, user)?;
    Ok(Device {
        version: place.map(|_| FactsVersion::unused()),
        uuid: device.uuid.clone(),
        address: device.address.clone(),
        is_new: false,
        stored_vendor: device.vendor.clone(),
        vendor: vendor.unwrap_or_default().to_owned(),
        template: composed.record.row().text("device_template").to_owned(),
        template_from: composed.template_from,
        shown: composed.source.clone(),
        domain_name: domain.name.clone(),
        zone: Zone::of(&domain_settings),
        phone_book: Arc::new(phone_book.with_keys([&profile_keys, &device_keys])),
        settings: with_own_settings(&domain_settings, own_settings(&composed, result)?),
        domain_settings,
        tables: [
            composed.record.into_table("device"),
            domain.record.clone().into_table("domain"),
            lines,
            profile_keys,
            device_keys,
            user,
        ]
        .map(Arc::new)
        .into(),
    })
}

/// A device's row with what it takes from stand-in and alternate.
struct Composed {
    record: Record,
    /// The uuid of the device whose lines, keys and settings it shows.
    source: String,
    template_from: TemplateFrom,
}

impl Composed {
    fn of(facts: &DeviceFacts, relatives: Relatives, release: Release) -> Self {
        let (mut record, uuid) = (facts.record.clone(), facts.uuid.clone());
        let Relatives { alternate, stand_in } = relatives;
        let vendor = Some(facts.vendor.to_ascii_lowercase()).filter(|vendor| !vendor.is_empty() && vendor != "0");
        record.set("device_vendor", vendor.map_or(Value::Null, Value::Text));
        let mut composed = Self { record, source: uuid, template_from: TemplateFrom::Row };
        if let Some(stand_in) = &stand_in {
            composed.take_from_stand_in(stand_in.row());
        }
        // NULL does not count as enabled here, unlike where the gate refuses a disabled device.
        if composed.is_enabled()
            && let Some(uuid) = composed.uuid("device_uuid_alternate").map(str::to_owned)
        {
            composed.source = uuid;
            if let Some(alternate) = alternate.as_ref().map(Record::row).filter(|row| is_enabled(*row)) {
                composed.take_from_alternate(alternate, release);
            }
        }
        composed
    }

    /// A device without template takes nearly everything from the stand-in, but not its user, lines and keys.
    fn take_from_stand_in(&mut self, row: Row<'_>) {
        self.template_from = TemplateFrom::StandIn;
        self.take(&FROM_STAND_IN, row);
        self.record.set("device_vendor", lower_case(row, "device_vendor"));
        self.record.set("device_location", lower_case(row, "device_location"));
    }

    /// The template is the alternate's only if both devices have the same vendor, and only since 5.4; the model stays.
    fn take_from_alternate(&mut self, row: Row<'_>, release: Release) {
        if release == Release::V5_0 {
            self.record.set("device_vendor", lower_case(row, "device_vendor"));
        } else if release >= Release::V5_4 && self.vendor().unwrap_or_default() == row.text("device_vendor") {
            self.template_from = TemplateFrom::Alternate;
            self.take(&["device_template"], row);
        }
        self.take(&FROM_ALTERNATE, row);
        self.record.set("device_location", lower_case(row, "device_location"));
    }

    fn take(&mut self, columns: &[&str], row: Row<'_>) {
        for column in columns {
            self.record.set(column, row.get(column).cloned().unwrap_or(Value::Null));
        }
    }

    fn value(&self, column: &str) -> &Value {
        self.record.row().get(column).unwrap_or(&Value::Null)
    }

    fn vendor(&self) -> Option<&str> {
        self.value("device_vendor").as_str()
    }

    /// A column's uuid; the database compares uuids with nothing else.
    fn uuid(&self, column: &str) -> Option<&str> {
        self.value(column).as_str().filter(|text| uuid::Uuid::try_parse(text).is_ok())
    }

    fn is_enabled(&self) -> bool {
        is_enabled(self.record.row())
    }
}

fn is_enabled(row: Row<'_>) -> bool {
    row.get("device_enabled") == Some(&Value::Flag(true))
}

fn lower_case(row: Row<'_>, column: &str) -> Value {
    Value::Text(row.text(column).to_ascii_lowercase())
}

/// The settings of a profile, and those of a device.
#[derive(Default)]
pub(super) struct OwnSettings {
    profile: HashMap<String, Value>,
    device: HashMap<String, Value>,
}

fn own_settings(device: &Composed, result: &QueryResult<'_>) -> Result<OwnSettings, Error> {
    let read = |part| {
        let pair = |row: RawRow| {
            let mut cells = row.into_iter();
            let name = cells.next().flatten().unwrap_or_default();
            (name, cells.next().flatten().map_or(Value::Null, Value::Text))
        };
        Ok::<HashMap<_, _>, Error>(result.raw(part)?.into_iter().map(pair).collect())
    };
    // Where `device_enabled` is NULL, FusionPBX serves the device without its profile's settings.
    let profile = if device.is_enabled() { read("profile_settings")? } else { HashMap::new() };
    Ok(OwnSettings { profile, device: read("device_settings")? })
}

/// Default and domain settings with those of the profile and of the device above them. Of several passwords a template
/// reads the first.
pub(super) fn with_own_settings(domain_settings: &Settings, own: OwnSettings) -> Settings {
    let mut settings = domain_settings.clone();
    if let Some(Value::Items(passwords)) = settings.get("provision", PASSWORDS) {
        let first = passwords.first().cloned().map_or(Value::Null, Value::Text);
        let layer = settings.layer("provision", PASSWORDS).unwrap_or(Layer::Default);
        settings.add_category(layer, "provision", [(PASSWORDS.to_owned(), first)]);
    }
    settings.add_category(Layer::Profile, "provision", own.profile);
    settings.add_category(Layer::Device, "provision", own.device);
    settings
}

/// The device's user. If the user's row is gone, the table has one with the uuid alone, and templates read an empty
/// contact.
pub(super) fn user_table(result: &QueryResult<'_>, user: Option<&str>) -> Result<Table, Error> {
    let mut table = result.table("user")?;
    table.rows.truncate(1);
    if let Some(uuid) = user.filter(|_| table.rows.is_empty()) {
        let cell = |name: &String| if name == "user_uuid" { Value::Text(uuid.to_owned()) } else { Value::Null };
        table.rows.push(table.columns.iter().map(cell).collect());
    }
    Ok(table)
}

/// The user of line 1, whose call group may filter the contacts. If several lines have the number 1, the last counts.
fn first_user_id(lines: &Table) -> Option<String> {
    let first = lines.rows().filter(|row| row.text("line_number") == "1").last()?;
    first.get("user_id").and_then(Value::as_str).map(str::to_owned)
}
