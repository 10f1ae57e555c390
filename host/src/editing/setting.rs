//! Settings, as FusionPBX's pages write them in four layers: default, domain, device profile, device.

use super::entity::{Entity, Kind, Within};
use super::error::{Error, quoted};
use super::field::{Field, FieldKind};
use super::find;
use super::record::Record;
use super::request::Request;
use crate::directory::{Edits, NewRow};
use crate::facts::Network;
use serde_json::Value as Json;
use uuid::Uuid;

/// The category of everything that templates read; the layers of profiles and devices have no other.
pub const PROVISION: &str = "provision";

/// Settings that FusionPBX reads as a list, so that a single value of another type has no effect there.
const LISTS: [&str; 3] = ["cidr", "pin_networks", "http_auth_password"];

/// Settings whose values are networks. The server ignores a value that is none.
const NETWORKS: [&str; 2] = ["cidr", "pin_networks"];

/// Parts of a setting's name by which its value is a secret.
const SECRET_NAMES: [&str; 5] = ["password", "secret", "api_key", "aes_key", "_pin"];

/// Ends of names with such a part whose values are no secrets: how a password or a key is used.
const USE_OF_SECRET: [&str; 2] = ["_digest", "_in_file"];

/// The kinds of values that FusionPBX's page offers.
const TYPES: &[&str] = &["text", "boolean", "numeric", "array", "code", "name", "uuid", "dir", "url"];

/// The description of a layer, by the prefix of its columns.
macro_rules! layer {
    ($table:literal, $prefix:literal, $category:expr, $type:expr, $order:expr) => {
        Entity {
            kind: Kind::Setting,
            name: "setting",
            about: "Edits settings: default ones, or those of a domain, a profile or a device",
            table: $table,
            uuid: concat!($prefix, "_uuid"),
            within: Within::Layer,
            names: &[
                Field::new("CATEGORY", $category, FieldKind::Lower, "The category; templates read `provision`"),
                Field::new(
                    "NAME",
                    concat!($prefix, "_subcategory"),
                    FieldKind::Lower,
                    "The name, which FusionPBX calls subcategory",
                ),
            ],
            fields: &[
                Field::new("value", concat!($prefix, "_value"), FieldKind::Text, "The value"),
                Field::new("type", $type, FieldKind::Choice(TYPES), "The kind of value"),
                Field::new("order", $order, FieldKind::Number(0, 999_999), "The place in a list"),
                Field::new("enabled", concat!($prefix, "_enabled"), FieldKind::Flag, "Whether it has an effect"),
                Field::new("description", concat!($prefix, "_description"), FieldKind::Text, "A remark"),
            ],
            extras: &[],
            has_password: false,
            listed: &[
                concat!($prefix, "_category"),
                concat!($prefix, "_subcategory"),
                concat!($prefix, "_name"),
                concat!($prefix, "_value"),
                concat!($prefix, "_enabled"),
            ],
        }
    };
}

pub static DEFAULT: Entity = layer!(
    "v_default_settings",
    "default_setting",
    "default_setting_category",
    "default_setting_name",
    "default_setting_order"
);
static DOMAIN: Entity = layer!(
    "v_domain_settings",
    "domain_setting",
    "domain_setting_category",
    "domain_setting_name",
    "domain_setting_order"
);
static DEVICE: Entity = layer!("v_device_settings", "device_setting", "", "", "");
/// A profile's settings have their name in the column that is the type elsewhere.
static PROFILE: Entity = Entity {
    kind: Kind::Setting,
    name: "setting",
    about: DEFAULT.about,
    table: "v_device_profile_settings",
    uuid: "device_profile_setting_uuid",
    within: Within::Layer,
    names: &[
        Field::new("CATEGORY", "", FieldKind::Lower, ""),
        Field::new("NAME", "profile_setting_name", FieldKind::Lower, ""),
    ],
    fields: &[
        Field::new("value", "profile_setting_value", FieldKind::Text, ""),
        Field::new("type", "", FieldKind::Choice(TYPES), ""),
        Field::new("order", "", FieldKind::Number(0, 999_999), ""),
        Field::new("enabled", "profile_setting_enabled", FieldKind::Flag, ""),
        Field::new("description", "profile_setting_description", FieldKind::Text, ""),
    ],
    extras: &[],
    has_password: false,
    listed: &["profile_setting_name", "profile_setting_value", "profile_setting_enabled"],
};

/// The layer that a command names, and what its rows belong to.
pub struct Layer {
    pub entity: &'static Entity,
    /// The columns that tie a row to its owner.
    pub owner: NewRow,
}

impl Layer {
    /// # Errors
    /// The owner does not exist, or the layer has no such category.
    pub async fn find(edits: &mut Edits, request: &Request) -> Result<Self, Error> {
        let layer = Self::owner(edits, request).await?;
        if let Some(category) =
            request.names.first().filter(|category| layer.entity.names[0].column.is_empty() && *category != PROVISION)
        {
            return Err(Error::value("CATEGORY", category, "settings of a profile or a device are in `provision`"));
        }
        Ok(layer)
    }

    async fn owner(edits: &mut Edits, request: &Request) -> Result<Self, Error> {
        let domain = request.domain.as_deref();
        if let Some(address) = &request.device {
            let device = find::device(edits, address, domain).await?;
            let text = |column| Some(device.row().text(column).to_owned());
            let owner = vec![("device_uuid", text("device_uuid")), ("domain_uuid", text("domain_uuid"))];
            return Ok(Self { entity: &DEVICE, owner });
        }
        if let Some(name) = &request.profile {
            let domain = find::domain(edits, domain).await?;
            let profile = find::profile(edits, &domain, name).await?;
            let profile = profile.row().text("device_profile_uuid").to_owned();
            let owner = vec![("device_profile_uuid", Some(profile)), ("domain_uuid", Some(domain.uuid))];
            return Ok(Self { entity: &PROFILE, owner });
        }
        match domain {
            Some(name) => {
                let uuid = find::domain(edits, Some(name)).await?.uuid;
                Ok(Self { entity: &DOMAIN, owner: vec![("domain_uuid", Some(uuid))] })
            }
            None => Ok(Self { entity: &DEFAULT, owner: Vec::new() }),
        }
    }

    /// The conditions by which the layer's rows are found.
    pub fn scope(&self) -> Vec<(&'static str, Option<&str>)> {
        self.owner.iter().map(|(column, value)| (*column, value.as_deref())).collect()
    }

    /// The columns of the layer that the request's flags write. The flags are those of the default layer.
    pub fn columns(&self, request: &Request) -> Result<NewRow, Error> {
        if let Some(value) = request.value("value").filter(|_| NETWORKS.contains(&request.name()))
            && Network::parse(value).is_none()
        {
            return Err(Error::value("VALUE", value, "write a network or an address, such as 192.0.2.0/24"));
        }
        let mut columns = NewRow::new();
        for (given, value) in &request.values {
            let Some(field) = self.entity.fields.iter().find(|field| field.flag == given.flag) else { continue };
            match field.column {
                "" => {
                    return Err(Error::Usage(format!("settings of this layer have no --{}; leave it out", field.flag)));
                }
                column => columns.push((column, value.clone())),
            }
        }
        Ok(columns)
    }
}

/// Adds a setting, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, layer: &Layer) -> Result<String, Error> {
    let entity = layer.entity;
    let (name, value) = (request.name(), request.value("value"));
    let kind = match request.value("type") {
        Some(kind) => kind.to_owned(),
        None => kind_of(edits, name, value).await?,
    };
    let mut conditions = layer.scope();
    let names = entity.names.iter().zip(&request.names).filter(|(field, _)| !field.column.is_empty());
    let names: Vec<_> = names.map(|(field, name)| (field.column, Some(name.as_str()))).collect();
    conditions.extend(&names);
    let list = kind == "array" && !entity.fields[1].column.is_empty();
    if list {
        conditions.push((entity.fields[0].column, value));
    }
    if !edits.select(entity.table, &conditions).await?.rows.is_empty() {
        let next = "change it with `dialplate setting set`".to_owned();
        return Err(Error::Taken { thing: "setting", name: request.names.join(" "), place: String::new(), next });
    }
    let uuid = Uuid::new_v4().to_string();
    let mut row: NewRow = vec![(entity.uuid, Some(uuid.clone()))];
    row.extend(layer.owner.clone());
    row.extend(names.iter().map(|(column, name)| (*column, name.map(str::to_owned))));
    row.extend(layer.columns(request)?);
    let [_, kind_field, _, enabled, _] = entity.fields else { return Ok(uuid) };
    for (field, value) in [(kind_field, kind), (enabled, "true".to_owned())] {
        if !field.column.is_empty() && request.value(field.flag).is_none() {
            row.push((field.column, Some(value)));
        }
    }
    edits.insert(entity.table, &[row]).await?;
    Ok(uuid)
}

/// The kind of a new value: that of the default setting of this name, if there is one.
async fn kind_of(edits: &mut Edits, name: &str, value: Option<&str>) -> Result<String, Error> {
    let same = [("default_setting_category", Some(PROVISION)), ("default_setting_subcategory", Some(name))];
    let known = edits.select_only("v_default_settings", &["default_setting_name"], &same).await?;
    let known = known.first().map(|row| row.text("default_setting_name").to_owned());
    Ok(known.filter(|kind| !kind.is_empty()).unwrap_or_else(|| {
        let kind = match value {
            _ if LISTS.contains(&name) => "array",
            Some("true" | "false") => "boolean",
            _ => "text",
        };
        kind.to_owned()
    }))
}

/// The layer with this table among those of devices and profiles.
pub fn own_layer(table: &str) -> Option<&'static Entity> {
    [&DEVICE, &PROFILE].into_iter().find(|layer| layer.table == table)
}

/// Hides the values of settings whose name says that they are secrets.
pub fn mask(entity: &Entity, record: &mut Record) {
    let name = record.get(entity.names[1].column).and_then(Json::as_str).unwrap_or_default();
    if is_secret(name)
        && let Some(value) = record.get_mut(entity.fields[0].column).filter(|value| !value.is_null())
    {
        *value = Json::String("***".to_owned());
    }
}

/// Whether the value of a setting of that name is a secret.
pub fn is_secret(name: &str) -> bool {
    SECRET_NAMES.iter().any(|part| name.contains(part)) && !USE_OF_SECRET.iter().any(|end| name.ends_with(end))
}

/// The error if a command that changes one row found several.
pub fn several(request: &Request, count: usize) -> Error {
    Error::Usage(format!(
        "the setting {} is a list of {count} values; remove one with `dialplate setting remove CATEGORY NAME VALUE`, and add the new one",
        quoted(&request.names.join(" "))
    ))
}
