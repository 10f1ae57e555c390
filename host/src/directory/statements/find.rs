//! The statements that find a device and its domain.

use super::settings;
use crate::directory::catalog::Catalog;
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};

/// The part with what notes change.
pub const PROVISIONED: &str = "provisioned";

/// The statements of `Directory::find`, with the domain filter on and off.
pub struct FindStatements {
    filtered: Statement,
    unfiltered: Statement,
}

impl FindStatements {
    pub fn new(catalog: &Catalog, dialect: Dialect) -> Self {
        let statement = |is_filtered| statement(catalog, dialect, is_filtered);
        Self { filtered: statement(true), unfiltered: statement(false) }
    }

    pub fn of(&self, is_filtered: bool) -> &Statement {
        if is_filtered { &self.filtered } else { &self.unfiltered }
    }
}

fn statement(catalog: &Catalog, dialect: Dialect, is_filtered: bool) -> Statement {
    let storage = dialect.storage();
    let mut builder = StatementBuilder::new(dialect);
    // If several domains have the address, the domain that the host names comes first.
    builder = builder.with(
        "device",
        &format!(
            "select d.*, count(*) over (partition by d.domain_uuid) as sharing \
             from v_devices d left join v_domains n on n.domain_uuid = d.domain_uuid \
             where {} = $1 order by case when n.domain_name = $2 then 0 when n.domain_uuid is not null then 1 \
             else 2 end, {} limit 1",
            catalog.sql("v_devices", "device_address", "d"),
            catalog.age_of_device("d")
        ),
    );
    builder = builder.with(
        "host",
        &format!(
            "select n.domain_uuid from v_domains n where lower(n.domain_name) = lower($2) \
             order by n.{storage} limit 1"
        ),
    );
    let of_scope = "s.domain_uuid in (select * from scope)";
    builder = if is_filtered {
        // Another domain's device counts as unknown, and nothing else of its domain is read.
        let is_own = "d.domain_uuid in (select n.domain_uuid from v_domains n where n.domain_name = $2)";
        builder
            .with("own", &format!("select d.* from device d where {is_own}"))
            .with("scope", "select domain_uuid from own union select * from host")
            .part(settings::part(catalog, &format!("{} and {of_scope}", settings::of_gate(catalog)), storage))
    } else {
        // The settings of all domains are looked at, so that their number does not depend on the device.
        let demands = format!("select s.*, s.{storage} as stored from {}", settings::of_gate(catalog));
        builder
            .with("own", "select * from device")
            .with("demands", &demands)
            .with("strangers", settings::STRANGERS)
            .with("scope", &scope_of_two())
            .part(uuid(catalog, "strangers"))
            .part(settings::part(catalog, &format!("demands s where {of_scope}"), "stored"))
    };
    // For an unknown device the database sends any other one, which is not used: to send none takes less time.
    let other = "select * from (select d.*, 0 as sharing, 1 as place from v_devices d limit 1) other";
    let sent =
        format!("select * from (select o.*, 0 as place from own o union all {other}) s order by s.place limit 1");
    builder = builder.with("sent", &sent);
    builder = builder.text("found", "select cast(count(*) as text) from own");
    builder = builder.part(Part {
        name: "device",
        columns: catalog.of_device(),
        alias: "d",
        from: "sent d".to_owned(),
        order: "1".to_owned(),
    });
    builder = builder.part(Part {
        name: PROVISIONED,
        columns: catalog.only("v_devices", &["device_provisioned_date", "device_provisioned_ip"]),
        alias: "d",
        from: "sent d".to_owned(),
        order: "1".to_owned(),
    });
    builder = builder.text("devices", "select cast(max(sharing) as text) from device");
    builder = builder.part(Part {
        name: "domain",
        columns: catalog.columns("v_domains").to_vec(),
        alias: "n",
        from: "v_domains n where n.domain_uuid in (select domain_uuid from scope)".to_owned(),
        order: format!("n.{storage}"),
    });
    settings::with_defaults(builder.part(uuid(catalog, "host")), catalog, dialect).build()
}

/// The first two of: the device's domain, the requested one, that of the strangers, and any others. So the statement sends
/// as many domains whichever device is asked for.
fn scope_of_two() -> String {
    // A device may name a domain that does not exist, and then counts as unknown.
    let own = "select d.domain_uuid, 0 as place from own d where d.domain_uuid in (select domain_uuid from v_domains)";
    let others = "select * from (select n.domain_uuid, 3 as place from v_domains n limit 4) others";
    let named = "select domain_uuid, 1 as place from host union all select domain_uuid, 2 as place from strangers";
    format!(
        "select p.domain_uuid from ({own} union all {named} union all {others}) p \
         group by p.domain_uuid order by min(p.place), p.domain_uuid limit 2"
    )
}

/// The domain that one of the statement's names stands for.
fn uuid(catalog: &Catalog, name: &'static str) -> Part<'static> {
    let columns = catalog.only("v_domains", &["domain_uuid"]);
    Part { name, columns, alias: "u", from: format!("{name} u"), order: "1".to_owned() }
}

/// The statement of `Directory::address_of_extension`: a vendor and an address.
pub fn by_extension(catalog: &Catalog) -> String {
    let address = catalog.sql("v_devices", "device_address", "d");
    format!(
        "select coalesce(d.device_vendor, ''), {address} from v_devices d \
         join v_device_lines l on l.device_uuid = d.device_uuid join v_domains n on n.domain_uuid = l.domain_uuid \
         where l.user_id = $1 and n.domain_name = $2 and {} and {} order by {} limit 1",
        catalog.is_true("v_domains", "domain_enabled", "n"),
        catalog.is_true("v_devices", "device_enabled", "d"),
        catalog.age_of_device("d")
    )
}
