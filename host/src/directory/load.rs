//! What an admitted device is made of: lines with their passwords, keys, and settings of all layers. FusionPBX lets
//! one device lend another its template, profile, user and lines; who lends what is decided here.

use super::catalog::{Catalog, Column};
use super::contacts::{DeviceScope, ScopeFacts};
use super::keys;
use super::query::{Builder, Dialect, Part, QueryResult, Statement};
use super::replica::ReadOrigin;
use super::write::NewDevice;
use super::{Directory, Error};
use crate::facts::{RequestFacts, Row, Settings, Table, Value};
use crate::gate::Permit;
use std::collections::HashMap;

/// The setting that holds what phones log in with.
const PASSWORDS: &str = "http_auth_password";

/// Everything that a template may see of a device. It holds passwords, so there is no `Debug`.
#[derive(Clone)]
pub struct Device {
    /// The device's own uuid, also where another device's lines are shown.
    pub uuid: String,
    /// Lower case; empty when the device has none. Keys are chosen by it.
    pub vendor: String,
    /// The template folder, `yealink/t46u`; empty when there is none to be found.
    pub template: String,
    /// `device`, `domain`, `lines`, `profile_keys`, `device_keys`, `user`, each present, some without rows.
    pub tables: Vec<Table>,
    /// Settings after all layers; those of the profile and of the device are in the category `provision`.
    pub settings: Settings,
    pub(super) scope: ScopeFacts,
}

pub(super) fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let storage = dialect.storage();
    let is = |table, name, alias: &str, number| {
        format!("{alias}.{name} = {}", dialect.parameter(number, catalog.kind(table, name)))
    };
    let enabled_line = catalog.is_true("v_device_lines", "enabled", "l");
    let lines = Part {
        name: "lines",
        columns: catalog.columns("v_device_lines").to_vec(),
        alias: "l",
        from: format!(
            "v_device_lines l where {} and ({enabled_line} or l.enabled is null)",
            is("v_device_lines", "device_uuid", "l", 1)
        ),
        order: format!("l.{storage}"),
    };
    let device_keys = Part {
        name: "device_keys",
        columns: catalog.columns("v_device_keys").to_vec(),
        alias: "k",
        from: format!("v_device_keys k where {}", is("v_device_keys", "device_uuid", "k", 1)),
        order: format!("k.{storage}"),
    };
    let profile_keys = Part {
        name: "profile_keys",
        columns: catalog.only("v_device_profile_keys", keys::PROFILE_COLUMNS),
        alias: "k",
        from: format!("v_device_profile_keys k where {}", is("v_device_profile_keys", "device_profile_uuid", "k", 2)),
        order: format!("k.{storage}"),
    };
    let user = Part {
        name: "user",
        columns: catalog.only("v_users", &["user_uuid", "contact_uuid"]),
        alias: "u",
        from: format!("v_users u where {}", is("v_users", "user_uuid", "u", 3)),
        order: format!("u.{storage}"),
    };
    let settings = |table, name, [flag, setting, value]: [&'static str; 3], owner: String| Part {
        name,
        columns: catalog.only(table, &[setting, value]),
        alias: "s",
        from: format!("{table} s where {owner} and {}", catalog.is_true(table, flag, "s")),
        order: format!("s.{storage}"),
    };
    let profile_settings = settings(
        "v_device_profile_settings",
        "profile_settings",
        ["profile_setting_enabled", "profile_setting_name", "profile_setting_value"],
        is("v_device_profile_settings", "device_profile_uuid", "s", 2),
    );
    let device_settings = settings(
        "v_device_settings",
        "device_settings",
        ["device_setting_enabled", "device_setting_subcategory", "device_setting_value"],
        is("v_device_settings", "device_uuid", "s", 1),
    );
    let parts = [lines, profile_keys, device_keys, user, profile_settings, device_settings];
    parts.into_iter().fold(Builder::new(dialect), Builder::part).build()
}

impl Directory {
    /// Reads an admitted device in one round trip.
    ///
    /// # Errors
    /// [`Error::Permit`] when the permit is for another device than the one of the admission; else what the database
    /// says.
    pub async fn load(&self, permit: &Permit, admission: &RequestFacts) -> Result<Device, Error> {
        let (Some(admitted), Some(found)) = (permit.device(), &admission.device) else { return Err(Error::Permit) };
        let same = admitted.uuid == found.uuid && found.domain_uuid == permit.domain().uuid;
        let row = table(admission, "device").and_then(Table::first).filter(|_| same).ok_or(Error::Permit)?;
        let effective = Effective::of(row, admission);
        let binds = [Some(effective.source.as_str()), uuid(&effective.profile), uuid(&effective.user)];
        let statements = self.statements();
        let answer = self.read(ReadOrigin::of(admission), &statements.load, &binds).await?;
        effective.device(row, admission, &answer)
    }

    /// The device that auto insert has just made: it has neither lines nor keys, and its template is what the
    /// User-Agent told.
    pub fn load_inserted(&self, permit: &Permit, admission: &RequestFacts, new: &NewDevice, uuid: &str) -> Device {
        let statements = self.statements();
        let columns = statements.catalog.columns("v_devices");
        let facts = [
            ("device_uuid", uuid),
            ("domain_uuid", permit.domain().uuid.as_str()),
            ("device_address", new.address.as_str()),
            ("device_vendor", new.vendor.as_str()),
            ("device_template", new.template.as_str()),
            ("device_description", new.description.as_str()),
        ];
        let cell = |column: &Column| match facts.iter().find(|(name, _)| *name == column.name) {
            Some((_, text)) => Value::Text((*text).to_owned()),
            None if column.name == "device_enabled" => Value::Flag(true),
            None => Value::Null,
        };
        let row = columns.iter().map(cell).collect();
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let device = Table { name: "device", columns: names, rows: vec![row] };
        let domain = table(admission, "domain").cloned().unwrap_or_else(|| Table::empty("domain"));
        let empty = ["lines", "profile_keys", "device_keys", "user"].map(Table::empty);
        Device {
            uuid: uuid.to_owned(),
            vendor: new.vendor.clone(),
            template: new.template.clone(),
            tables: [device, domain].into_iter().chain(empty).collect(),
            settings: provision_settings(admission, HashMap::new()),
            scope: ScopeFacts::new(admission, &permit.domain().uuid, None, None),
        }
    }

    /// The handle with which the templates of one device ask for contacts and extensions.
    pub fn scope(&self, device: &Device) -> DeviceScope {
        DeviceScope::new(self.clone(), device.scope.clone())
    }
}

/// A device's columns after stand-in and alternate have lent theirs.
struct Effective {
    /// Whose lines, keys and settings are shown.
    source: String,
    template: Value,
    profile: Value,
    user: Value,
    vendor: Option<String>,
    label: Value,
    model: Value,
    firmware: Value,
    location: Value,
    description: Value,
}

impl Effective {
    fn of(row: Row<'_>, admission: &RequestFacts) -> Self {
        let column = |name| column(row, name);
        let vendor = row.text("device_vendor");
        let mut effective = Self {
            source: row.text("device_uuid").to_owned(),
            template: column("device_template"),
            profile: column("device_profile_uuid"),
            user: column("device_user_uuid"),
            vendor: Some(vendor.to_ascii_lowercase()).filter(|vendor| !vendor.is_empty() && vendor != "0"),
            label: column("device_label"),
            model: column("device_model"),
            firmware: column("device_firmware_version"),
            location: column("device_location"),
            description: column("device_description"),
        };
        if effective.template.is_empty()
            && let Some(stand_in) = table(admission, "stand_in").and_then(Table::first)
        {
            effective.take_from_stand_in(stand_in);
        }
        // Here NULL does not count as enabled, unlike where a device is refused for being disabled.
        if row.get("device_enabled") == Some(&Value::Flag(true))
            && let Some(alternate) = uuid(&column("device_uuid_alternate"))
        {
            alternate.clone_into(&mut effective.source);
            let lent = table(admission, "alternate").and_then(Table::first);
            if let Some(lent) = lent.filter(|row| row.get("device_enabled") == Some(&Value::Flag(true))) {
                effective.take_from_alternate(lent);
            }
        }
        effective
    }

    /// A device without template takes nearly all from the stand-in, though not its user, lines and keys.
    fn take_from_stand_in(&mut self, row: Row<'_>) {
        self.label = column(row, "device_label");
        self.template = column(row, "device_template");
        self.profile = column(row, "device_profile_uuid");
        self.model = column(row, "device_model");
        self.firmware = column(row, "device_firmware_version");
        self.vendor = Some(row.text("device_vendor").to_ascii_lowercase());
        self.location = Value::Text(row.text("device_location").to_ascii_lowercase());
        self.description = column(row, "device_description");
    }

    /// The template is the alternate's only where both are of the same vendor; the model stays.
    fn take_from_alternate(&mut self, row: Row<'_>) {
        if self.vendor.as_deref().unwrap_or_default() == row.text("device_vendor") {
            self.template = column(row, "device_template");
        }
        self.label = column(row, "device_label");
        self.profile = column(row, "device_profile_uuid");
        self.firmware = column(row, "device_firmware_version");
        self.user = column(row, "device_user_uuid");
        self.location = Value::Text(row.text("device_location").to_ascii_lowercase());
        self.description = column(row, "device_description");
    }

    fn device(self, row: Row<'_>, admission: &RequestFacts, answer: &QueryResult<'_>) -> Result<Device, Error> {
        let vendor = self.vendor.as_deref();
        let lines = answer.table("lines")?;
        let profile_keys = keys::chosen(keys::with_device_names(answer.table("profile_keys")?), vendor);
        let device_keys = keys::chosen(answer.table("device_keys")?, vendor);
        let mut settings = HashMap::new();
        // FusionPBX loses the profile's settings, and not its keys, where the flag is NULL and the device yet served.
        let is_enabled = row.get("device_enabled") == Some(&Value::Flag(true));
        let layers = [(is_enabled, "profile_settings"), (true, "device_settings")];
        for layer in layers.into_iter().filter_map(|(counts, layer)| counts.then_some(layer)) {
            for row in answer.raw(layer)? {
                let mut cells = row.into_iter();
                let name = cells.next().flatten().unwrap_or_default();
                settings.insert(name, cells.next().flatten().map_or(Value::Null, Value::Text));
            }
        }
        let domain = table(admission, "domain").cloned().unwrap_or_else(|| Table::empty("domain"));
        let user = self.user_table(answer)?;
        let scope = ScopeFacts::new(admission, row.text("domain_uuid"), uuid(&self.user), first_user_id(&lines));
        let scope = scope.with_keys([&profile_keys, &device_keys]);
        Ok(Device {
            uuid: row.text("device_uuid").to_owned(),
            template: self.template.as_str().unwrap_or_default().to_owned(),
            vendor: self.vendor.clone().unwrap_or_default(),
            tables: vec![self.device_table(admission), domain, lines, profile_keys, device_keys, user],
            settings: provision_settings(admission, settings),
            scope,
        })
    }

    /// The device's row with what was lent to it.
    fn device_table(self, admission: &RequestFacts) -> Table {
        let mut device = table(admission, "device").cloned().unwrap_or_else(|| Table::empty("device"));
        let lent = [
            ("device_template", self.template),
            ("device_profile_uuid", self.profile),
            ("device_user_uuid", self.user),
            ("device_vendor", self.vendor.map_or(Value::Null, Value::Text)),
            ("device_label", self.label),
            ("device_model", self.model),
            ("device_firmware_version", self.firmware),
            ("device_location", self.location),
            ("device_description", self.description),
        ];
        for (name, value) in lent {
            let at = device.columns.iter().position(|column| column == name);
            if let (Some(at), Some(row)) = (at, device.rows.first_mut()) {
                row[at] = value;
            }
        }
        device
    }

    /// A device with a user has a row here even where the user is gone: templates then see an empty contact.
    fn user_table(&self, answer: &QueryResult<'_>) -> Result<Table, Error> {
        let mut user = answer.table("user")?;
        user.rows.truncate(1);
        if let Some(uuid) = uuid(&self.user).filter(|_| user.rows.is_empty()) {
            let cell = |name: &String| if name == "user_uuid" { Value::Text(uuid.to_owned()) } else { Value::Null };
            user.rows.push(user.columns.iter().map(cell).collect());
        }
        Ok(user)
    }
}

/// The settings of the domain with the device's own above them. Of several passwords a template sees the first.
fn provision_settings(admission: &RequestFacts, own: HashMap<String, Value>) -> Settings {
    let mut settings = admission.settings.clone();
    if let Some(Value::Items(passwords)) = settings.get("provision", PASSWORDS) {
        let first = passwords.first().cloned().map_or(Value::Null, Value::Text);
        settings.add_category("provision", [(PASSWORDS.to_owned(), first)]);
    }
    settings.add_category("provision", own);
    settings
}

/// The user of line 1, by whose call group contacts may be filtered. Of several lines 1 the last counts.
fn first_user_id(lines: &Table) -> Option<String> {
    let first = lines.rows().filter(|row| row.text("line_number") == "1").last()?;
    first.get("user_id").and_then(Value::as_str).map(str::to_owned)
}

fn table<'a>(admission: &'a RequestFacts, name: &str) -> Option<&'a Table> {
    admission.rows.iter().find(|table| table.name == name)
}

fn column(row: Row<'_>, name: &str) -> Value {
    row.get(name).cloned().unwrap_or(Value::Null)
}

/// The text of a value that is a uuid. The database compares uuids with nothing else.
fn uuid(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| uuid::Uuid::try_parse(text).is_ok())
}
