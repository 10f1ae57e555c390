//! Lines of devices, as FusionPBX's page of a device writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::find::{self, Domain};
use super::request::Request;
use crate::directory::{Edits, NewRow};
use crate::facts::{Record, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// FusionPBX's page offers 99 lines. Bases have more; the limit keeps a typing error out.
const LINES_MAX: u32 = 999;

pub static LINE: Entity = Entity {
    kind: Kind::Line,
    name: "line",
    about: "Edits the lines of a device",
    table: "v_device_lines",
    uuid: "device_line_uuid",
    within: Within::Device,
    names: &[Field::new("LINE", "line_number", FieldKind::Number(1, LINES_MAX), "The number of the line, from 1")],
    fields: &[
        Field::new("server", "server_address", FieldKind::Host, "The registrar [default: the domain]"),
        Field::new("server-primary", "server_address_primary", FieldKind::Host, "The first registrar of a pair"),
        Field::new("server-secondary", "server_address_secondary", FieldKind::Host, "The second registrar of a pair"),
        Field::new("proxy-primary", "outbound_proxy_primary", FieldKind::Host, "The outbound proxy"),
        Field::new("proxy-secondary", "outbound_proxy_secondary", FieldKind::Host, "The second outbound proxy"),
        Field::new("label", "label", FieldKind::Text, "The label on the screen"),
        Field::new("display-name", "display_name", FieldKind::Text, "The name that others see"),
        Field::new("user-id", "user_id", FieldKind::Text, "The SIP user"),
        Field::new("auth-id", "auth_id", FieldKind::Text, "The user of the authentication"),
        Field::new("port", "sip_port", FieldKind::Number(1, 65_535), "The registrar's port"),
        Field::new("transport", "sip_transport", FieldKind::Choice(TRANSPORTS), "The transport"),
        Field::new("expires", "register_expires", FieldKind::Number(1, 86_400), "Seconds between registrations"),
        Field::new("shared", "shared_line", FieldKind::Text, "The shared line's name or number"),
        Field::new("enabled", "enabled", FieldKind::Flag, "Whether the line is in use"),
    ],
    extras: &[Field::new("extension", "", FieldKind::Text, "The extension that gives user, password and names")],
    has_password: true,
    listed: &["line_number", "server_address", "user_id", "display_name", "sip_transport", "sip_port", "enabled"],
};

/// The transports that FusionPBX's page offers.
const TRANSPORTS: &[&str] = &["tcp", "udp", "tls", "dns srv"];

/// What the settings give to new lines.
pub struct Defaults {
    domain_uuid: String,
    domain_name: String,
    settings: HashMap<String, String>,
}

/// The columns that a setting of the category `provision` gives to a new line, with FusionPBX's own value.
const GIVEN: [(&str, &str, &str); 7] = [
    ("outbound_proxy_primary", "outbound_proxy_primary", ""),
    ("outbound_proxy_secondary", "outbound_proxy_secondary", ""),
    ("server_address_primary", "server_address_primary", ""),
    ("server_address_secondary", "server_address_secondary", ""),
    ("sip_port", "line_sip_port", "5060"),
    ("sip_transport", "line_sip_transport", "tcp"),
    ("register_expires", "line_register_expires", "120"),
];

impl Defaults {
    /// The settings of the domain, else the default ones.
    pub async fn read(edits: &mut Edits, domain: &Domain) -> Result<Self, Error> {
        let mut settings = HashMap::new();
        let provision = ("default_setting_category", Some("provision"));
        let defaults = edits.select("v_default_settings", &[provision]).await?;
        add_settings(&mut settings, defaults.rows(), "default");
        let own = [("domain_uuid", Some(domain.uuid.as_str())), ("domain_setting_category", Some("provision"))];
        let of_domain = edits.select("v_domain_settings", &own).await?;
        add_settings(&mut settings, of_domain.rows(), "domain");
        Ok(Self { domain_uuid: domain.uuid.clone(), domain_name: domain.name.clone(), settings })
    }

    /// The line of an extension, as FusionPBX's page of an extension adds it.
    pub fn row(&self, edits: &Edits, device: &str, number: &str, extension: Row<'_>) -> NewRow {
        let user = extension.text("extension");
        let mut row = self.bare(edits, device, number);
        row.extend([
            ("label", self.composed("line_label", user, extension)),
            ("display_name", self.composed("line_display_name", &name_of(extension), extension)),
            ("user_id", Some(user.to_owned())),
            ("auth_id", Some(user.to_owned())),
            ("password", Some(extension.text("password").to_owned()).filter(|text| !text.is_empty())),
        ]);
        row
    }

    /// A line without an extension.
    fn bare(&self, edits: &Edits, device: &str, number: &str) -> NewRow {
        let mut row: NewRow = vec![
            ("device_line_uuid", Some(Uuid::new_v4().to_string())),
            ("domain_uuid", Some(self.domain_uuid.clone())),
            ("device_uuid", Some(device.to_owned())),
            ("line_number", Some(number.to_owned())),
            ("server_address", Some(self.domain_name.clone())),
            ("enabled", Some("true".to_owned())),
        ];
        for (column, setting, fallback) in GIVEN {
            let value = self.settings.get(setting).map_or(fallback, String::as_str);
            if edits.has("v_device_lines", column) {
                row.push((column, Some(value.to_owned()).filter(|value| !value.is_empty())));
            }
        }
        row
    }

    /// A text that a setting composes of an extension; `auto` is the given one.
    fn composed(&self, setting: &str, auto: &str, extension: Row<'_>) -> Option<String> {
        let text = match self.settings.get(setting).map_or("auto", String::as_str) {
            "auto" => auto.to_owned(),
            pattern => {
                let (user, caller) = (extension.text("extension"), extension.text("effective_caller_id_name"));
                let values = [
                    ("${name}", name_of(extension)),
                    ("${effective_caller_id_name}", caller.to_owned()),
                    ("${caller_id_name}", caller.to_owned()),
                    ("${first_name}", extension.text("directory_first_name").to_owned()),
                    ("${last_name}", extension.text("directory_last_name").to_owned()),
                    ("${user_id}", user.to_owned()),
                    ("${auth_id}", user.to_owned()),
                    ("${extension}", user.to_owned()),
                    ("${description}", extension.text("description").to_owned()),
                ];
                values.iter().fold(pattern.to_owned(), |text, (name, value)| text.replace(name, value))
            }
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

/// The name of who has an extension: the caller ID's, else the directory's.
fn name_of(extension: Row<'_>) -> String {
    let caller = extension.text("effective_caller_id_name");
    let directory = format!("{} {}", extension.text("directory_first_name"), extension.text("directory_last_name"));
    if caller.is_empty() { directory.trim().to_owned() } else { caller.to_owned() }
}

fn add_settings<'a>(settings: &mut HashMap<String, String>, rows: impl Iterator<Item = Row<'a>>, layer: &str) {
    for row in rows {
        let enabled = row.get(&format!("{layer}_setting_enabled"));
        if enabled == Some(&crate::facts::Value::Flag(true)) {
            let name = row.text(&format!("{layer}_setting_subcategory")).to_owned();
            settings.insert(name, row.text(&format!("{layer}_setting_value")).to_owned());
        }
    }
}

/// Adds a line to a device, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, device: &Record) -> Result<String, Error> {
    let (uuid, number) = (device.row().text("device_uuid").to_owned(), request.name().to_owned());
    let same = [("device_uuid", Some(uuid.as_str())), ("line_number", Some(number.as_str()))];
    if !edits.select_only("v_device_lines", &["line_number"], &same).await?.rows.is_empty() {
        let place = format!(" on device {}", device.row().text("device_address"));
        let next = "change it with `dialplate line set`".to_owned();
        return Err(Error::Taken { thing: "line", name: number, place, next });
    }
    let domain = super::find::domain_of(edits, device).await?;
    let defaults = Defaults::read(edits, &domain).await?;
    let mut row = match request.value("extension") {
        Some(number_of) => {
            let extension = find::extension(edits, &domain, number_of).await?;
            defaults.row(edits, &uuid, &number, extension.row())
        }
        None if request.value("user-id").is_none() => {
            return Err(Error::Usage("name the extension with --extension, or the SIP user with --user-id".to_owned()));
        }
        None => {
            let mut row = defaults.bare(edits, &uuid, &number);
            row.push(("auth_id", request.value("user-id").map(str::to_owned)));
            row
        }
    };
    let password = request.password.as_ref().map(|password| ("password", Some(password.text.expose().to_owned())));
    for (column, value) in request.columns().into_iter().chain(password) {
        row.retain(|(name, _)| *name != column);
        row.push((column, value));
    }
    let key = row.iter().find(|(name, _)| *name == "device_line_uuid").and_then(|(_, value)| value.clone());
    edits.insert("v_device_lines", &[row]).await?;
    Ok(key.unwrap_or_default())
}
