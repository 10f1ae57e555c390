//! The devices with the lines under which they register, for an operator's commands: who they are on the SIP side. No
//! password is read.

use super::catalog::{Catalog, ColumnKind};
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::Error;
use super::query::{Part, QueryResult, Statement, StatementBuilder};
use crate::facts::{DeviceAddress, Row, Value};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// A device as its registrar knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    pub uuid: String,
    pub address: DeviceAddress,
    pub domain: String,
    /// As in `device_vendor`, lower case; empty if there is none.
    pub vendor: String,
    /// `yealink/t46u`; empty if there is none.
    pub template: String,
    pub is_enabled: bool,
    pub hardware: Hardware,
    /// Its enabled lines, or those of the device that it shows instead, by number.
    pub lines: Vec<PhoneLine>,
    /// What FusionPBX's columns say of the last fetch; empty texts if there was none.
    pub fetched: LastFetch,
}

/// What FusionPBX's columns say of the device itself; empty texts where they are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    pub model: String,
    pub serial: String,
    /// The firmware's version.
    pub firmware: String,
}

/// An account of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneLine {
    pub user: String,
    /// The domain or the server at which the user registers, without a port.
    pub server: String,
    /// `udp`, `tcp`, `tls` or another word of FusionPBX's, lower case.
    pub transport: String,
}

/// The last fetch of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastFetch {
    /// As the database prints it.
    pub at: String,
    /// Empty if it is not known.
    pub ip: String,
    pub agent: String,
}

/// Where FreeSWITCH's event socket is, as FusionPBX's page for it stored it until release 5.1. There is no `Debug`: the row
/// holds a password.
pub struct StoredEventSocket {
    pub host: String,
    pub port: String,
    pub password: String,
}

const DEVICE: [&str; 12] = [
    "device_uuid",
    "domain_uuid",
    "device_address",
    "device_vendor",
    "device_template",
    "device_enabled",
    "device_uuid_alternate",
    "device_provisioned_date",
    "device_provisioned_ip",
    "device_model",
    "device_serial_number",
    "device_firmware_version",
];
const AGENT: &str = "device_provisioned_agent";
const LINE: [&str; 5] = ["device_uuid", "line_number", "user_id", "server_address", "sip_transport"];

impl Directory {
    /// All devices with an address, in the order of their domains and addresses.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn phones(&self) -> Result<Vec<Phone>, Error> {
        let statements = self.statements();
        let statement = statement(&statements.catalog, self.database().dialect());
        let read = statement.run(self.database(), &[]).await;
        phones(&read.map_err(|error| error.naming("read devices and their lines"))?)
    }

    /// The event socket in the table `v_settings`; `None` if this release has no such table, or the row is not filled in.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn event_socket(&self) -> Result<Option<StoredEventSocket>, Error> {
        let sql = "select event_socket_ip_address || ' ' || coalesce(cast(event_socket_port as text), ''), \
            event_socket_password from v_settings where event_socket_ip_address is not null";
        let rows = match self.database().fetch(&Arc::from(sql), &[]).await {
            Err(error) if error.is_layout() => return Ok(None),
            rows => rows.map_err(|error| error.naming("read the event socket in v_settings"))?,
        };
        Ok(rows.into_iter().find_map(|(place, password)| {
            let (host, port) = place.split_once(' ')?;
            let found = StoredEventSocket { host: host.to_owned(), port: port.to_owned(), password: password? };
            (!found.host.is_empty()).then_some(found)
        }))
    }
}

fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let part = |name: &'static str, table: &str, columns: &[&str], alias: &'static str, order: String| Part {
        name,
        columns: catalog.only(table, columns),
        alias,
        from: format!("{table} {alias}"),
        order,
    };
    let mut lines = part("lines", "v_device_lines", &LINE, "l", format!("l.device_uuid, l.{}", dialect.storage()));
    // As in a template's lines: a line without the flag is enabled.
    let is_text = catalog.kind("v_device_lines", "enabled") == ColumnKind::TextFlag;
    let empty = if is_text { " or l.enabled = ''" } else { "" };
    let enabled = catalog.is_true("v_device_lines", "enabled", "l");
    lines.from += &format!(" where {enabled} or l.enabled is null{empty}");
    let device: Vec<&str> = DEVICE.into_iter().chain([AGENT]).collect();
    StatementBuilder::new(dialect)
        .part(part("domains", "v_domains", &["domain_uuid", "domain_name"], "n", "n.domain_uuid".to_owned()))
        .part(part("devices", "v_devices", &device, "d", catalog.age_of_device("d")))
        .part(lines)
        .build()
}

fn phones(read: &QueryResult<'_>) -> Result<Vec<Phone>, Error> {
    let (domains, devices, lines) = (read.table("domains")?, read.table("devices")?, read.table("lines")?);
    let names: HashMap<&str, &str> =
        domains.rows().map(|row| (row.text("domain_uuid"), row.text("domain_name"))).collect();
    let mut of_device: HashMap<&str, Vec<Row<'_>>> = HashMap::new();
    for row in lines.rows() {
        of_device.entry(row.text("device_uuid")).or_default().push(row);
    }
    for rows in of_device.values_mut() {
        // Numbers are stored as text; a line without a number comes first, as in a template.
        rows.sort_by_key(|row| row.text("line_number").parse::<u32>().unwrap_or_default());
    }
    let enabled: HashMap<&str, bool> = devices.rows().map(|row| (row.text("device_uuid"), is_enabled(row))).collect();
    let phone = |row: Row<'_>| {
        let address = DeviceAddress::parse(row.text("device_address")).ok().filter(|it| !it.is_placeholder())?;
        let uuid = row.text("device_uuid");
        let domain = *names.get(row.text("domain_uuid"))?;
        let other = row.text("device_uuid_alternate");
        let shown = if enabled.get(other).copied().unwrap_or_default() { other } else { uuid };
        let lines = of_device.get(shown).into_iter().flatten().filter_map(|row| line(*row, domain));
        let text = |column| row.text(column).to_owned();
        Some(Phone {
            uuid: uuid.to_owned(),
            address,
            domain: domain.to_owned(),
            vendor: row.text("device_vendor").to_ascii_lowercase(),
            template: text("device_template"),
            is_enabled: is_enabled(row),
            hardware: Hardware {
                model: text("device_model"),
                serial: text("device_serial_number"),
                firmware: text("device_firmware_version"),
            },
            lines: lines.collect(),
            fetched: LastFetch {
                at: text("device_provisioned_date"),
                ip: ip(row.text("device_provisioned_ip")),
                agent: text(AGENT),
            },
        })
    };
    let mut phones: Vec<Phone> = devices.rows().filter_map(phone).collect();
    phones.sort_by(|one, two| (&one.domain, one.address.as_str()).cmp(&(&two.domain, two.address.as_str())));
    Ok(phones)
}

/// An address. Behind a proxy, a client may have been noted as unknown.
pub(super) fn ip(text: &str) -> String {
    text.parse::<IpAddr>().map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
}

/// From release 5.5 on, a device without the flag is enabled; the gate decides by the release, and a NOTIFY to a phone that
/// gets nothing does no harm.
pub(super) fn is_enabled(row: Row<'_>) -> bool {
    !matches!(row.get("device_enabled"), Some(Value::Flag(false)))
}

/// A line with a user. Its server is the domain where the row names none.
fn line(row: Row<'_>, domain: &str) -> Option<PhoneLine> {
    let user = row.text("user_id").trim();
    let server = row.text("server_address").trim();
    // The colons of a bare IPv6 address begin no port.
    let is_port =
        |(host, port): &(&str, &str)| port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'));
    let server = server.rsplit_once(':').filter(is_port).map_or(server, |(host, _)| host);
    let server = if server.is_empty() { domain } else { server };
    let transport = row.text("sip_transport").trim().to_ascii_lowercase();
    (!user.is_empty()).then(|| PhoneLine { user: user.to_owned(), server: server.to_owned(), transport })
}
