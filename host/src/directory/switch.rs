//! Whether a switch of Dialplate's own is on anywhere in the database.

use super::directory::Directory;
use super::error::Error;
use std::sync::Arc;

/// The tables of settings: name, prefix of the columns, column of the setting's name, whether rows have categories.
const TABLES: [(&str, &str, &str, bool); 4] = [
    ("v_default_settings", "default_setting", "subcategory", true),
    ("v_domain_settings", "domain_setting", "subcategory", true),
    ("v_device_settings", "device_setting", "subcategory", false),
    ("v_device_profile_settings", "profile_setting", "name", false),
];

impl Directory {
    /// Whether any enabled row turns a setting of the category `provision` on, whoever it is for. As long as none does,
    /// a request of the feature can be refused before the gate, alike for known and unknown devices.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_on_anywhere(&self, setting: &str) -> Result<bool, Error> {
        let catalog = &self.statements().catalog;
        let on = |(table, prefix, name, has_category): &(&str, &str, &str, bool)| {
            let category =
                if *has_category { format!(" and s.{prefix}_category = 'provision'") } else { String::new() };
            format!(
                "select cast('' as text), cast(null as text) from {table} s where {} and s.{prefix}_{name} = $1 \
                 and lower(trim(s.{prefix}_value)) in ('1', 'true', 'on', 'yes'){category}",
                catalog.is_true(table, &format!("{prefix}_enabled"), "s"),
            )
        };
        let rows = TABLES.iter().map(on).collect::<Vec<_>>().join(" union all ");
        let sql: Arc<str> = (rows + " limit 1").into();
        Ok(!self.database().fetch(&sql, &[Some(setting)]).await?.is_empty())
    }
}
