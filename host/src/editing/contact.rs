//! Contacts with their numbers, as FusionPBX's page of a contact writes them.

use super::entity::{Entity, Kind, Within};
use super::error::{Error, quoted};
use super::field::{Field, FieldKind};
use super::find::{self, Domain};
use super::request::Request;
use crate::directory::{Edits, NewRow};
use crate::facts::{Record, Row};
use uuid::Uuid;

/// What belongs to a contact, among the tables that the server knows.
pub const PARTS: [&str; 4] = ["v_contact_phones", "v_contact_groups", "v_contact_users", "v_contact_emails"];

/// The label of a number that has none.
const LABEL: &str = "Work";

pub static CONTACT: Entity = Entity {
    kind: Kind::Contact,
    name: "contact",
    about: "Edits the contacts of phone books",
    table: "v_contacts",
    uuid: "contact_uuid",
    within: Within::Domain,
    names: &[Field::new(
        "CONTACT",
        "",
        FieldKind::Text,
        "The given and the family name, the organization, or the uuid",
    )],
    fields: &[
        Field::new("given", "contact_name_given", FieldKind::Text, "The given name"),
        Field::new("family", "contact_name_family", FieldKind::Text, "The family name"),
        Field::new("organization", "contact_organization", FieldKind::Text, "The organization"),
        Field::new("nickname", "contact_nickname", FieldKind::Text, "The nickname"),
        Field::new("title", "contact_title", FieldKind::Text, "The title"),
        Field::new("role", "contact_role", FieldKind::Text, "The role"),
        Field::new("type", "contact_type", FieldKind::Text, "The type, such as customer"),
        Field::new("category", "contact_category", FieldKind::Text, "The category"),
        Field::new("note", "contact_note", FieldKind::Text, "A remark"),
        Field::new("phone", "", FieldKind::Texts, "A number, as LABEL=NUMBER or NUMBER; may be repeated"),
    ],
    extras: &[],
    has_password: false,
    listed: &["contact_uuid", "contact_name_given", "contact_name_family", "contact_organization", "contact_category"],
};

/// Adds a contact, and returns its row's key. Its name sets given and family name if no flag does.
pub async fn add(edits: &mut Edits, request: &Request) -> Result<String, Error> {
    let domain = find::domain(edits, request.domain.as_deref()).await?;
    let uuid = Uuid::new_v4().to_string();
    let mut row: NewRow = vec![("contact_uuid", Some(uuid.clone())), ("domain_uuid", Some(domain.uuid.clone()))];
    row.extend(request.columns());
    let is_named = ["given", "family", "organization"].iter().any(|flag| request.value(flag).is_some());
    if !is_named {
        let (given, family) = request.name().rsplit_once(' ').unwrap_or((request.name(), ""));
        row.push(("contact_name_given", Some(given.to_owned())));
        row.push(("contact_name_family", Some(family.to_owned()).filter(|family| !family.is_empty())));
    }
    edits.insert("v_contacts", &[row]).await?;
    add_phones(edits, request, &domain.uuid, &uuid).await?;
    Ok(uuid)
}

/// Adds the numbers of a request. The first number of a contact is its main one.
pub async fn add_phones(edits: &mut Edits, request: &Request, domain: &str, contact: &str) -> Result<(), Error> {
    let known = edits.select_only("v_contact_phones", &["contact_uuid"], &[("contact_uuid", Some(contact))]).await?;
    let mut is_main = known.rows.is_empty();
    let mut rows = Vec::new();
    for phone in request.all_of("phone") {
        let (label, number) = phone.split_once('=').unwrap_or((LABEL, phone));
        if number.trim().is_empty() || number.chars().any(char::is_control) {
            return Err(Error::value("--phone", phone, "write LABEL=NUMBER, for instance Mobile=+43 664 5550103"));
        }
        rows.push(vec![
            ("contact_phone_uuid", Some(Uuid::new_v4().to_string())),
            ("domain_uuid", Some(domain.to_owned())),
            ("contact_uuid", Some(contact.to_owned())),
            ("phone_label", Some(label.to_owned())),
            ("phone_type_voice", Some("1".to_owned())),
            ("phone_number", Some(number.trim().to_owned())),
            ("phone_primary", Some(std::mem::take(&mut is_main).to_string())),
        ]);
    }
    Ok(edits.insert("v_contact_phones", &rows).await?)
}

/// The contact that a command names.
pub async fn find(edits: &mut Edits, domain: &Domain, name: &str) -> Result<Record, Error> {
    let all = edits.select("v_contacts", &[("domain_uuid", Some(&domain.uuid))]).await?;
    let known: Vec<_> = all.rows().map(name_of).collect();
    let mut found: Vec<_> = all
        .into_records()
        .filter(|record| record.row().text("contact_uuid") == name || name_of(record.row()) == name)
        .collect();
    match found.len() {
        0 => Err(Error::unknown("contact", name, &known)),
        1 => Ok(found.remove(0)),
        several => Err(Error::Usage(format!(
            "{several} contacts have the name {}; name one by its uuid, which `dialplate contact list` prints",
            quoted(name)
        ))),
    }
}

/// The name by which a command finds a contact.
fn name_of(row: Row<'_>) -> String {
    let name = format!("{} {}", row.text("contact_name_given"), row.text("contact_name_family"));
    let name = name.trim();
    if name.is_empty() { row.text("contact_organization").to_owned() } else { name.to_owned() }
}
