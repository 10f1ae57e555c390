//! The statement that reads the devices from which another one takes what it lacks.

use crate::directory::catalog::Catalog;
use crate::directory::dialect::Dialect;
use crate::directory::query::{Part, Statement, StatementBuilder};

pub fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let is = |name, number| format!("d.{name} = {}", dialect.parameter(number, catalog.kind("v_devices", name)));
    let part = |name, from| Part {
        name,
        columns: catalog.columns("v_devices").to_vec(),
        alias: "d",
        from,
        order: "1".to_owned(),
    };
    // FusionPBX takes the first device in storage, even if that is the device itself or another one without template.
    let stand_in = format!(
        "select d.* from v_devices d where {} and {} order by d.{} limit 1",
        catalog.is_true("v_devices", "device_enabled", "d"),
        is("domain_uuid", 2),
        dialect.storage()
    );
    let builder = StatementBuilder::new(dialect).with("stand_in", &stand_in);
    let builder = builder.part(part("stand_in", "stand_in d".to_owned()));
    builder.part(part("alternate", format!("v_devices d where {}", is("device_uuid", 1)))).build()
}
