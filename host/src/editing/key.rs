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

pub static KEY: Entity = Entity {
    kind: Kind::Key,
    name: "key",
    about: "Edits the keys (buttons) of a device",
    table: "v_device_keys",
    uuid: "device_key_uuid",
    within: Within::Device,
    names: &[
        Field::new(
            "CATEGORY",
            "device_key_category",
            FieldKind::Choice(CATEGORIES),
            "line, memory, programmable or expansion",
        ),
        Field::new("KEY", "device_key_id", FieldKind::Number(0, 999), "The number of the key in its category"),
    ],
    fields: &[
        Field::new("type", "device_key_type", FieldKind::Text, "What the key does, in the maker's words or numbers"),
        Field::new("subtype", "device_key_subtype", FieldKind::Text, "A part of the type, where the maker has one"),
        Field::new("line", "device_key_line", FieldKind::Number(0, 999), "The line that it uses"),
        Field::new("value", "device_key_value", FieldKind::Text, "What it dials or watches"),
        Field::new("extension", "device_key_extension", FieldKind::Text, "The pickup code or the extension"),
        Field::new("label", "device_key_label", FieldKind::Text, "The label beside it"),
        Field::new("icon", "device_key_icon", FieldKind::Text, "The icon beside it"),
        Field::new(
            "protected",
            "device_key_protected",
            FieldKind::Choice(&["true", "false"]),
            "Whether the user may not change it",
        ),
        Field::new("vendor", "device_key_vendor", FieldKind::Lower, "The maker [default: the device's]"),
    ],
    extras: &[],
    has_password: false,
    listed: &[
        "device_key_category",
        "device_key_id",
        "device_key_type",
        "device_key_line",
        "device_key_value",
        "device_key_label",
    ],
};

/// Adds a key to a device, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, device: &Record) -> Result<String, Error> {
    let row = device.row();
    let (device_uuid, names) = (row.text("device_uuid"), &request.names);
    let mut same = vec![("device_uuid", Some(device_uuid))];
    same.extend(KEY.names.iter().zip(names).map(|(field, name)| (field.column, Some(name.as_str()))));
    if !edits.select_only("v_device_keys", &["device_key_id"], &same).await?.rows.is_empty() {
        let place = format!(" on device {}", row.text("device_address"));
        let next = "change it with `dialplate key set`".to_owned();
        return Err(Error::Taken { thing: "key", name: names.join(" "), place, next });
    }
    if request.value("type").is_none() {
        return Err(Error::Usage("name what the key does with --type, as the template expects it".to_owned()));
    }
    let uuid = Uuid::new_v4().to_string();
    let mut new: NewRow = vec![
        ("device_key_uuid", Some(uuid.clone())),
        ("domain_uuid", Some(row.text("domain_uuid").to_owned())),
        ("device_uuid", Some(device_uuid.to_owned())),
    ];
    new.extend(KEY.names.iter().zip(names).map(|(field, name)| (field.column, Some(name.clone()))));
    new.extend(request.columns());
    if request.value("vendor").is_none() {
        new.push(("device_key_vendor", Some(row.text("device_vendor").to_owned())));
    }
    edits.insert("v_device_keys", &[new]).await?;
    Ok(uuid)
}
