//! Users who log in: what the gate needs to decide, the device that an admitted user gets, and new passwords.

use super::catalog::Column;
use super::database::Access;
use super::daylight::Zone;
use super::device::{Device, TemplateFrom};
use super::dialect::storable;
use super::directory::Directory;
use super::edits::Edits;
use super::error::Error;
use super::load::{OwnSettings, user_table, with_own_settings};
use super::phone_book_rules::PhoneBookRules;
use super::statements::{UserStatements, VERIFIER};
use crate::facts::{
    DeviceAddress, Domain, LoginFacts, ReadOrigin, Record, Row, Settings, StoredPassword, Table, UserFacts, Value,
};
use crate::gate::UserPermit;
use crate::password::NewPassword;
use std::sync::Arc;

/// The name of a user. FusionPBX sets no limit; a mail address has at most 254 bytes.
const NAME_BYTES_MAX: usize = 256;

/// The columns of the lines that are made of extensions, as `v_device_lines` names them.
const LINE: [&str; 15] = [
    "line_number",
    "server_address",
    "server_address_primary",
    "server_address_secondary",
    "outbound_proxy_primary",
    "outbound_proxy_secondary",
    "label",
    "display_name",
    "user_id",
    "auth_id",
    "password",
    "sip_port",
    "sip_transport",
    "register_expires",
    "enabled",
];

/// The vendor and the template folder of the device that a user gets.
pub struct LoginTemplate<'a> {
    pub vendor: &'a str,
    pub folder: &'a str,
}

impl Directory {
    /// Finds the user of a domain by name or mail address, in one round trip. An unknown user is not an error, and costs
    /// the same statement.
    ///
    /// # Errors
    /// [`Error::NoLogins`] if the database does not show what logins need.
    pub async fn find_user(&self, domain: &str, name: &str, origin: ReadOrigin) -> Result<LoginFacts, Error> {
        let statements = self.statements();
        let binds = [Some(domain), Some(name).filter(|name| name.len() <= NAME_BYTES_MAX)];
        let result = match self.read(origin, &logins(&statements.users)?.find, &binds).await {
            // No user has a name that the database cannot hold.
            Err(error) if error.is_of_value() => return Ok(LoginFacts { user: None, cost: 0 }),
            result => result?,
        };
        let text = |name| result.single(name).filter(|text| *text != "[]").unwrap_or_default();
        let verifier = text("verifier");
        let user = result.table("user")?.first().map(|row| UserFacts {
            uuid: row.text("user_uuid").to_owned(),
            enabled: matches!(row.get("user_enabled"), None | Some(Value::Null | Value::Flag(true))),
            password: StoredPassword {
                hash: row.text("password").to_owned(),
                salt: row.text("salt").to_owned(),
                verifier: verifier.to_owned(),
            },
        });
        Ok(LoginFacts { user, cost: text("cost").parse().unwrap_or_default() })
    }

    /// The domain of a user whose request names none: the one that the name ends with, else the only one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn domain_of_login(&self, name: &str) -> Result<Option<String>, Error> {
        let sql = "select n.domain_name, cast(null as text) from v_domains n where lower(n.domain_name) = lower($1) \
            or (select count(*) from v_domains) = 1 limit 1";
        let end = name.rsplit_once('@').map_or("", |(_, end)| end);
        let rows = match self.database().fetch(&Arc::from(sql), &[Some(end)]).await {
            Err(error) if error.is_of_value() => return Ok(None),
            rows => rows?,
        };
        Ok(rows.into_iter().next().map(|(name, _)| name))
    }

    /// Loads the device of a user who logged in: each enabled extension that is assigned to the user is a line. `None` if
    /// there is none. The device has no row, so nothing is noted about it.
    pub async fn load_user(&self, permit: UserPermit, template: LoginTemplate<'_>) -> Result<Option<Device>, Error> {
        let (uuid, domain, mut domain_settings, origin) = permit.into_facts();
        let statements = self.statements();
        domain_settings.add_layer(&self.domain_settings(&domain.uuid, origin, None).await?.value);
        let binds = [Some(uuid.as_str()), Some(domain.uuid.as_str())];
        let result = self.read(origin, &logins(&statements.users)?.load, &binds).await?;
        let lines = lines(&result.table("extensions")?, &domain, &domain_settings);
        let Some(first) = lines.first().map(|row| row.text("user_id").to_owned()) else { return Ok(None) };
        // Digits that no phone has, and the same for each login of the user.
        let address = DeviceAddress::parse(&uuid).map_err(|error| Error::Malformed(error.to_string()))?;
        let phone_book = PhoneBookRules::new(&domain_settings, &domain, Some(&uuid), Some(first), origin);
        let device = device(&statements.catalog.of_device(), &uuid, &address, &domain, &template);
        let user = user_table(&result, Some(&uuid))?;
        let [profile_keys, device_keys] = ["profile_keys", "device_keys"].map(Table::empty);
        Ok(Some(Device {
            version: None,
            shown: uuid.clone(),
            uuid,
            address,
            is_new: false,
            stored_vendor: template.vendor.to_owned(),
            vendor: template.vendor.to_owned(),
            template: template.folder.to_owned(),
            template_from: TemplateFrom::Login,
            tables: [device, domain.record.clone().into_table("domain"), lines, profile_keys, device_keys, user]
                .map(Arc::new)
                .into(),
            domain_name: domain.name.clone(),
            zone: Zone::of(&domain_settings),
            settings: with_own_settings(&domain_settings, OwnSettings::default()),
            domain_settings,
            phone_book: Arc::new(phone_book),
        }))
    }

    /// Stores a new password for the user of this name, in any case, of a domain or of all. Returns the number of users
    /// that have the name; with another number than one, nothing was changed.
    ///
    /// # Errors
    /// The role may not write these tables, or the database lacks them.
    pub async fn set_password(&self, domain: Option<&str>, name: &str, new: &NewPassword) -> Result<usize, Error> {
        let statements = self.statements();
        logins(&statements.users)?;
        let sql = "select cast(u.user_uuid as text), cast(u.domain_uuid as text) from v_users u join v_domains n \
            on n.domain_uuid = u.domain_uuid where (cast($1 as text) is null or lower(n.domain_name) = lower($1)) \
            and lower(u.username) = lower($2)";
        let users = self.database().fetch(&Arc::from(sql), &[domain, Some(&storable(name))]).await?;
        let [(user, Some(domain))] = users.as_slice() else { return Ok(users.len()) };
        let mut edits = self.edit(Access::Write).await?;
        edits.set_hash(user, &new.hash).await?;
        edits.store_verifier(user, domain, &new.verifier).await?;
        edits.commit().await?;
        Ok(1)
    }
}

impl Edits {
    /// Replaces the verifier of a user's password.
    ///
    /// # Errors
    /// The role may not write users' settings, or the database lacks them.
    pub async fn store_verifier(&mut self, user: &str, domain: &str, verifier: &str) -> Result<(), Error> {
        let (category, setting) = VERIFIER;
        let (table, of_user) = ("v_user_settings", ("user_uuid", Some(user)));
        let names = [("user_setting_category", Some(category)), ("user_setting_subcategory", Some(setting))];
        self.delete(table, &[&[of_user], names.as_slice()].concat()).await?;
        let text = |text: &str| Some(text.to_owned());
        let row = vec![
            ("user_setting_uuid", Some(uuid::Uuid::new_v4().to_string())),
            ("user_uuid", text(user)),
            ("domain_uuid", text(domain)),
            ("user_setting_category", text(category)),
            ("user_setting_subcategory", text(setting)),
            ("user_setting_name", text("text")),
            ("user_setting_value", text(verifier)),
            ("user_setting_enabled", text("true")),
        ];
        self.insert(table, &[row]).await
    }
}

fn logins(statements: &Result<UserStatements, Vec<String>>) -> Result<&UserStatements, Error> {
    statements.as_ref().map_err(|missing| Error::NoLogins { missing: missing.clone() })
}

/// The row of a device for the user: only what templates read of it.
fn device(
    columns: &[Column],
    uuid: &str,
    address: &DeviceAddress,
    domain: &Domain,
    template: &LoginTemplate<'_>,
) -> Table {
    let given = [
        ("device_uuid", uuid),
        ("domain_uuid", domain.uuid.as_str()),
        ("device_address", address.as_str()),
        ("device_vendor", template.vendor),
        ("device_template", template.folder),
        ("device_user_uuid", uuid),
    ];
    let cell = |column: &Column| match given.iter().find(|(name, _)| *name == column.name) {
        Some((_, text)) => Value::Text((*text).to_owned()),
        None if column.name == "device_enabled" => Value::Flag(true),
        None => Value::Null,
    };
    let names = columns.iter().map(|column| column.name.clone()).collect();
    Record::new(names, columns.iter().map(cell).collect()).into_table("device")
}

/// The lines that FusionPBX's page for extensions would make of these extensions.
fn lines(extensions: &Table, domain: &Domain, settings: &Settings) -> Table {
    let rows = extensions.rows().enumerate().map(|(at, row)| line(at + 1, row, domain, settings)).collect();
    Table { name: "lines", columns: LINE.map(str::to_owned).into(), rows }
}

fn line(number: usize, row: Row<'_>, domain: &Domain, settings: &Settings) -> Vec<Value> {
    let (extension, name) = (row.text("extension"), name(row));
    let set = |name: &str| setting(settings, name);
    let filled = |text: &str, automatic: &str| {
        if text == "auto" { automatic.to_owned() } else { placeholders(text, row, &name) }
    };
    let label = match set("line_label") {
        Some(text) => filled(&text, extension),
        None if name.is_empty() => extension.to_owned(),
        None => name.clone(),
    };
    let or = |name: &str, fallback: &str| set(name).unwrap_or_else(|| fallback.to_owned());
    let cell = |column: &str| match column {
        "line_number" => Value::Number(number.to_string()),
        "server_address" => Value::Text(domain.name.clone()),
        "label" => Value::Text(label.clone()),
        "display_name" => Value::Text(filled(&or("line_display_name", "auto"), &name)),
        "user_id" | "auth_id" => Value::Text(extension.to_owned()),
        "password" => row.get("password").cloned().unwrap_or(Value::Null),
        "sip_port" => Value::Number(or("line_sip_port", "5060")),
        "sip_transport" => Value::Text(or("line_sip_transport", "tcp")),
        "register_expires" => Value::Number(or("line_register_expires", "120")),
        "enabled" => Value::Flag(true),
        // Servers and proxies have settings of the same names.
        other => set(other).map_or(Value::Null, Value::Text),
    };
    LINE.map(cell).into()
}

/// A setting's text; of several values the first. `None` if it is empty.
fn setting(settings: &Settings, name: &str) -> Option<String> {
    let text = match settings.get("provision", name)? {
        Value::Items(items) => items.first()?,
        value => value.as_str()?,
    };
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// The name of the person at an extension, by FusionPBX's rule.
fn name(row: Row<'_>) -> String {
    match row.text("effective_caller_id_name") {
        "" => [row.text("directory_first_name"), row.text("directory_last_name")].join(" ").trim().to_owned(),
        name => name.to_owned(),
    }
}

/// Fills in FusionPBX's placeholders for labels of lines.
fn placeholders(text: &str, row: Row<'_>, name: &str) -> String {
    let (caller, extension) = (row.text("effective_caller_id_name"), row.text("extension"));
    let values = [
        ("${name}", name),
        ("${effective_caller_id_name}", caller),
        ("${caller_id_name}", caller),
        ("${first_name}", row.text("directory_first_name")),
        ("${last_name}", row.text("directory_last_name")),
        ("${user_id}", extension),
        ("${auth_id}", extension),
        ("${extension}", extension),
        ("${description}", row.text("description")),
    ];
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}
