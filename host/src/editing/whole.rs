//! Saves a device with its lines and keys at once, as FusionPBX's page of a device does: everything, or nothing.

use super::device::{self, Addresses, DEVICE};
use super::entity::{Entity, Kind};
use super::error::Error;
use super::fault::{FieldFault, Part};
use super::field::Field;
use super::find;
use super::key::{self, KEY};
use super::line::{self, LINE};
use super::password::Password;
use super::record::{Record, text_of};
use super::request::{Context, Request};
use super::whole_rows::{DeviceRows, PartEdit, WholeDevice};
use crate::directory::{Access, Directory, Edits, NewRow};
use crate::facts;

/// Lines and keys of one edit: more than the largest base with its modules has.
const PARTS_MAX: usize = 2_000;

/// A device that was saved.
pub struct SavedDevice {
    pub rows: DeviceRows,
    /// What was written, without values: rows and the names of flags. Empty if everything was stored as it is.
    pub changes: Vec<String>,
}

/// Saves a device in one transaction.
///
/// # Errors
/// [`Error::Fields`] lists all values that are wrong; [`Error::Changed`] if the device has another version. Nothing has
/// changed then.
pub async fn save_device(directory: &Directory, device: &WholeDevice, context: &Context) -> Result<SavedDevice, Error> {
    if device.lines.len() + device.keys.len() > PARTS_MAX {
        return Err(Error::Usage(format!("a device has at most {PARTS_MAX} lines and keys in one edit")));
    }
    let mut edits = directory.edit(Access::Write).await?;
    let stored = match &device.uuid {
        None => None,
        Some(uuid) => {
            let rows = DeviceRows::read(&mut edits, uuid).await?;
            if device.expected.as_ref().is_some_and(|expected| *expected != rows.tag) {
                return Err(Error::Changed);
            }
            Some(rows)
        }
    };
    let mut saving = Saving { edits, stored, faults: Vec::new(), changes: Vec::new() };
    let Some(uuid) = saving.row(device, context).await? else {
        saving.check_parts(device);
        return Err(Error::Fields(saving.faults));
    };
    let owner = saving.edits.select("v_devices", &[("device_uuid", Some(&uuid))]).await?;
    let owner = owner.into_records().next().ok_or(Error::Changed)?;
    saving.parts(&LINES, &device.lines, &owner).await?;
    saving.parts(&KEYS, &device.keys, &owner).await?;
    let Saving { mut edits, faults, changes, .. } = saving;
    if !faults.is_empty() {
        return Err(Error::Fields(faults));
    }
    let rows = DeviceRows::read(&mut edits, &uuid).await?;
    if !changes.is_empty() {
        edits.commit().await?;
    }
    Ok(SavedDevice { rows, changes })
}

/// One of the lists that belong to a device.
struct List {
    entity: &'static Entity,
    /// The name of the list in a shown device.
    name: &'static str,
    part: fn(usize) -> Part,
    /// The flags of which a new row needs one, and what the form says beside the first if there is none.
    needed: (&'static [&'static str], &'static str),
}

const LINES: List = List {
    entity: &LINE,
    name: "lines",
    part: Part::Line,
    needed: (&["user-id", "extension"], "name the SIP user, or the extension that gives user, password and names"),
};
const KEYS: List = List {
    entity: &KEY,
    name: "keys",
    part: Part::Key,
    needed: (&["type"], "name what the key does, as the template expects it"),
};

struct Saving {
    edits: Edits,
    /// The device before the edit; `None` for a new one.
    stored: Option<DeviceRows>,
    faults: Vec<FieldFault>,
    changes: Vec<String>,
}

impl Saving {
    /// Notes what is wrong with a value, and returns all other errors.
    fn fault(&mut self, part: Part, entity: &Entity, error: Error) -> Result<(), Error> {
        let name = entity.names.last().map_or("", |field| field.flag);
        self.faults.push(error.into_fault(part, name)?);
        Ok(())
    }

    /// Adds or changes the device's own row, and returns its key; `None` if it cannot be written.
    async fn row(&mut self, device: &WholeDevice, context: &Context) -> Result<Option<String>, Error> {
        let count = self.faults.len();
        let stored = self.stored.as_ref().map(|rows| {
            let mut record = rows.record.clone();
            record.extend(rows.references.iter().map(|(flag, name)| ((*flag).to_owned(), name.as_str().into())));
            record
        });
        let values = self.changed(Part::Row, &DEVICE, stored.as_ref(), &device.values);
        let request = Request { domain: Some(device.domain.clone()), values, ..Request::default() };
        let text = |flag: &str| device.values.iter().find(|(name, _)| name == flag).map_or("", |(_, text)| text);
        if stored.is_none() && text("template").is_empty() && text("model").is_empty() {
            self.faults.push(FieldFault::new(Part::Row, "template", "name the template folder or the model"));
        }
        let written = match &device.uuid {
            None => self.add_row(device, request, context).await,
            Some(uuid) => self.set_row(device, uuid, request, !text("template").is_empty(), context).await,
        };
        match written {
            Ok(uuid) if self.faults.len() == count => Ok(Some(uuid)),
            Ok(_) => Ok(None),
            Err(error) => self.fault(Part::Row, &DEVICE, error).map(|()| None),
        }
    }

    async fn add_row(
        &mut self,
        device: &WholeDevice,
        mut request: Request,
        context: &Context,
    ) -> Result<String, Error> {
        // The address is checked with the other values, so that the form names all faults at once.
        let address = find::address("ADDRESS", &device.address)?.as_str().to_owned();
        if !self.faults.is_empty() {
            return Ok(String::new());
        }
        let first = device.lines.iter().filter(|line| !line.is_removed).flat_map(|line| &line.values);
        let number = first.clone().find(|(flag, text)| flag == "extension" && !text.is_empty());
        let label = DEVICE.fields.iter().find(|field| field.flag == "label");
        if let (Some((_, number)), Some(label), None) = (number, label, request.value("label")) {
            request.give(label, number)?;
        }
        request.names = vec![address.clone()];
        let uuid = device::add(&mut self.edits, &request, context).await?;
        self.changes.push(flags("add device", &[&address], &request.values, false));
        Ok(uuid)
    }

    async fn set_row(
        &mut self,
        device: &WholeDevice,
        uuid: &str,
        mut request: Request,
        has_template: bool,
        context: &Context,
    ) -> Result<String, Error> {
        let changed = request.values.clone();
        let mut columns = NewRow::new();
        if has_template && request.value("template").is_none() {
            // The model finds a template only for a device that names none.
            let is_model = |field: &Field| field.flag == "model";
            columns.extend(
                request
                    .values
                    .iter()
                    .filter(|(field, _)| is_model(field))
                    .map(|(field, text)| (field.column, text.clone())),
            );
            request.values.retain(|(field, _)| !is_model(field));
        }
        let stored = self.stored.as_ref().map(|rows| text_of(&rows.record, "device_address")).unwrap_or_default();
        let mut moved = false;
        if !device.address.is_empty() && device.address != stored {
            let address = find::address("ADDRESS", &device.address)?;
            if address.as_str() != stored {
                if let Some(taken) = Addresses::read(&mut self.edits).await?.taken(address) {
                    return Err(taken);
                }
                columns.push(("device_address", Some(address.as_str().to_owned())));
                moved = true;
            }
        }
        if changed.is_empty() && !moved {
            return Ok(uuid.to_owned());
        }
        let domain = find::domain(&mut self.edits, Some(&device.domain)).await?;
        if !request.values.is_empty() {
            columns.extend(device::columns(&mut self.edits, &request, &domain, context).await?);
        }
        self.edits.update("v_devices", &[("device_uuid", Some(uuid))], &columns).await?;
        let mut change = flags("set device", &[&stored], &changed, false);
        if moved {
            change += " --address";
        }
        self.changes.push(change);
        Ok(uuid.to_owned())
    }

    /// The values that differ from the stored ones. All that are wrong become faults.
    fn changed(
        &mut self,
        part: Part,
        entity: &'static Entity,
        stored: Option<&Record>,
        values: &[(String, String)],
    ) -> Vec<(&'static Field, Option<String>)> {
        let mut changed = Vec::new();
        for (flag, text) in values {
            let mut fields = entity.fields.iter().chain(entity.extras.iter().filter(|_| stored.is_none()));
            let Some(field) = fields.find(|field| field.flag == flag) else {
                self.faults.push(FieldFault::new(part, flag, format!("{} has no such value", entity.name)));
                continue;
            };
            let column = if field.column.is_empty() { field.flag } else { field.column };
            if text.trim().is_empty() && stored.is_none() || stored.is_some_and(|row| text_of(row, column) == *text) {
                continue;
            }
            match field.parse(text) {
                Ok(value) => changed.push((field, value)),
                Err(error) => self.faults.extend(error.into_fault(part, flag).ok()),
            }
        }
        changed
    }

    /// Notes what is wrong with the lines and keys of a device that cannot be written itself.
    fn check_parts(&mut self, device: &WholeDevice) {
        for (list, parts) in [(&LINES, &device.lines), (&KEYS, &device.keys)] {
            for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_removed && !part.is_blank()) {
                let is_new = part.uuid.is_none();
                let stored = if is_new { None } else { self.stored_part(list, part) };
                if is_new || stored.is_some() {
                    self.part_request(list, at, part, stored.as_ref());
                }
            }
        }
    }

    /// The stored row of a part.
    fn stored_part(&self, list: &List, part: &PartEdit) -> Option<Record> {
        self.stored.as_ref()?.part(list.name, list.entity.uuid, part.uuid.as_deref()?)
    }

    /// Writes the lines or the keys: first those that are removed, so that others can take their places.
    async fn parts(&mut self, list: &List, parts: &[PartEdit], owner: &facts::Record) -> Result<(), Error> {
        let device = owner.row().text("device_uuid").to_owned();
        for part in parts.iter().filter(|part| part.is_removed) {
            let Some(stored) = self.stored_part(list, part) else { continue };
            let uuid = text_of(&stored, list.entity.uuid);
            self.edits.delete(list.entity.table, &of(list, &uuid, &device)).await?;
            let names = list.entity.names.iter().map(|field| text_of(&stored, field.column)).collect::<Vec<_>>();
            self.changes.push(format!("remove {} {}", list.entity.name, names.join(" ")));
        }
        let kept = |part: &&(usize, &PartEdit)| !part.1.is_removed && !part.1.is_blank();
        let all: Vec<_> = parts.iter().enumerate().collect();
        let mut moved = Vec::new();
        for (at, part) in all.iter().filter(kept).filter(|(_, part)| part.uuid.is_some()) {
            moved.extend(self.set_part(list, *at, part, &device).await?.map(|request| (*at, request)));
        }
        for (at, names) in moved {
            self.check_place(list, at, &names, &device).await?;
        }
        for (at, part) in all.iter().filter(kept).filter(|(_, part)| part.uuid.is_none()) {
            self.add_part(list, *at, part, owner).await?;
        }
        Ok(())
    }

    /// The request that a part makes. What is wrong with it becomes a fault.
    fn part_request(&mut self, list: &List, at: usize, part: &PartEdit, stored: Option<&Record>) -> Request {
        let place = (list.part)(at);
        let values = self.changed(place, list.entity, stored, &part.values);
        let mut request = Request { values, ..Request::default() };
        request.password = part.password.as_deref().map(Password::given);
        for (at, field) in list.entity.names.iter().enumerate() {
            // An edit that names a row by its key alone leaves it in its place.
            let text = match (part.names.get(at).map_or("", |text| text.trim()), stored) {
                ("", Some(row)) => &text_of(row, field.column),
                (text, _) => text,
            };
            let is_same = stored.is_some_and(|row| text_of(row, field.column) == text);
            match field.parse(text) {
                _ if is_same => request.names.push(text.to_owned()),
                Ok(Some(name)) => request.names.push(name),
                Ok(None) => self.faults.push(FieldFault::new(place, field.flag, "write it; it says where the row is")),
                Err(error) => self.faults.extend(error.into_fault(place, field.flag).ok()),
            }
        }
        let (needed, message) = list.needed;
        let is_given = |flag: &&str| part.values.iter().any(|(name, text)| name == flag && !text.trim().is_empty());
        if stored.is_none() && !needed.iter().any(is_given) {
            self.faults.push(FieldFault::new(place, needed[0], message));
        }
        request
    }

    /// Changes a line or a key, and returns its names if they are new.
    async fn set_part(
        &mut self,
        list: &List,
        at: usize,
        part: &PartEdit,
        device: &str,
    ) -> Result<Option<Vec<String>>, Error> {
        let (place, count) = ((list.part)(at), self.faults.len());
        let Some(stored) = self.stored_part(list, part) else {
            self.faults.push(FieldFault::new(place, "", "the device has no such row; remove it here"));
            return Ok(None);
        };
        let request = self.part_request(list, at, part, Some(&stored));
        if self.faults.len() > count {
            return Ok(None);
        }
        let mut columns = request.columns();
        columns.extend(request.password.as_ref().map(|it| ("password", Some(it.text.expose().to_owned()))));
        let names = list.entity.names.iter().zip(&request.names);
        let new: NewRow = names
            .filter(|(field, name)| text_of(&stored, field.column) != **name)
            .map(|(field, name)| (field.column, Some(name.clone())))
            .collect();
        let is_moved = !new.is_empty();
        columns.extend(new);
        if columns.is_empty() {
            return Ok(None);
        }
        let uuid = text_of(&stored, list.entity.uuid);
        self.edits.update(list.entity.table, &of(list, &uuid, device), &columns).await?;
        let old: Vec<_> = list.entity.names.iter().map(|field| text_of(&stored, field.column)).collect();
        let old: Vec<_> = old.iter().map(String::as_str).collect();
        let change = flags(&format!("set {}", list.entity.name), &old, &request.values, request.password.is_some());
        self.changes.push(if is_moved { format!("{change} to {}", request.names.join(" ")) } else { change });
        Ok(is_moved.then_some(request.names))
    }

    /// Refuses a row that was moved to the place of another one.
    async fn check_place(&mut self, list: &List, at: usize, names: &[String], device: &str) -> Result<(), Error> {
        let mut same = vec![("device_uuid", Some(device))];
        same.extend(list.entity.names.iter().zip(names).map(|(field, name)| (field.column, Some(name.as_str()))));
        if self.edits.select_only(list.entity.table, &[list.entity.uuid], &same).await?.rows.len() > 1 {
            let flag = list.entity.names.last().map_or("", |field| field.flag);
            let message = format!("{} {} exists already on this device", list.entity.name, names.join(" "));
            self.faults.push(FieldFault::new((list.part)(at), flag, message));
        }
        Ok(())
    }

    async fn add_part(&mut self, list: &List, at: usize, part: &PartEdit, owner: &facts::Record) -> Result<(), Error> {
        let count = self.faults.len();
        let request = self.part_request(list, at, part, None);
        if self.faults.len() > count {
            return Ok(());
        }
        let added = match list.entity.kind {
            Kind::Line => line::add(&mut self.edits, &request, owner).await,
            _ => key::add(&mut self.edits, &request, owner).await,
        };
        if let Err(error) = added {
            return self.fault((list.part)(at), list.entity, error);
        }
        let names: Vec<_> = request.names.iter().map(String::as_str).collect();
        let has_password = request.password.is_some();
        self.changes.push(flags(&format!("add {}", list.entity.name), &names, &request.values, has_password));
        Ok(())
    }
}

/// The conditions of one row of a list.
fn of<'a>(list: &List, uuid: &'a str, device: &'a str) -> [(&'static str, Option<&'a str>); 2] {
    [(list.entity.uuid, Some(uuid)), ("device_uuid", Some(device))]
}

/// What a line of the journal says: names, and the names of what was written.
fn flags(verb: &str, names: &[&str], values: &[(&'static Field, Option<String>)], has_password: bool) -> String {
    let mut words = vec![verb.to_owned()];
    words.extend(names.iter().map(|name| (*name).to_owned()));
    words.extend(values.iter().map(|(field, _)| format!("--{}", field.flag)));
    words.extend(has_password.then(|| "--password".to_owned()));
    words.join(" ")
}
