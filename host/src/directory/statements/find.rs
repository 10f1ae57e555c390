//! The statements that find a device and its domain.

use crate::directory::catalog::Catalog;
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};

/// The categories that provisioning reads. The others concern the web interface and would double the rows.
const CATEGORIES: &str = "'provision', 'domain', 'contact'";

pub fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let storage = dialect.storage();
    let mut builder = StatementBuilder::new(dialect);
    // If several domains have the address, the domain that the host names comes first.
    builder = builder.with(
        "device",
        &format!(
            "select d.* from v_devices d left join v_domains n on n.domain_uuid = d.domain_uuid \
             where {} = $1 order by case when n.domain_name = $2 then 0 when n.domain_uuid is not null then 1 \
             else 2 end, d.{storage} limit 1",
            catalog.sql("v_devices", "device_address", "d")
        ),
    );
    builder = builder.with(
        "host",
        &format!(
            "select n.domain_uuid from v_domains n where lower(n.domain_name) = lower($2) \
             order by n.{storage} limit 1"
        ),
    );
    builder = builder.with("scope", "select domain_uuid from device union select domain_uuid from host");
    let enabled = catalog.is_true("v_devices", "device_enabled", "d");
    // A device without template takes that of another one of its domain. FusionPBX takes the first device in storage,
    // even if that is the device itself or another one without template.
    builder = builder.with(
        "stand_in",
        &format!(
            "select d.* from v_devices d where {enabled} and d.domain_uuid in (select domain_uuid from device \
             where coalesce(device_template, '') in ('', '0')) order by d.{storage} limit 1"
        ),
    );
    let all = |name| Part {
        name,
        columns: catalog.columns("v_devices").to_vec(),
        alias: "d",
        from: format!("{name} d"),
        order: "1".to_owned(),
    };
    builder = builder.part(all("device")).part(all("stand_in"));
    builder = builder.part(Part {
        from: "v_devices d where d.device_uuid in (select device_uuid_alternate from device)".to_owned(),
        ..all("alternate")
    });
    builder = builder.part(Part {
        name: "domain",
        columns: catalog.columns("v_domains").to_vec(),
        alias: "n",
        from: "v_domains n where n.domain_uuid in (select domain_uuid from scope)".to_owned(),
        order: format!("n.{storage}"),
    });
    builder = builder.part(Part {
        name: "host",
        columns: catalog.only("v_domains", &["domain_uuid"]),
        alias: "h",
        from: "host h".to_owned(),
        order: "1".to_owned(),
    });
    settings_parts(builder, catalog, dialect).build()
}

fn settings_parts(builder: StatementBuilder, catalog: &Catalog, dialect: Dialect) -> StatementBuilder {
    let storage = dialect.storage();
    let columns = |table, prefix: &str| {
        let named = |part: &str| format!("{prefix}_setting_{part}");
        let names = [named("category"), named("subcategory"), named("name"), named("value")];
        catalog.only(table, &names.each_ref().map(String::as_str))
    };
    let defaults = Part {
        name: "default_settings",
        columns: columns("v_default_settings", "default"),
        alias: "s",
        from: format!(
            "v_default_settings s where {} and s.default_setting_category in ({CATEGORIES})",
            catalog.is_true("v_default_settings", "default_setting_enabled", "s")
        ),
        // PostgreSQL puts NULL last by default, SQLite first.
        order: format!("s.default_setting_order asc nulls last, s.{storage}"),
    };
    let mut with_domain = columns("v_domain_settings", "domain");
    with_domain.extend(catalog.only("v_domain_settings", &["domain_uuid"]));
    let domains = Part {
        name: "domain_settings",
        columns: with_domain,
        alias: "s",
        from: format!(
            "v_domain_settings s where {} and s.domain_setting_category in ({CATEGORIES}) \
             and s.domain_uuid in (select domain_uuid from scope)",
            catalog.is_true("v_domain_settings", "domain_setting_enabled", "s")
        ),
        order: format!("s.{storage}"),
    };
    match dialect.stamp("s") {
        None => builder.part(defaults),
        Some(stamp) => builder
            .with("stamp", &format!("select {stamp} as stamp from {}", defaults.from))
            .text("stamp", "select stamp from stamp")
            .part_unless("(select stamp from stamp) = cast($3 as text)", defaults),
    }
    .part(domains)
}

/// The statement of `Directory::address_of_extension`: a vendor and an address.
pub fn by_extension(catalog: &Catalog, dialect: Dialect) -> String {
    let address = catalog.sql("v_devices", "device_address", "d");
    format!(
        "select coalesce(d.device_vendor, ''), {address} from v_devices d \
         join v_device_lines l on l.device_uuid = d.device_uuid join v_domains n on n.domain_uuid = l.domain_uuid \
         where l.user_id = $1 and n.domain_name = $2 and {} and {} order by d.{} limit 1",
        catalog.is_true("v_domains", "domain_enabled", "n"),
        catalog.is_true("v_devices", "device_enabled", "d"),
        dialect.storage()
    )
}
