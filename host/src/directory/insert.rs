//! Auto insert: creates the row of a device that no one has entered.

use super::addresses::is_spelling;
use super::catalog::{Catalog, Column, ColumnKind};
use super::daylight::Zone;
use super::device::{Device, TemplateFrom};
use super::dialect::{Dialect, storable, timestamp};
use super::directory::Directory;
use super::error::Error;
use super::load::{OwnSettings, with_own_settings};
use super::phone_book_rules::PhoneBookRules;
use crate::facts::{Domain, MacAddress, ReadOrigin, Record, Settings, Table, Value};
use crate::gate::InsertPermit;
use jiff::Timestamp;
use std::sync::Arc;

/// What the server derives from a request about a device that has no row.
pub struct NewDevice {
    /// By the address's OUI; empty if no plugin knows it.
    pub vendor: String,
    /// By the User-Agent; empty if no plugin knows it.
    pub template: String,
    /// The User-Agent as the phone sent it.
    pub description: String,
}

/// The outcome of an insertion.
pub enum Insertion {
    Inserted(Box<Device>),
    /// The address has a row, in whatever domain and spelling, and nothing was inserted. The permit is returned.
    Taken(InsertPermit),
}

impl Directory {
    /// Inserts the device that the permit allows to insert.
    pub async fn insert(&self, permit: InsertPermit, new: NewDevice) -> Result<Insertion, Error> {
        let statements = self.statements();
        let uuid = uuid::Uuid::new_v4().to_string();
        let address = permit.address();
        if self.has_address(&statements.catalog, address).await? {
            return Ok(Insertion::Taken(permit));
        }
        let (columns, selected) = columns(&statements.catalog, self.database().dialect());
        let stored = statements.catalog.sql("v_devices", "device_address", "d");
        let sql = format!(
            "insert into v_devices ({columns}) select {selected} \
             where not exists (select 1 from v_devices d where {stored} = $3)"
        );
        let description = storable(&new.description);
        let now = timestamp(Timestamp::now());
        let template = Some(new.template.as_str()).filter(|template| !template.is_empty());
        let binds = |description| {
            let (domain, vendor) = (permit.domain().uuid.as_str(), new.vendor.as_str());
            [
                Some(uuid.as_str()),
                Some(domain),
                Some(address.as_str()),
                Some(vendor),
                template,
                description,
                Some(&*now),
            ]
        };
        // No table of FusionPBX's makes an address unique, and a phone may send two requests at once.
        let lock = format!("dialplate device {address}");
        let mut inserted = self.database().execute_locked(&lock, &sql, &binds(Some(&description))).await;
        if inserted.as_ref().is_err_and(Error::is_of_value) {
            // A database whose encoding is not UTF-8 cannot hold every User-Agent.
            let ascii: String = description.chars().filter(char::is_ascii).collect();
            inserted = self.database().execute_locked(&lock, &sql, &binds(Some(&ascii))).await;
        }
        let inserted = inserted.map_err(|error| error.naming("insert devices, which auto insert needs"))?;
        if inserted == 0 {
            return Ok(Insertion::Taken(permit));
        }
        let device = self.without_row(permit.into_facts(), uuid, |_| new).await?;
        Ok(Insertion::Inserted(Box::new(device)))
    }

    /// The device that [`Self::insert`] would insert. Nothing is written.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn would_insert(&self, permit: InsertPermit, new: NewDevice) -> Result<Insertion, Error> {
        if self.has_address(&self.statements().catalog, permit.address()).await? {
            return Ok(Insertion::Taken(permit));
        }
        let uuid = uuid::Uuid::new_v4().to_string();
        let device = self.without_row(permit.into_facts(), uuid, |_| new).await?;
        Ok(Insertion::Inserted(Box::new(device)))
    }

    /// A device with the settings of its domain and nothing else, without reading its row. `new` is made from these
    /// settings.
    pub(super) async fn without_row(
        &self,
        (address, domain, mut settings, origin): InsertFacts,
        uuid: String,
        new: impl FnOnce(&Settings) -> NewDevice,
    ) -> Result<Device, Error> {
        let statements = self.statements();
        let columns = statements.catalog.of_device();
        // Of what belongs to a device, a new one has nothing but its domain's settings.
        settings.add_layer(&self.domain_settings(&domain.uuid, origin, None).await?.value);
        let facts = (address, domain, settings, origin);
        let new = new(&facts.2);
        Ok(inserted_device(&columns, facts, new, uuid))
    }

    /// Whether a device of any domain has this address, in any spelling. Lookups compare texts as FusionPBX does, so they
    /// do not find a row with separators, capitals or blanks, although it means the same phone.
    pub(super) async fn has_address(&self, catalog: &Catalog, address: MacAddress) -> Result<bool, Error> {
        let stored = catalog.sql("v_devices", "device_address", "d");
        let sql = format!("select {stored}, cast(null as text) from v_devices d where lower({stored}) like $1");
        // Every spelling has these digits in this order, and so do other texts.
        let pattern: String = address.as_str().chars().flat_map(|digit| ['%', digit]).chain(['%']).collect();
        let rows = self.database().fetch(&sql.into(), &[Some(&pattern)]).await?;
        let found = rows.into_iter().find(|(stored, _)| is_spelling(stored, address));
        if let Some((stored, _)) = &found {
            self.address_log().prevented(&address.into(), stored);
        }
        Ok(found.is_some())
    }
}

/// What an [`InsertPermit`] holds, and the permit of a phone without a device.
type InsertFacts = (MacAddress, Arc<Domain>, Settings, ReadOrigin);

/// The inserted device as templates see it, without reading it again: it has neither lines nor keys.
fn inserted_device(columns: &[Column], facts: InsertFacts, new: NewDevice, uuid: String) -> Device {
    let (address, domain, domain_settings, origin) = facts;
    let given = [
        ("device_uuid", uuid.as_str()),
        ("domain_uuid", domain.uuid.as_str()),
        ("device_address", address.as_str()),
        ("device_vendor", new.vendor.as_str()),
        ("device_template", new.template.as_str()),
        ("device_description", new.description.as_str()),
    ];
    let cell = |column: &Column| match given.iter().find(|(name, _)| *name == column.name) {
        Some((_, text)) => Value::Text((*text).to_owned()),
        None if column.name == "device_enabled" => Value::Flag(true),
        None => Value::Null,
    };
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let device = Record::new(names, columns.iter().map(cell).collect()).into_table("device");
    let phone_book = PhoneBookRules::new(&domain_settings, &domain, None, None, origin);
    let empty = ["lines", "profile_keys", "device_keys", "user"].map(Table::empty);
    Device {
        version: None,
        shown: uuid.clone(),
        uuid,
        address: address.into(),
        is_new: true,
        stored_vendor: new.vendor.clone(),
        vendor: new.vendor,
        template: new.template,
        template_from: TemplateFrom::UserAgent,
        tables: [device, domain.record.clone().into_table("domain")].into_iter().chain(empty).map(Arc::new).collect(),
        domain_name: domain.name.clone(),
        zone: Zone::of(&domain_settings),
        settings: with_own_settings(&domain_settings, OwnSettings::default()),
        domain_settings,
        phone_book: Arc::new(phone_book),
    }
}

/// The columns that an inserted device gets, and their values as parameters. Not every release has `insert_date`.
fn columns(catalog: &Catalog, dialect: Dialect) -> (String, String) {
    let mut columns = Vec::new();
    let mut selected = Vec::new();
    let given = ["device_uuid", "domain_uuid", "device_address", "device_vendor", "device_template"];
    let given = given.iter().chain(&["device_description", "insert_date"]).enumerate();
    for (at, name) in given {
        if let Some(column) = catalog.column("v_devices", name) {
            columns.push(format!("\"{}\"", column.source));
            selected.push(dialect.parameter(at + 1, column.kind));
        }
    }
    columns.push("device_enabled".to_owned());
    let is_flag = catalog.kind("v_devices", "device_enabled") == ColumnKind::Flag;
    selected.push(if is_flag { "true" } else { "'true'" }.to_owned());
    (columns.join(", "), selected.join(", "))
}
