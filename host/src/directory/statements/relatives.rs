//! The statement that reads the devices from which another one takes what it lacks.

use crate::directory::catalog::Catalog;
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};

pub fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let is = |name, number| format!("d.{name} = {}", dialect.parameter(number, catalog.kind("v_devices", name)));
    let part = |name, from| Part { name, columns: catalog.of_device(), alias: "d", from, order: "1".to_owned() };
    // The oldest device with a template. FusionPBX takes the first one in storage, even if that is the device itself or has
    // no template either. Rows without a date have no age, and uuids are random: an operator can foresee the first name of
    // a template.
    let date = catalog.column("v_devices", "insert_date");
    let is_undated = date.map_or_else(|| "true".to_owned(), |date| date.sql("d") + " is null");
    let stand_in = format!(
        "select d.* from v_devices d where {} and {} and coalesce(d.device_template, '') not in ('', '0') \
         order by case when {is_undated} then {} end asc nulls last, {} limit 1",
        catalog.is_true("v_devices", "device_enabled", "d"),
        is("domain_uuid", 2),
        dialect.by_bytes("d.device_template"),
        catalog.age_of_device("d")
    );
    let builder = StatementBuilder::new(dialect).with("stand_in", &stand_in);
    let builder = builder.part(part("stand_in", "stand_in d".to_owned()));
    builder.part(part("alternate", format!("v_devices d where {}", is("device_uuid", 1)))).build()
}
