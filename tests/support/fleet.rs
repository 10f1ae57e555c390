//! Devices by the thousand: copies of the recorded ones, with their lines and keys.

use crate::recorded::Recorded;
use std::path::Path;

/// A copy of a recorded device.
pub struct Copy {
    pub address: String,
    /// The address of the recorded device.
    pub original: String,
    pub domain: String,
    pub template: String,
}

impl Copy {
    pub fn vendor(&self) -> &str {
        self.template.split('/').next().unwrap_or_default()
    }
}

/// Adds so many copies of the devices that the condition on `v_devices d` selects, in turn, and replaces the list of copies.
/// A copy has its original's first six digits, and the numbers from 0 on behind them.
pub fn multiply(database: &Recorded, count: usize, condition: &str) {
    let script = format!(
        "drop table if exists copies;
        create table copies as
            with originals as (select d.*, row_number() over (order by device_template, device_uuid) - 1 as place,
                count(*) over () as total from v_devices d where {condition})
            select device_uuid as original, gen_random_uuid() as copy,
                substr(device_address, 1, 6) || lpad(to_hex(number), 6, '0') as address
            from generate_series(0, {count} - 1) number join originals on place = number % total;
        {}{}{}
        analyze;",
        copied("v_devices", "device_uuid", "'device_address', c.address"),
        copied("v_device_lines", "device_line_uuid", "'device_uuid', c.copy"),
        copied("v_device_keys", "device_key_uuid", "'device_uuid', c.copy"),
    );
    database.run(&script);
}

/// Copies the rows of a table that belong to the originals. A device's key is that of the copy, and any other is new.
fn copied(table: &str, key: &str, changes: &str) -> String {
    let new = if table == "v_devices" { "c.copy" } else { "gen_random_uuid()" };
    format!(
        "insert into {table} select (jsonb_populate_record(t, jsonb_build_object('{key}', {new}, {changes}))).*
            from copies c join {table} t on t.device_uuid = c.original;\n"
    )
}

/// The copies in a database, in an order that mixes them.
pub fn copies(database: &Recorded) -> Vec<Copy> {
    let query = "select address, o.device_address, domain_name, o.device_template from copies
        join v_devices o on o.device_uuid = original join v_domains using (domain_uuid) order by md5(address)";
    let copy = |row: String| {
        let cells: Vec<_> = row.split('|').map(str::to_owned).collect();
        let [address, original, domain, template] = cells.try_into().expect("four columns");
        Copy { address, original, domain, template }
    };
    database.rows(query).into_iter().map(copy).collect()
}

/// A condition that selects the recorded devices that have a template and no alternate, and of which FusionPBX answers at
/// least one file of this kind (`default`, `file`) without an error.
pub fn answered(corpus: &Path, kind: &str) -> String {
    let cases = crate::corpus::files(corpus);
    let cases = cases.iter().filter(|case| case["kind"] == kind);
    let addresses: Vec<_> = cases.map(|case| format!("'{}'", case["mac"].as_str().unwrap_or_default())).collect();
    format!("device_address in ({}) and device_template <> '' and device_uuid_alternate is null", addresses.join(","))
}

/// The settings by which all domains demand digest credentials of the user `phone`.
pub fn demand_digest(database: &Recorded, password: &str) {
    database.run(&format!(
        "delete from v_domain_settings where domain_setting_subcategory like 'http_auth_%';
         update v_default_settings set default_setting_enabled = false where default_setting_subcategory like 'http_auth_%';
         insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
             domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
         select gen_random_uuid(), domain_uuid, 'provision', name, kind, value, true from v_domains,
             (values ('http_auth_username', 'text', 'phone'), ('http_auth_password', 'array', '{password}'),
                 ('http_auth_enabled', 'boolean', 'true'), ('http_auth_type', 'text', 'digest')) setting(name, kind, value);"
    ));
}
