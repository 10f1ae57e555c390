//! Keys of devices, as FusionPBX's page of a device writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::request::Request;
use crate::directory::{Edits, NewRow};
use crate::facts::Record;
use uuid::Uuid;

/// The categories that FusionPBX's page offers.
const CATEGORIES: &[&str] = &[
    "line",
    "memory",
    "programmable",
    "expansion",
    "expansion-1",
    "expansion-2",
    "expansion-3",
    "expansion-4",
    "expansion-5",
    "expansion-6",
];

macro_rules! field {
    ($prefix:literal, $flag:literal, $column:literal, $kind:expr, $help:literal) => {
        Field::new($flag, concat!($prefix, $column), $kind, $help)
    };
}

/// A kind of keys. The columns of a device's keys and those of a profile's differ in their prefix.
macro_rules! keys {
    ($prefix:literal, $vendor_help:literal, $($member:ident: $value:expr),+ $(,)?) => {
        Entity {
            $($member: $value,)+
            names: &[
                field!($prefix, "CATEGORY", "_category", CATEGORY, "line, memory, programmable or expansion"),
                field!($prefix, "KEY", "_id", NUMBER, "The number of the key in its category"),
            ],
            fields: &[
                field!($prefix, "type", "_type", FieldKind::Text, "What the key does, in the maker's words or numbers"),
                field!($prefix, "subtype", "_subtype", FieldKind::Text, "A part of the type, where the maker has one"),
                field!($prefix, "line", "_line", NUMBER, "The line that it uses"),
                field!($prefix, "value", "_value", FieldKind::Text, "What it dials or watches"),
                field!($prefix, "extension", "_extension", FieldKind::Text, "The pickup code or the extension"),
                field!($prefix, "label", "_label", FieldKind::Text, "The label beside it"),
                field!($prefix, "icon", "_icon", FieldKind::Text, "The icon beside it"),
                field!($prefix, "protected", "_protected", PROTECTED, "Whether the user may not change it"),
                field!($prefix, "vendor", "_vendor", FieldKind::Lower, $vendor_help),
            ],
            extras: &[],
            has_password: false,
            listed: &[
                concat!($prefix, "_category"),
                concat!($prefix, "_id"),
                concat!($prefix, "_type"),
                concat!($prefix, "_line"),
                concat!($prefix, "_value"),
                concat!($prefix, "_label"),
            ],
        }
    };
}

const CATEGORY: FieldKind = FieldKind::Choice(CATEGORIES);
const NUMBER: FieldKind = FieldKind::Number(0, 999);
const PROTECTED: FieldKind = FieldKind::Choice(&["true", "false"]);

pub static KEY: Entity = keys!(
    "device_key",
    "The maker [default: the device's]",
    kind: Kind::Key,
    name: "key",
    about: "Edits the keys (buttons) of a device",
    table: "v_device_keys",
    uuid: "device_key_uuid",
    within: Within::Device,
);

pub static PROFILE_KEY: Entity = keys!(
    "profile_key",
    "The maker whose words or numbers the type is in",
    kind: Kind::ProfileKey,
    name: "profile key",
    about: "Edits the keys (buttons) of a profile",
    table: "v_device_profile_keys",
    uuid: "device_profile_key_uuid",
    within: Within::Profile,
);

/// Adds a key to a device, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, device: &Record) -> Result<String, Error> {
    let row = device.row();
    let text = |column| Some(row.text(column).to_owned());
    let mut new: NewRow = vec![("domain_uuid", text("domain_uuid")), ("device_uuid", text("device_uuid"))];
    if request.value("vendor").is_none() {
        new.push(("device_key_vendor", text("device_vendor")));
    }
    let place = format!(" on device {}", row.text("device_address"));
    insert(edits, request, &KEY, ("device_uuid", row.text("device_uuid")), (new, place)).await
}

/// Adds a key to a profile, and returns its row's key.
pub async fn add_to_profile(edits: &mut Edits, request: &Request, profile: &Record) -> Result<String, Error> {
    let row = profile.row();
    let text = |column| Some(row.text(column).to_owned());
    let new: NewRow = vec![("domain_uuid", text("domain_uuid")), ("device_profile_uuid", text("device_profile_uuid"))];
    let place = format!(" in profile {}", row.text("device_profile_name"));
    insert(edits, request, &PROFILE_KEY, ("device_profile_uuid", row.text("device_profile_uuid")), (new, place)).await
}

/// Inserts a key, unless its owner has one in that place.
async fn insert(
    edits: &mut Edits,
    request: &Request,
    entity: &'static Entity,
    owner: (&'static str, &str),
    (mut new, place): (NewRow, String),
) -> Result<String, Error> {
    let names = || entity.names.iter().zip(&request.names);
    let mut same = vec![(owner.0, Some(owner.1))];
    same.extend(names().map(|(field, name)| (field.column, Some(name.as_str()))));
    if !edits.select_only(entity.table, &[entity.names[1].column], &same).await?.rows.is_empty() {
        let next = format!("change it with `dialplate {} set`", entity.name);
        return Err(Error::Taken { thing: "key", name: request.names.join(" "), place, next });
    }
    if request.value("type").is_none() {
        return Err(Error::Usage("name what the key does with --type, as the template expects it".to_owned()));
    }
    let uuid = Uuid::new_v4().to_string();
    new.push((entity.uuid, Some(uuid.clone())));
    new.extend(names().map(|(field, name)| (field.column, Some(name.clone()))));
    new.extend(request.columns());
    edits.insert(entity.table, &[new]).await?;
    Ok(uuid)
}
