//! Domains, as FusionPBX's page of domains writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::find;
use super::request::Request;
use crate::directory::{Edits, NewRow};
use uuid::Uuid;

/// A host name has at most 253 characters.
const NAME_CHARS_MAX: usize = 253;

/// The tables whose rows say that a domain is in use, and what they hold.
const USES: [(&str, &str); 4] =
    [("v_devices", "devices"), ("v_extensions", "extensions"), ("v_users", "users"), ("v_contacts", "contacts")];

pub static DOMAIN: Entity = Entity {
    kind: Kind::Domain,
    name: "domain",
    about: "Edits domains (tenants)",
    table: "v_domains",
    uuid: "domain_uuid",
    within: Within::Nothing,
    names: &[Field::new(
        "NAME",
        "domain_name",
        FieldKind::Host,
        "The name that phones ask for, such as pbx.example.net",
    )],
    fields: &[
        Field::new("enabled", "domain_enabled", FieldKind::Flag, "Whether the domain is in use"),
        Field::new("description", "domain_description", FieldKind::Text, "A remark"),
    ],
    extras: &[],
    has_password: false,
    listed: &["domain_name", "domain_enabled", "domain_description"],
};

/// Adds a domain, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request) -> Result<String, Error> {
    let name = request.name().to_ascii_lowercase();
    if name.is_empty() || name.len() > NAME_CHARS_MAX || name.contains(['_', '[', ']', ':']) {
        return Err(Error::value("NAME", &name, "write a host name such as pbx.example.net"));
    }
    let known = edits.select_only("v_domains", &["domain_name"], &[]).await?;
    if find::texts(&known, "domain_name").iter().any(|known| known.eq_ignore_ascii_case(&name)) {
        let next = "choose another name, or change it with `dialplate domain set`".to_owned();
        return Err(Error::Taken { thing: "domain", name, place: String::new(), next });
    }
    let uuid = Uuid::new_v4().to_string();
    let mut row: NewRow = vec![("domain_uuid", Some(uuid.clone())), ("domain_name", Some(name))];
    row.extend(request.columns());
    if request.value("enabled").is_none() {
        row.push(("domain_enabled", Some("true".to_owned())));
    }
    edits.insert("v_domains", &[row]).await?;
    Ok(uuid)
}

/// Removes what belongs to a domain, before its own row.
pub async fn clear(edits: &mut Edits, uuid: &str, request: &Request) -> Result<(), Error> {
    if !request.all {
        let mut uses = Vec::new();
        for (table, things) in USES {
            let rows = edits.select_only(table, &["domain_uuid"], &[("domain_uuid", Some(uuid))]).await?.rows.len();
            uses.extend((rows > 0).then(|| format!("{rows} {things}")));
        }
        if !uses.is_empty() {
            return Err(Error::Usage(format!(
                "domain {} has {}; remove them first, or remove everything with --all",
                request.name(),
                uses.join(", ")
            )));
        }
    }
    for table in edits.tables_with("domain_uuid") {
        if table != "v_domains" {
            edits.delete(&table, &[("domain_uuid", Some(uuid))]).await?;
        }
    }
    Ok(())
}
