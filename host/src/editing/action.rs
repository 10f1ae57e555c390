//! Runs one command: the steps that all kinds of rows share.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::find::{self, Domain};
use super::password::Password;
use super::record::{Record, records, tag, text_of};
use super::request::{Action, Context, Request};
use super::setting::Layer;
use super::shown::shown;
use super::{contact, device, domain, extension, key, line, profile, role, setting, user};
use crate::directory::{Access, Directory, Edits, Window};
use crate::facts;
use serde_json::Value as Json;
use uuid::Uuid;

/// What a command found or wrote. It may hold a generated password, so there is no `Debug`.
pub struct Outcome {
    pub entity: &'static Entity,
    pub records: Vec<Record>,
    /// How many rows a list has on all pages.
    pub total: u64,
    /// A password that the command generated, which nobody can read later.
    pub generated: Option<Password>,
}

impl Outcome {
    /// The names of the first row.
    pub fn names(&self) -> Vec<String> {
        let row = self.records.first();
        let columns = self.entity.names.iter().map(|field| field.column).filter(|column| !column.is_empty());
        columns.filter_map(|column| row.map(|row| text_of(row, column))).collect()
    }
}

/// Runs a command in one transaction.
///
/// # Errors
/// The command is wrong, or the database refuses it. Nothing has changed then.
pub async fn run(
    directory: &Directory,
    entity: &'static Entity,
    action: Action,
    request: &Request,
    context: &Context,
) -> Result<Outcome, Error> {
    let is_read = matches!(action, Action::List | Action::Show);
    let mut edits = directory.edit(if is_read { Access::Read } else { Access::Write }).await?;
    let place = Place::find(&mut edits, entity, request).await?;
    let request = &place.named(&mut edits, request).await?;
    let (mut generated, mut total) = (None, 0);
    let records = match action {
        Action::List => {
            let (count, rows) = place.list(&mut edits, request.window).await?;
            total = count;
            rows
        }
        Action::Show => {
            let row = place.row(&mut edits, request).await?;
            vec![shown(&mut edits, place.entity, &uuid_of(&place, &row)).await?]
        }
        Action::Add => {
            let password = password(place.entity, request)?;
            let uuid = place.add(&mut edits, request, context, password.as_ref()).await?;
            generated = password.filter(|password| password.is_new);
            vec![shown(&mut edits, place.entity, &uuid).await?]
        }
        Action::Set => {
            let row = place.row(&mut edits, request).await?;
            place.expect(&mut edits, request, &row).await?;
            place.set(&mut edits, request, context, &row).await?;
            vec![shown(&mut edits, place.entity, &uuid_of(&place, &row)).await?]
        }
        Action::Remove => {
            if request.expected.is_some() {
                let row = place.row(&mut edits, request).await?;
                place.expect(&mut edits, request, &row).await?;
            }
            place.remove(&mut edits, request).await?
        }
    };
    if !is_read {
        edits.commit().await?;
    }
    Ok(Outcome { entity: place.entity, records, total, generated })
}

/// What the rows of a place are, without reading them.
///
/// # Errors
/// There is no such place, or the database does not answer.
pub async fn described(
    directory: &Directory,
    entity: &'static Entity,
    request: &Request,
) -> Result<&'static Entity, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    Ok(Place::find(&mut edits, entity, request).await?.entity)
}

/// The given password, or a generated one where a new row needs one and gets it from nothing else.
fn password(entity: &Entity, request: &Request) -> Result<Option<Password>, Error> {
    let needs_one = matches!(entity.kind, Kind::Extension | Kind::User);
    match &request.password {
        Some(password) => Ok(Some(password.clone())),
        None if needs_one => Password::generate().map(Some),
        None => Ok(None),
    }
}

fn uuid_of(place: &Place, record: &facts::Record) -> String {
    record.row().text(place.entity.uuid).to_owned()
}

/// The rows among which a command works.
struct Place {
    entity: &'static Entity,
    owner: Owner,
}

enum Owner {
    Nothing,
    /// `None` if the command names no domain, and does not need one.
    Domain(Option<Domain>),
    Device(facts::Record),
    Profile(facts::Record),
    Layer(Layer),
}

impl Place {
    async fn find(edits: &mut Edits, entity: &'static Entity, request: &Request) -> Result<Self, Error> {
        let domain = request.domain.as_deref();
        let owner = match entity.within {
            Within::Nothing => Owner::Nothing,
            // An address is unique in all domains.
            Within::Domain if entity.kind == Kind::Device && domain.is_none() => Owner::Domain(None),
            Within::Domain => Owner::Domain(Some(find::domain(edits, domain).await?)),
            Within::Device => {
                Owner::Device(find::device(edits, request.device.as_deref().unwrap_or_default(), domain).await?)
            }
            Within::Profile => {
                let of = find::domain(edits, domain).await?;
                Owner::Profile(find::profile(edits, &of, request.profile.as_deref().unwrap_or_default()).await?)
            }
            Within::Layer => {
                let layer = Layer::find(edits, request).await?;
                return Ok(Self { entity: layer.entity, owner: Owner::Layer(layer) });
            }
        };
        Ok(Self { entity, owner })
    }

    /// The conditions that all rows of the place fulfil.
    fn scope(&self) -> Vec<(&'static str, Option<&str>)> {
        match &self.owner {
            Owner::Nothing | Owner::Domain(None) => Vec::new(),
            Owner::Domain(Some(domain)) => vec![("domain_uuid", Some(domain.uuid.as_str()))],
            Owner::Device(device) => vec![("device_uuid", Some(device.row().text("device_uuid")))],
            Owner::Profile(profile) => {
                vec![("device_profile_uuid", Some(profile.row().text("device_profile_uuid")))]
            }
            Owner::Layer(layer) => layer.scope(),
        }
    }

    /// The rows, or a page of them, and their number on all pages.
    async fn list(&self, edits: &mut Edits, window: Option<Window>) -> Result<(u64, Vec<Record>), Error> {
        let (total, table) = match window {
            Some(window) => {
                let order = (self.entity.listed, self.entity.uuid);
                let (total, table) = edits.select_window(self.entity.table, &self.scope(), order, window).await?;
                (Some(total), table)
            }
            None => (None, edits.select(self.entity.table, &self.scope()).await?),
        };
        let mut records = records(self.entity, &table);
        if matches!(self.owner, Owner::Layer(_)) {
            records.iter_mut().for_each(|record| setting::mask(self.entity, record));
        }
        if self.entity.kind == Kind::User {
            role::show(edits, &mut records).await?;
        }
        let order = |record: &Record| -> Vec<String> {
            self.entity.listed.iter().map(|name| sortable(record.get(*name))).collect()
        };
        if window.is_none() {
            records.sort_by_cached_key(order);
        }
        Ok((total.unwrap_or(records.len() as u64), records))
    }

    /// The request with the names of the row whose key it has.
    async fn named(&self, edits: &mut Edits, request: &Request) -> Result<Request, Error> {
        let mut request = request.clone();
        if request.uuid.is_some() {
            let row = self.row(edits, &request).await?;
            request.names = self.entity.names.iter().map(|field| row.row().text(field.column).to_owned()).collect();
        }
        Ok(request)
    }

    /// The row that a command names.
    async fn row(&self, edits: &mut Edits, request: &Request) -> Result<facts::Record, Error> {
        let mut found = self.rows(edits, request).await?;
        match found.len() {
            1 => Ok(found.remove(0)),
            count => Err(setting::several(request, count)),
        }
    }

    /// The rows that a command names: one, or the values of a list.
    async fn rows(&self, edits: &mut Edits, request: &Request) -> Result<Vec<facts::Record>, Error> {
        if let Some(uuid) = &request.uuid {
            let missing = || Error::absent(self.entity.name, uuid);
            let uuid = Uuid::parse_str(uuid).map_err(|_| missing())?.to_string();
            let conditions = [self.scope(), vec![(self.entity.uuid, Some(uuid.as_str()))]].concat();
            let found = edits.select(self.entity.table, &conditions).await?.into_records().next();
            return found.map(|row| vec![row]).ok_or_else(missing);
        }
        let name = request.name();
        match (&self.owner, self.entity.kind) {
            (Owner::Domain(domain), Kind::Device) => {
                let of = domain.as_ref().map(|domain| domain.name.as_str());
                return Ok(vec![find::device(edits, name, of).await?]);
            }
            (Owner::Domain(Some(domain)), Kind::Contact) => return Ok(vec![contact::find(edits, domain, name).await?]),
            _ => {}
        }
        let mut conditions = self.scope();
        let lower = name.to_ascii_lowercase();
        let names = self.entity.names.iter().zip(&request.names).filter(|(field, _)| !field.column.is_empty());
        for (field, name) in names {
            let name = if self.entity.kind == Kind::Domain { &lower } else { name };
            conditions.push((field.column, Some(name.as_str())));
        }
        let found: Vec<_> = edits.select(self.entity.table, &conditions).await?.into_records().collect();
        if found.is_empty() {
            let known = edits.select(self.entity.table, &self.scope()).await?;
            let columns = self.entity.names.iter().map(|field| field.column).filter(|column| !column.is_empty());
            let columns: Vec<_> = columns.collect();
            let text =
                |row: facts::Row<'_>| columns.iter().map(|column| row.text(column)).collect::<Vec<_>>().join(" ");
            let known: Vec<_> = known.rows().map(text).collect();
            return Err(Error::unknown(self.entity.name, &request.names.join(" "), &known));
        }
        Ok(found)
    }

    /// Refuses an edit that builds on another version of the row.
    async fn expect(&self, edits: &mut Edits, request: &Request, row: &facts::Record) -> Result<(), Error> {
        let Some(expected) = &request.expected else { return Ok(()) };
        let record = shown(edits, self.entity, &uuid_of(self, row)).await?;
        if tag(&record) == *expected { Ok(()) } else { Err(Error::Changed) }
    }

    async fn add(
        &self,
        edits: &mut Edits,
        request: &Request,
        context: &Context,
        password: Option<&Password>,
    ) -> Result<String, Error> {
        match (&self.owner, self.entity.kind, password) {
            (Owner::Device(device), Kind::Line, _) => line::add(edits, request, device).await,
            (Owner::Device(device), _, _) => key::add(edits, request, device).await,
            (Owner::Profile(profile), _, _) => key::add_to_profile(edits, request, profile).await,
            (Owner::Layer(layer), _, _) => setting::add(edits, request, layer).await,
            (_, Kind::Extension, Some(password)) => extension::add(edits, request, password).await,
            (_, Kind::User, Some(password)) => user::add(edits, request, password).await,
            (_, Kind::Contact, _) => contact::add(edits, request).await,
            (_, Kind::Profile, _) => profile::add(edits, request).await,
            (_, Kind::Device, _) => device::add(edits, request, context).await,
            _ => domain::add(edits, request).await,
        }
    }

    /// Changes a row, and what FusionPBX's page changes with it.
    async fn set(
        &self,
        edits: &mut Edits,
        request: &Request,
        context: &Context,
        row: &facts::Record,
    ) -> Result<(), Error> {
        let uuid = uuid_of(self, row);
        let mut columns = match &self.owner {
            Owner::Layer(layer) => layer.columns(request)?,
            Owner::Domain(_) if self.entity.kind == Kind::Device => {
                let domain = find::domain_of(edits, row).await?;
                device::columns(edits, request, &domain, context).await?
            }
            _ => request.columns(),
        };
        match (&request.password, self.entity.kind) {
            (Some(password), Kind::User) => user::set_password(edits, row, password).await?,
            (Some(password), _) => columns.push(("password", Some(password.text.expose().to_owned()))),
            (None, _) => {}
        }
        if columns.is_empty() && request.values.is_empty() && request.password.is_none() {
            return Err(Error::Usage(format!(
                "name what to change; `dialplate {} set --help` lists the flags",
                self.entity.name
            )));
        }
        if !columns.is_empty() {
            edits.update(self.entity.table, &[(self.entity.uuid, Some(&uuid))], &columns).await?;
        }
        match (&self.owner, self.entity.kind) {
            (Owner::Domain(Some(domain)), Kind::Extension) => {
                extension::follow(edits, request, domain).await?;
                match request.value("user") {
                    Some(user) => extension::assign(edits, domain, &uuid, user).await,
                    None => Ok(()),
                }
            }
            (Owner::Domain(Some(domain)), Kind::Contact) => {
                contact::add_phones(edits, request, &domain.uuid, &uuid).await
            }
            (Owner::Domain(Some(domain)), Kind::User) => user::set(edits, request, domain, &uuid).await,
            _ => Ok(()),
        }
    }

    /// Removes a row, and what belongs to it.
    async fn remove(&self, edits: &mut Edits, request: &Request) -> Result<Vec<Record>, Error> {
        let mut rows = self.rows(edits, request).await?;
        if let Some(value) = request.value("value").filter(|_| self.entity.kind == Kind::Setting) {
            rows.retain(|row| row.row().text(self.entity.fields[0].column) == value);
            if rows.is_empty() {
                let reason = "the setting has no such value; `dialplate setting list` prints its values";
                return Err(Error::value("VALUE", value, reason));
            }
        }
        if rows.len() > 1 {
            return Err(setting::several(request, rows.len()));
        }
        let mut removed = Vec::new();
        for row in &rows {
            let uuid = uuid_of(self, row);
            removed.push(shown(edits, self.entity, &uuid).await?);
            let parts: &[&str] = match self.entity.kind {
                Kind::Device => &device::PARTS,
                Kind::Contact => &contact::PARTS,
                Kind::Profile => &profile::PARTS,
                Kind::User => &user::PARTS,
                _ => &[],
            };
            for table in parts.iter().filter(|table| edits.has(table, self.entity.uuid)).copied().collect::<Vec<_>>() {
                edits.delete(table, &[(self.entity.uuid, Some(&uuid))]).await?;
            }
            match self.entity.kind {
                Kind::Domain => domain::clear(edits, &uuid, request).await?,
                Kind::Extension => extension::clear(edits, row).await?,
                Kind::Profile => profile::clear(edits, &uuid).await?,
                _ => {}
            }
            edits.delete(self.entity.table, &[(self.entity.uuid, Some(&uuid))]).await?;
        }
        Ok(removed)
    }
}

/// A value as a text that sorts numbers by their size.
fn sortable(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("{text:0>20}"),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => format!("{:0>20}", number.to_string()),
        _ => String::new(),
    }
}
