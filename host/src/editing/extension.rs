//! Extensions, as FusionPBX's page of an extension writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::find::{self, Domain};
use super::password::Password;
use super::request::Request;
use crate::directory::{Edits, NewRow};
use crate::facts::Record;
use uuid::Uuid;

/// Characters by which FreeSWITCH and URLs tell an extension from what follows.
const NOT_IN_NUMBER: &str = " @/\\:;,\"'<>&";

pub static EXTENSION: Entity = Entity {
    kind: Kind::Extension,
    name: "extension",
    about: "Edits extensions",
    table: "v_extensions",
    uuid: "extension_uuid",
    within: Within::Domain,
    names: &[Field::new("NUMBER", "extension", FieldKind::Name(NOT_IN_NUMBER), "The number that others dial")],
    fields: &[
        Field::new("name", "effective_caller_id_name", FieldKind::Text, "The name that others see inside"),
        Field::new(
            "caller-id-number",
            "effective_caller_id_number",
            FieldKind::Text,
            "The number that others see inside",
        ),
        Field::new("outbound-name", "outbound_caller_id_name", FieldKind::Text, "The name that others see outside"),
        Field::new(
            "outbound-number",
            "outbound_caller_id_number",
            FieldKind::Text,
            "The number that others see outside",
        ),
        Field::new(
            "first-name",
            "directory_first_name",
            FieldKind::Text,
            "The first name in phone books [default: from --name]",
        ),
        Field::new(
            "last-name",
            "directory_last_name",
            FieldKind::Text,
            "The last name in phone books [default: from --name]",
        ),
        Field::new("visible", "directory_visible", FieldKind::Flag, "Whether phone books list it"),
        Field::new("alias", "number_alias", FieldKind::Text, "A number beside a name"),
        Field::new("call-group", "call_group", FieldKind::Text, "The call group"),
        Field::new("accountcode", "accountcode", FieldKind::Text, "The account code [default: the domain]"),
        Field::new("context", "user_context", FieldKind::Text, "The context of its calls [default: the domain]"),
        Field::new("timeout", "call_timeout", FieldKind::Number(1, 3_600), "Seconds until a call is given up"),
        Field::new("mwi-account", "mwi_account", FieldKind::Text, "The mailbox that the lamp shows"),
        Field::new("enabled", "enabled", FieldKind::Flag, "Whether it may register"),
        Field::new("description", "description", FieldKind::Text, "A remark"),
        Field::new("user", "", FieldKind::Text, "The name of the user to whom it is assigned"),
    ],
    extras: &[],
    has_password: true,
    listed: &["extension", "effective_caller_id_name", "call_group", "enabled", "description"],
};

/// The values of a new extension for what no flag gives, as on FusionPBX's page.
const DEFAULTS: [(&str, &str); 7] = [
    ("directory_visible", "true"),
    ("directory_exten_visible", "true"),
    ("limit_max", "5"),
    ("limit_destination", "!USER_BUSY"),
    ("call_timeout", "30"),
    ("call_screen_enabled", "false"),
    ("enabled", "true"),
];

/// Adds an extension, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, password: &Password) -> Result<String, Error> {
    let domain = find::domain(edits, request.domain.as_deref()).await?;
    let number = request.name();
    let (scope, mut taken) = ([("domain_uuid", Some(domain.uuid.as_str()))], false);
    // FusionPBX's page refuses a number that another extension has as its alias, too.
    for column in ["extension", "number_alias"] {
        taken |= !edits
            .select_only("v_extensions", &["extension"], &[scope[0], (column, Some(number))])
            .await?
            .rows
            .is_empty();
    }
    if taken {
        let next = "change it with `dialplate extension set`".to_owned();
        let place = format!(" in {}", domain.name);
        return Err(Error::Taken { thing: "extension", name: number.to_owned(), place, next });
    }
    let row = row(edits, &domain, number, request.columns(), password);
    let uuid = Uuid::new_v4().to_string();
    let row = std::iter::once(("extension_uuid", Some(uuid.clone()))).chain(row).collect();
    edits.insert("v_extensions", &[row]).await?;
    if let Some(user) = request.value("user") {
        assign(edits, &domain, &uuid, user).await?;
    }
    Ok(uuid)
}

/// The columns of a new extension, without its key.
pub fn row(edits: &Edits, domain: &Domain, number: &str, given: NewRow, password: &Password) -> NewRow {
    let mut row: NewRow = vec![
        ("domain_uuid", Some(domain.uuid.clone())),
        ("extension", Some(number.to_owned())),
        ("password", Some(password.text.expose().to_owned())),
    ];
    row.extend(given);
    let of_domain = [("accountcode", domain.name.as_str()), ("user_context", domain.name.as_str())];
    let name = text(&row, "effective_caller_id_name").unwrap_or_default();
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    let names = [("directory_first_name", first), ("directory_last_name", last)];
    for (column, value) in of_domain.into_iter().chain(names).chain(DEFAULTS) {
        if edits.has("v_extensions", column) && !row.iter().any(|(given, _)| *given == column) {
            row.push((column, Some(value.to_owned()).filter(|value| !value.is_empty())));
        }
    }
    row
}

fn text(row: &NewRow, column: &str) -> Option<String> {
    row.iter().find(|(name, _)| *name == column).and_then(|(_, value)| value.clone())
}

/// Writes what an extension's page changes beside the extension: the password of its lines, and the label of the keys
/// that lead to it.
pub async fn follow(edits: &mut Edits, request: &Request, domain: &Domain) -> Result<(), Error> {
    let number = request.name();
    if let Some(password) = &request.password {
        let lines = [
            ("domain_uuid", Some(domain.uuid.as_str())),
            ("server_address", Some(domain.name.as_str())),
            ("user_id", Some(number)),
        ];
        let new = vec![("password", Some(password.text.expose().to_owned()))];
        edits.update("v_device_lines", &lines, &new).await?;
    }
    if let Some(name) = request.value("name") {
        let keys = [("domain_uuid", Some(domain.uuid.as_str())), ("device_key_value", Some(number))];
        edits.update("v_device_keys", &keys, &vec![("device_key_label", Some(name.to_owned()))]).await?;
    }
    Ok(())
}

/// Assigns an extension to a user, unless it is.
pub async fn assign(edits: &mut Edits, domain: &Domain, extension: &str, user: &str) -> Result<(), Error> {
    let user = find::user(edits, domain, user).await?;
    let user = user.row().text("user_uuid");
    let same = [("extension_uuid", Some(extension)), ("user_uuid", Some(user))];
    if !edits.select("v_extension_users", &same).await?.rows.is_empty() {
        return Ok(());
    }
    let row: NewRow = vec![
        ("extension_user_uuid", Some(Uuid::new_v4().to_string())),
        ("domain_uuid", Some(domain.uuid.clone())),
        ("extension_uuid", Some(extension.to_owned())),
        ("user_uuid", Some(user.to_owned())),
    ];
    Ok(edits.insert("v_extension_users", &[row]).await?)
}

/// Removes what belongs to an extension. Lines of devices stay, as on FusionPBX's page.
pub async fn clear(edits: &mut Edits, extension: &Record) -> Result<(), Error> {
    if edits.has("v_extension_users", "extension_uuid") {
        let uuid = extension.row().text("extension_uuid");
        edits.delete("v_extension_users", &[("extension_uuid", Some(uuid))]).await?;
    }
    Ok(())
}
