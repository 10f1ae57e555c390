//! Devices, as FusionPBX's page of a device and its page of an extension write them.

use super::entity::{Entity, Kind, Within};
use super::error::Error;
use super::field::{Field, FieldKind};
use super::find::{self, Domain};
use super::line;
use super::request::{Context, Request};
use crate::directory::{Edits, NewRow};
use crate::facts::{MacAddress, address_digits};
use std::collections::HashMap;
use uuid::Uuid;

/// What belongs to a device. FusionPBX's page of devices deletes the same.
pub const PARTS: [&str; 3] = ["v_device_lines", "v_device_keys", "v_device_settings"];

pub static DEVICE: Entity = Entity {
    kind: Kind::Device,
    name: "device",
    about: "Edits devices (phones)",
    table: "v_devices",
    uuid: "device_uuid",
    within: Within::Domain,
    names: &[Field::new(
        "ADDRESS",
        "device_address",
        FieldKind::Text,
        "The hardware address, with separators or without",
    )],
    fields: &[
        Field::new("label", "device_label", FieldKind::Text, "A name for the device [default: the extension]"),
        Field::new("template", "device_template", FieldKind::Text, "The template folder, such as yealink/t46u"),
        Field::new("model", "device_model", FieldKind::Text, "The model as the maker writes it; it finds the template"),
        Field::new("vendor", "device_vendor", FieldKind::Lower, "The maker [default: the template's first part]"),
        Field::new("location", "device_location", FieldKind::Text, "Where the device stands"),
        Field::new("serial-number", "device_serial_number", FieldKind::Text, "The maker's serial number"),
        Field::new("firmware", "device_firmware_version", FieldKind::Text, "The firmware's version"),
        Field::new("enabled", "device_enabled", FieldKind::Flag, "Whether the server answers the device"),
        Field::new("description", "device_description", FieldKind::Text, "A remark"),
        Field::new("profile", "", FieldKind::Text, "The name of its device profile"),
        Field::new("user", "", FieldKind::Text, "The name of its user"),
        Field::new("alternate", "", FieldKind::Text, "The address of the device whose lines and keys it takes over"),
    ],
    extras: &[Field::new("extension", "", FieldKind::Text, "The extension of its first line")],
    has_password: false,
    listed: &["device_address", "device_label", "device_template", "device_enabled", "device_description"],
};

/// Adds a device, with a line if an extension is given, and returns its row's key.
pub async fn add(edits: &mut Edits, request: &Request, context: &Context) -> Result<String, Error> {
    let domain = find::domain(edits, request.domain.as_deref()).await?;
    let address = find::address("ADDRESS", request.name())?;
    if let Some(taken) = Addresses::read(edits).await?.taken(address) {
        return Err(taken);
    }
    let uuid = Uuid::new_v4().to_string();
    let number = request.value("extension").map(str::to_owned);
    let mut row: NewRow = vec![
        ("device_uuid", Some(uuid.clone())),
        ("domain_uuid", Some(domain.uuid.clone())),
        ("device_address", Some(address.as_str().to_owned())),
    ];
    row.extend(columns(edits, request, &domain, context).await?);
    if !row.iter().any(|(column, _)| *column == "device_template") {
        return Err(Error::Usage(
            "name the template with --template, for instance yealink/t46u, or the model with --model".to_owned(),
        ));
    }
    complete(&mut row, number.as_deref());
    edits.insert("v_devices", &[row]).await?;
    if let Some(number) = number {
        let extension = find::extension(edits, &domain, &number).await?;
        let defaults = line::Defaults::read(edits, &domain).await?;
        let new = defaults.row(edits, &uuid, "1", extension.row());
        edits.insert("v_device_lines", &[new]).await?;
    }
    Ok(uuid)
}

/// Fills in what FusionPBX's pages do: an enabled device, labelled with its extension.
pub fn complete(row: &mut NewRow, extension: Option<&str>) {
    let has = |row: &NewRow, column| row.iter().any(|(name, _)| *name == column);
    if !has(row, "device_enabled") {
        row.push(("device_enabled", Some("true".to_owned())));
    }
    if let Some(number) = extension.filter(|_| !has(row, "device_label")) {
        row.push(("device_label", Some(number.to_owned())));
    }
}

/// The columns that the flags of `add` and `set` write.
pub async fn columns(
    edits: &mut Edits,
    request: &Request,
    domain: &Domain,
    context: &Context,
) -> Result<NewRow, Error> {
    let mut columns = request.columns();
    let given = |columns: &NewRow, name| columns.iter().any(|(column, _)| *column == name);
    let template = match (request.value("template"), request.value("model")) {
        (Some(name), _) => Some(context.templates.named(name, &domain.name)?),
        (None, Some(model)) => Some(context.templates.of_model(model, request.value("vendor"), &domain.name)?),
        (None, None) => None,
    };
    if let Some(template) = template {
        let vendor = template.split('/').next().unwrap_or_default().to_owned();
        if !given(&columns, "device_vendor") {
            columns.push(("device_vendor", Some(vendor)));
        }
        if !given(&columns, "device_template") {
            columns.push(("device_template", Some(template)));
        }
    }
    for (flag, column) in
        [("profile", "device_profile_uuid"), ("user", "device_user_uuid"), ("alternate", "device_uuid_alternate")]
    {
        let Some((_, name)) = request.values.iter().find(|(field, _)| field.flag == flag) else { continue };
        let uuid = match (name, flag) {
            (None, _) => None,
            (Some(name), "profile") => Some(uuid_of(&find::profile(edits, domain, name).await?, column)),
            (Some(name), "user") => Some(uuid_of(&find::user(edits, domain, name).await?, "user_uuid")),
            (Some(name), _) => Some(uuid_of(&find::device(edits, name, Some(&domain.name)).await?, "device_uuid")),
        };
        columns.push((column, uuid));
    }
    // FusionPBX's page dates a device whenever somebody saves it.
    let is_enabled =
        columns.iter().any(|(column, value)| *column == "device_enabled" && value.as_deref() == Some("true"));
    if is_enabled && edits.has("v_devices", "device_enabled_date") {
        columns.push(("device_enabled_date", Some(edits.now().to_owned())));
    }
    Ok(columns)
}

fn uuid_of(record: &crate::facts::Record, column: &str) -> String {
    record.row().text(column).to_owned()
}

/// The addresses of all devices, and where they are.
pub struct Addresses(HashMap<String, String>);

impl Addresses {
    pub async fn read(edits: &mut Edits) -> Result<Self, Error> {
        let domains = edits.select_only("v_domains", &["domain_uuid", "domain_name"], &[]).await?;
        let name_of: HashMap<_, _> =
            domains.rows().map(|row| (row.text("domain_uuid"), row.text("domain_name"))).collect();
        let devices = edits.select_only("v_devices", &["device_address", "domain_uuid"], &[]).await?;
        let place = |uuid| name_of.get(uuid).copied().unwrap_or_default().to_owned();
        let of = devices.rows().map(|row| (address_digits(row.text("device_address")), place(row.text("domain_uuid"))));
        Ok(Self(of.collect()))
    }

    /// The error if a device of any domain has this address, in any spelling.
    pub fn taken(&self, address: MacAddress) -> Option<Error> {
        let domain = self.0.get(address.as_str())?;
        let place = if domain.is_empty() { " without a domain".to_owned() } else { format!(" in {domain}") };
        let next = "change it with `dialplate device set`, or remove it first".to_owned();
        Some(Error::Taken { thing: "device", name: address.to_string(), place, next })
    }
}
