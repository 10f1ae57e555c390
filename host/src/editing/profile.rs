//! Device profiles, which many devices share, as FusionPBX's page of a profile writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::find;
use super::request::Request;
use crate::directory::{Edits, NewRow};
use uuid::Uuid;

/// What belongs to a profile.
pub const PARTS: [&str; 2] = ["v_device_profile_keys", "v_device_profile_settings"];

pub static PROFILE: Entity = Entity {
    kind: Kind::Profile,
    name: "profile",
    about: "Edits device profiles: keys and settings that devices share",
    table: "v_device_profiles",
    uuid: "device_profile_uuid",
    within: Within::Domain,
    names: &[Field::new("NAME", "device_profile_name", FieldKind::Name(""), "The name of the profile")],
    fields: &[
        Field::new("enabled", "device_profile_enabled", FieldKind::Flag, "Whether FusionPBX's pages offer it"),
        Field::new("description", "device_profile_description", FieldKind::Text, "A remark"),
    ],
    extras: &[],
    has_password: false,
    listed: &["device_profile_name", "device_profile_enabled", "device_profile_description"],
};

/// Adds a profile, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request) -> Result<String, Error> {
    let domain = find::domain(edits, request.domain.as_deref()).await?;
    let name = request.name();
    let same = [("domain_uuid", Some(domain.uuid.as_str())), ("device_profile_name", Some(name))];
    if !edits.select_only("v_device_profiles", &["device_profile_name"], &same).await?.rows.is_empty() {
        let next = "change it with `dialplate profile set`".to_owned();
        let place = format!(" in {}", domain.name);
        return Err(Error::Taken { thing: "profile", name: name.to_owned(), place, next });
    }
    let uuid = Uuid::new_v4().to_string();
    let mut row: NewRow = vec![
        ("device_profile_uuid", Some(uuid.clone())),
        ("domain_uuid", Some(domain.uuid)),
        ("device_profile_name", Some(name.to_owned())),
    ];
    row.extend(request.columns());
    if request.value("enabled").is_none() {
        row.push(("device_profile_enabled", Some("true".to_owned())));
    }
    edits.insert("v_device_profiles", &[row]).await?;
    Ok(uuid)
}

/// Takes a profile from the devices that have it. FusionPBX leaves its key there, which leads to nothing.
pub async fn clear(edits: &mut Edits, uuid: &str) -> Result<(), Error> {
    edits.update("v_devices", &[("device_profile_uuid", Some(uuid))], &vec![("device_profile_uuid", None)]).await?;
    Ok(())
}
