//! Lists the values of settings in all domains, for an operator who looks for invalid ones before any phone asks.

use super::directory::Directory;
use super::error::Error;
use std::sync::Arc;

/// A setting's value in one place.
pub struct SettingValue {
    pub category: &'static str,
    pub name: &'static str,
    /// Empty for a default setting.
    pub domain: String,
    pub value: String,
}

impl Directory {
    /// The enabled values of settings, each given as category and name, first the default ones.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn setting_values(&self, settings: &[(&'static str, &'static str)]) -> Result<Vec<SettingValue>, Error> {
        let catalog = &self.statements().catalog;
        let enabled = |table: &str, prefix: &str| catalog.is_true(table, &format!("{prefix}_setting_enabled"), "s");
        let sql: Arc<str> = format!(
            "select cast('' as text), s.default_setting_value from v_default_settings s where {} and \
             s.default_setting_category = $1 and s.default_setting_subcategory = $2 \
             union all select n.domain_name, s.domain_setting_value from v_domain_settings s \
             join v_domains n on n.domain_uuid = s.domain_uuid where {} and \
             s.domain_setting_category = $1 and s.domain_setting_subcategory = $2",
            enabled("v_default_settings", "default"),
            enabled("v_domain_settings", "domain")
        )
        .into();
        let mut values = Vec::new();
        for (category, name) in settings {
            let rows = self.database().fetch(&sql, &[Some(category), Some(name)]).await?;
            let set = rows.into_iter().filter_map(|(domain, value)| Some((domain, value?)));
            values.extend(set.map(|(domain, value)| SettingValue { category, name, domain, value }));
        }
        Ok(values)
    }
}
