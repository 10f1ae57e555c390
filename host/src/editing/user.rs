//! Users, as FusionPBX's page of a user writes them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::extension;
use super::field::{Field, FieldKind};
use super::find;
use super::password::Password;
use super::request::Request;
use super::role;
use crate::directory::{Edits, NewRow};
use crate::facts;
use crate::password::NewPassword;
use uuid::Uuid;

/// What belongs to a user.
pub const PARTS: [&str; 4] = ["v_user_groups", "v_user_settings", "v_extension_users", "v_contact_users"];

/// FusionPBX's group for those who are not administrators.
const GROUP: &str = "user";

pub static USER: Entity = Entity {
    kind: Kind::User,
    name: "user",
    about: "Edits users, who log in with a password",
    table: "v_users",
    uuid: "user_uuid",
    within: Within::Domain,
    names: &[Field::new("NAME", "username", FieldKind::Name("\"'<>&"), "The name of the login")],
    fields: &[
        Field::new("email", "user_email", FieldKind::Text, "The mail address"),
        Field::new("enabled", "user_enabled", FieldKind::Flag, "Whether the user may log in"),
        Field::new("extension", "", FieldKind::Texts, "An extension to assign to the user; may be repeated"),
        Field::new(
            "role",
            "",
            FieldKind::Choice(role::ROLES),
            "What the user may do in the console: admin everything, reader look at everything",
        ),
    ],
    extras: &[
        Field::new("group", "", FieldKind::Text, "The group of FusionPBX [default: user]"),
        Field::new("given", "", FieldKind::Text, "The given name of the user's contact"),
        Field::new("family", "", FieldKind::Text, "The family name of the user's contact"),
        Field::new("organization", "", FieldKind::Text, "The organization of the user's contact"),
    ],
    has_password: true,
    listed: &["username", "user_email", "user_enabled", role::ROLE],
};

/// Adds a user with a contact, and returns its row's key. `password` is stored as a hash.
pub async fn add(edits: &mut Edits, request: &Request, password: &Password) -> Result<String, Error> {
    let domain = find::domain(edits, request.domain.as_deref()).await?;
    let name = request.name();
    let same = [("domain_uuid", Some(domain.uuid.as_str())), ("username", Some(name))];
    if !edits.select_only("v_users", &["username"], &same).await?.rows.is_empty() {
        let next = "change it with `dialplate user set`".to_owned();
        let place = format!(" in {}", domain.name);
        return Err(Error::Taken { thing: "user", name: name.to_owned(), place, next });
    }
    let new = NewPassword::of(&password.text)?;
    let (user, contact) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let of_domain = ("domain_uuid", Some(domain.uuid.clone()));
    let given = |flag| request.value(flag).map(str::to_owned);
    let person: NewRow = vec![
        ("contact_uuid", Some(contact.clone())),
        of_domain.clone(),
        ("contact_type", Some("user".to_owned())),
        ("contact_organization", given("organization")),
        ("contact_name_given", given("given")),
        ("contact_name_family", given("family")),
        ("contact_nickname", Some(name.to_owned())),
    ];
    edits.insert("v_contacts", &[person]).await?;
    let mut row: NewRow = vec![
        ("user_uuid", Some(user.clone())),
        of_domain.clone(),
        ("contact_uuid", Some(contact)),
        ("username", Some(name.to_owned())),
        ("password", Some(new.hash)),
        ("add_user", Some("dialplate".to_owned())),
        ("add_date", Some(jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S.000000+0000").to_string())),
    ];
    row.extend(request.columns());
    for (column, value) in [("user_type", "default"), ("user_enabled", "true")] {
        if edits.has("v_users", column) && !row.iter().any(|(name, _)| *name == column) {
            row.push((column, Some(value.to_owned())));
        }
    }
    edits.insert("v_users", &[row]).await?;
    store_verifier(edits, &user, &domain.uuid, &new.verifier).await?;
    if let Some(group) = group(edits, request, &domain.uuid).await? {
        role::join(edits, &group, &user, &domain.uuid).await?;
    }
    role::set(edits, request, &user, &domain.uuid).await?;
    assign(edits, request, &domain, name).await?;
    Ok(user)
}

/// Changes what is in no column of the user's row.
pub async fn set(edits: &mut Edits, request: &Request, domain: &find::Domain, uuid: &str) -> Result<(), Error> {
    role::set(edits, request, uuid, &domain.uuid).await?;
    assign(edits, request, domain, request.name()).await
}

/// Assigns the extensions of the request.
async fn assign(edits: &mut Edits, request: &Request, domain: &find::Domain, user: &str) -> Result<(), Error> {
    for number in request.all_of("extension") {
        let found = find::extension(edits, domain, number).await?;
        extension::assign(edits, domain, found.row().text("extension_uuid"), user).await?;
    }
    Ok(())
}

/// The group of a new user. A database without FusionPBX has no groups.
async fn group(edits: &mut Edits, request: &Request, domain: &str) -> Result<Option<role::Group>, Error> {
    if request.value("group").is_none() && !edits.has("v_groups", "group_uuid") {
        return Ok(None);
    }
    let all = edits.select_only("v_groups", &["group_uuid", "group_name", "domain_uuid"], &[]).await?;
    let own = all.rows().filter(|row| ["", domain].contains(&row.text("domain_uuid")));
    let own =
        own.map(|row| role::Group { uuid: row.text("group_uuid").to_owned(), name: row.text("group_name").to_owned() });
    let mut own: Vec<_> = own.collect();
    let wanted = request.value("group").unwrap_or(GROUP);
    let found = own.iter().position(|group| group.name == wanted).map(|at| own.swap_remove(at));
    if found.is_none() && request.value("group").is_some() {
        let names: Vec<_> = own.into_iter().map(|group| group.name).collect();
        return Err(Error::unknown("group", wanted, &names));
    }
    Ok(found)
}

/// Changes a user's password.
pub async fn set_password(edits: &mut Edits, user: &facts::Record, password: &Password) -> Result<(), Error> {
    let (uuid, domain) = (user.row().text("user_uuid"), user.row().text("domain_uuid"));
    let new = NewPassword::of(&password.text)?;
    let mut columns: NewRow = vec![("password", Some(new.hash))];
    if edits.has("v_users", "salt") {
        columns.push(("salt", None));
    }
    edits.update("v_users", &[("user_uuid", Some(uuid))], &columns).await?;
    store_verifier(edits, uuid, domain, &new.verifier).await
}

/// The verifier is for the few clients that send an MD5: where the role does not see its table, it is left out.
async fn store_verifier(edits: &mut Edits, user: &str, domain: &str, verifier: &str) -> Result<(), Error> {
    if edits.has("v_user_settings", "user_setting_value") {
        edits.store_verifier(user, domain, verifier).await?;
    }
    Ok(())
}
