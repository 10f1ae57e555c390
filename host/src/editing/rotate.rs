//! New passwords of lines, and of the extensions that they belong to.

use super::error::Error;
use super::find;
use super::password::Password;
use crate::directory::{Access, Condition, Directory, Edits};
use crate::facts::{Record, Row, Table};
use crate::request::Secret;
use std::collections::HashSet;

/// The lines whose passwords change: those of a device, one of them, or all of a domain.
#[derive(Default)]
pub struct Rotation {
    pub device: Option<String>,
    pub line: Option<String>,
    pub domain: Option<String>,
    /// Whether everything stays as it was.
    pub dry_run: bool,
}

/// A line that has a new password. `Secret` has no `Debug`.
pub struct RotatedLine {
    pub address: String,
    pub number: String,
    pub user: String,
    pub password: Secret,
    /// Whether an extension of the database has the password, too.
    pub has_extension: bool,
}

/// Changes the passwords in one transaction. Lines of other devices that register the same user get the same password.
///
/// # Errors
/// An unknown device, line or domain, or the database refuses the change. Nothing has changed then.
pub async fn rotate(directory: &Directory, rotation: &Rotation) -> Result<Vec<RotatedLine>, Error> {
    let mut edits = directory.edit(Access::Write).await?;
    let chosen = chosen(&mut edits, rotation).await?;
    let (mut accounts, mut rotated) = (HashSet::new(), Vec::new());
    for line in &chosen {
        let account = Account::of(line);
        if accounts.insert(account.clone()) {
            rotated.extend(account.rotate(&mut edits).await?);
        }
    }
    if !rotation.dry_run {
        edits.commit().await?;
    }
    Ok(rotated)
}

async fn chosen(edits: &mut Edits, rotation: &Rotation) -> Result<Vec<Record>, Error> {
    let Rotation { device, line, domain, .. } = rotation;
    let mut conditions: Vec<Condition<'_>> = Vec::new();
    let (device_uuid, domain_uuid);
    match (device, domain) {
        (Some(address), domain) => {
            let found = find::device(edits, address, domain.as_deref()).await?;
            device_uuid = found.row().text("device_uuid").to_owned();
            conditions.push(("device_uuid", Some(&device_uuid)));
        }
        (None, Some(name)) => {
            domain_uuid = find::domain(edits, Some(name)).await?.uuid;
            conditions.push(("domain_uuid", Some(&domain_uuid)));
        }
        (None, None) => {
            let reason = "name the device, or a whole domain with --domain";
            return Err(Error::Usage(reason.to_owned()));
        }
    }
    let found: Vec<_> = edits.select("v_device_lines", &conditions).await?.into_records().collect();
    if let Some(number) = line {
        let known: Vec<_> = found.iter().map(|line| number_of(line.row())).collect();
        let named: Vec<_> = found.into_iter().filter(|line| number_of(line.row()) == *number).collect();
        return if named.is_empty() { Err(Error::unknown("line", number, &known)) } else { Ok(named) };
    }
    if found.is_empty() {
        return Err(Error::Usage("there is no line; `dialplate line add` adds one".to_owned()));
    }
    Ok(found)
}

/// What registers with one password.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Account {
    domain_uuid: String,
    server: String,
    user: String,
    /// Only if the line has no user, so that it shares its password with no other.
    line_uuid: Option<String>,
}

impl Account {
    fn of(line: &Record) -> Self {
        let text = |column| line.row().text(column).to_owned();
        let user = text("user_id");
        let line_uuid = user.is_empty().then(|| text("device_line_uuid"));
        Self { domain_uuid: text("domain_uuid"), server: text("server_address"), user, line_uuid }
    }

    /// The conditions that its lines fulfil.
    fn lines(&self) -> Vec<Condition<'_>> {
        match &self.line_uuid {
            Some(uuid) => vec![("device_line_uuid", Some(uuid))],
            None => vec![
                ("domain_uuid", Some(&self.domain_uuid)),
                ("server_address", Some(&self.server)),
                ("user_id", Some(&self.user)),
            ],
        }
    }

    async fn rotate(&self, edits: &mut Edits) -> Result<Vec<RotatedLine>, Error> {
        let password = Password::generate()?.text;
        let new = vec![("password", Some(password.expose().to_owned()))];
        edits.update("v_device_lines", &self.lines(), &new).await?;
        let has_extension = self.user_is_extension(edits).await?;
        if has_extension {
            edits.update("v_extensions", &self.extension(), &new).await?;
        }
        let lines = edits.select("v_device_lines", &self.lines()).await?;
        let mut rotated = Vec::new();
        for line in lines.rows() {
            let device = [("device_uuid", Some(line.text("device_uuid")))];
            let devices = edits.select_only("v_devices", &["device_address"], &device).await?;
            rotated.push(RotatedLine {
                address: first_text(&devices, "device_address"),
                number: number_of(line),
                user: self.user.clone(),
                password: Secret::new(password.expose()),
                has_extension,
            });
        }
        Ok(rotated)
    }

    fn extension(&self) -> [Condition<'_>; 2] {
        [("domain_uuid", Some(&self.domain_uuid)), ("extension", Some(&self.user))]
    }

    /// Whether the line registers an extension of its domain here, and not a user of another registrar.
    async fn user_is_extension(&self, edits: &mut Edits) -> Result<bool, Error> {
        let domain = [("domain_uuid", Some(self.domain_uuid.as_str()))];
        let name = edits.select_only("v_domains", &["domain_name"], &domain).await?;
        if self.line_uuid.is_some() || first_text(&name, "domain_name") != self.server {
            return Ok(false);
        }
        Ok(!edits.select_only("v_extensions", &["extension"], &self.extension()).await?.rows.is_empty())
    }
}

fn number_of(line: Row<'_>) -> String {
    line.text("line_number").to_owned()
}

fn first_text(table: &Table, column: &str) -> String {
    table.first().map(|row| row.text(column).to_owned()).unwrap_or_default()
}
