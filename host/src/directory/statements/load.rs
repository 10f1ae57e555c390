//! The statement that loads an admitted device, but for the settings of its domain.

use crate::directory::catalog::{Catalog, ColumnKind};
use crate::directory::dialect::Dialect;
use crate::directory::keys::PROFILE_COLUMNS;
use crate::directory::query::{Part, Statement, StatementBuilder};

pub fn statement(catalog: &Catalog, dialect: Dialect) -> Statement {
    let storage = dialect.storage();
    let is = |table, name, alias: &str, number| {
        format!("{alias}.{name} = {}", dialect.parameter(number, catalog.kind(table, name)))
    };
    let enabled_line = catalog.is_true("v_device_lines", "enabled", "l");
    // As long as flags were text, an empty one counted as NULL.
    let is_text = catalog.kind("v_device_lines", "enabled") == ColumnKind::TextFlag;
    let empty = if is_text { " or l.enabled = ''" } else { "" };
    let lines = Part {
        name: "lines",
        columns: catalog.shown("v_device_lines"),
        alias: "l",
        from: format!(
            "v_device_lines l where {} and ({enabled_line} or l.enabled is null{empty})",
            is("v_device_lines", "device_uuid", "l", 1)
        ),
        order: format!("l.{storage}"),
    };
    let device_keys = Part {
        name: "device_keys",
        columns: catalog.shown("v_device_keys"),
        alias: "k",
        from: format!("v_device_keys k where {}", is("v_device_keys", "device_uuid", "k", 1)),
        order: format!("k.{storage}"),
    };
    let profile_keys = Part {
        name: "profile_keys",
        columns: catalog.only("v_device_profile_keys", PROFILE_COLUMNS),
        alias: "k",
        from: format!("v_device_profile_keys k where {}", is("v_device_profile_keys", "device_profile_uuid", "k", 2)),
        order: format!("k.{storage}"),
    };
    let user = Part {
        name: "user",
        columns: catalog.only("v_users", &["user_uuid", "contact_uuid"]),
        alias: "u",
        from: format!("v_users u where {}", is("v_users", "user_uuid", "u", 3)),
        order: format!("u.{storage}"),
    };
    let settings = |table, name, [flag, setting, value]: [&'static str; 3], owner: String| Part {
        name,
        columns: catalog.only(table, &[setting, value]),
        alias: "s",
        from: format!("{table} s where {owner} and {}", catalog.is_true(table, flag, "s")),
        order: format!("s.{storage}"),
    };
    let profile_settings = settings(
        "v_device_profile_settings",
        "profile_settings",
        ["profile_setting_enabled", "profile_setting_name", "profile_setting_value"],
        is("v_device_profile_settings", "device_profile_uuid", "s", 2),
    );
    let device_settings = settings(
        "v_device_settings",
        "device_settings",
        ["device_setting_enabled", "device_setting_subcategory", "device_setting_value"],
        is("v_device_settings", "device_uuid", "s", 1),
    );
    let parts = [lines, profile_keys, device_keys, user, profile_settings, device_settings];
    parts.into_iter().fold(StatementBuilder::new(dialect), StatementBuilder::part).build()
}
