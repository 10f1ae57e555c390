//! What a user may do in the console, in a database without FusionPBX: membership in one of Dialplate's own groups. In
//! FusionPBX's database its own groups decide, and this writes nothing.

use super::error::Error;
use super::record::Record;
use super::request::Request;
use crate::accounts::{GROUP_ADMIN, GROUP_READER, Rights, rights};
use crate::directory::{Edits, NewRow};
use crate::facts::{self, AccountGroup};
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;

const ADMIN: &str = "admin";
const READER: &str = "reader";
/// Of FusionPBX: an administrator of the own domain.
const DOMAIN_ADMIN: &str = "admin of the domain";

/// The roles that a user can have.
pub const ROLES: &[&str] = &[ADMIN, READER];

/// The name under which a user's role is shown.
pub const ROLE: &str = "role";

/// A group as a membership names it.
pub struct Group {
    pub uuid: String,
    pub name: String,
}

/// Makes the user a member.
pub async fn join(edits: &mut Edits, group: &Group, user: &str, domain: &str) -> Result<(), Error> {
    let mut row: NewRow = vec![
        ("user_group_uuid", Some(Uuid::new_v4().to_string())),
        ("domain_uuid", Some(domain.to_owned())),
        ("group_uuid", Some(group.uuid.clone())),
        ("user_uuid", Some(user.to_owned())),
    ];
    if edits.has("v_user_groups", "group_name") {
        row.push(("group_name", Some(group.name.clone())));
    }
    edits.insert("v_user_groups", &[row]).await.map_err(Error::from)
}

/// Gives the user the role of the request, in place of the one before.
pub async fn set(edits: &mut Edits, request: &Request, user: &str, domain: &str) -> Result<(), Error> {
    let Some((_, role)) = request.values.iter().find(|(field, _)| field.flag == "role") else { return Ok(()) };
    let name = role.as_deref().map(|role| if role == ADMIN { GROUP_ADMIN } else { GROUP_READER });
    let groups = own_groups(edits).await?;
    for group in &groups {
        let membership = [("user_uuid", Some(user)), ("group_uuid", Some(group.uuid.as_str()))];
        edits.delete("v_user_groups", &membership).await?;
    }
    let Some(name) = name else { return Ok(()) };
    let group = match groups.into_iter().find(|group| group.name == name) {
        Some(group) => group,
        None => add_group(edits, name).await?,
    };
    join(edits, &group, user, domain).await
}

/// Dialplate's groups in this database.
async fn own_groups(edits: &mut Edits) -> Result<Vec<Group>, Error> {
    let all = edits.select_only("v_groups", &["group_uuid", "group_name"], &[]).await?;
    let groups = all
        .rows()
        .map(|row| Group { uuid: row.text("group_uuid").to_owned(), name: row.text("group_name").to_owned() });
    let (own, foreign): (Vec<_>, Vec<_>) =
        groups.partition(|group| [GROUP_ADMIN, GROUP_READER].contains(&group.name.as_str()));
    if foreign.is_empty() {
        return Ok(own);
    }
    Err(Error::Usage(
        "this database has FusionPBX's groups, which decide what a user may do: leave --role out, and put the user into the \
         group superadmin, or into admin for the user's domain alone, with --group of `dialplate user add` or in FusionPBX"
            .to_owned(),
    ))
}

async fn add_group(edits: &mut Edits, name: &str) -> Result<Group, Error> {
    let group = Group { uuid: Uuid::new_v4().to_string(), name: name.to_owned() };
    let mut row: NewRow = vec![("group_uuid", Some(group.uuid.clone())), ("group_name", Some(group.name.clone()))];
    if edits.has("v_groups", "group_description") {
        row.push(("group_description", Some("Made by Dialplate, for its console".to_owned())));
    }
    edits.insert("v_groups", &[row]).await?;
    Ok(group)
}

/// Adds to each user's row what the user may do in the console, by the same rule as a login. Users without rights have none.
pub async fn show(edits: &mut Edits, users: &mut [Record]) -> Result<(), Error> {
    let groups = groups_of_users(edits).await?;
    for user in users {
        let uuid = user.get("user_uuid").and_then(Json::as_str).unwrap_or_default();
        let role = groups.get(uuid).and_then(|groups| rights(groups)).map(|rights| match rights {
            Rights::Admin => ADMIN,
            Rights::DomainAdmin => DOMAIN_ADMIN,
            Rights::Reader => READER,
        });
        user.insert(ROLE.to_owned(), role.map_or(Json::Null, Json::from));
    }
    Ok(())
}

/// The groups of each user, by its key.
async fn groups_of_users(edits: &mut Edits) -> Result<HashMap<String, Vec<AccountGroup>>, Error> {
    let mut of_users: HashMap<String, Vec<AccountGroup>> = HashMap::new();
    if !edits.has("v_groups", "group_uuid") || !edits.has("v_user_groups", "group_uuid") {
        return Ok(of_users);
    }
    let groups = edits.select_only("v_groups", &["group_uuid", "group_name", "domain_uuid"], &[]).await?;
    let group = |row: facts::Row<'_>| {
        let (name, is_global) = (row.text("group_name").to_owned(), row.text("domain_uuid").is_empty());
        (row.text("group_uuid").to_owned(), AccountGroup { name, is_global })
    };
    let groups: HashMap<String, AccountGroup> = groups.rows().map(group).collect();
    let memberships = edits.select_only("v_user_groups", &["user_uuid", "group_uuid"], &[]).await?;
    for row in memberships.rows() {
        if let Some(group) = groups.get(row.text("group_uuid")) {
            of_users.entry(row.text("user_uuid").to_owned()).or_default().push(group.clone());
        }
    }
    Ok(of_users)
}
