//! FusionPBX's settings: rows of a category, a subcategory, a type and a value, in layers of which the later wins.

use super::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Where a row came from. A later layer replaces what an earlier one said. FusionPBX reads users' settings nowhere
/// on the way to a phone, and profile and device settings have neither category nor type: they join when the
/// device is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    Default,
    Domain,
}

/// One enabled row of `v_default_settings` or `v_domain_settings`.
pub struct SettingRow {
    pub category: String,
    pub subcategory: String,
    /// FusionPBX calls it the setting's name: `text`, `numeric`, `boolean`, `array`, …
    pub kind: String,
    pub value: Option<String>,
}

/// Values by category and subcategory.
type Values = HashMap<String, HashMap<String, Value>>;

/// The settings that hold for one device's domain, or for one device. Values may be secrets, so there is no `Debug`.
///
/// A clone shares all layers: the default settings are several hundred, and every request starts from them.
#[derive(Clone, Default)]
pub struct Settings {
    /// The last that has a setting wins.
    layers: Vec<Arc<Values>>,
}

impl Settings {
    /// Adds one layer's rows in the order in which FusionPBX reads them.
    ///
    /// Rows without a value are ignored. Rows of type `array` accumulate; a domain's array begins anew, even when
    /// all of its rows are empty.
    pub fn add(&mut self, layer: Layer, rows: &[SettingRow]) {
        let mut values = Values::default();
        if layer == Layer::Domain {
            for row in rows.iter().filter(|row| row.kind == "array") {
                put(&mut values, row, Value::Items(Vec::new()));
            }
        }
        for row in rows {
            let Some(value) = row.value.as_deref().filter(|value| !value.is_empty()) else { continue };
            match row.kind.as_str() {
                "boolean" => put(&mut values, row, Value::Flag(php_boolean(value))),
                "array" => append(&mut values, row, value),
                _ => put(&mut values, row, Value::Text(value.to_owned())),
            }
        }
        self.add_values(values);
    }

    /// Adds a layer of one category: what neither has types nor arrays, or is computed.
    pub fn add_category(&mut self, category: &str, values: impl IntoIterator<Item = (String, Value)>) {
        self.add_values(HashMap::from([(category.to_owned(), values.into_iter().collect())]));
    }

    fn add_values(&mut self, values: Values) {
        if values.values().any(|category| !category.is_empty()) {
            self.layers.push(Arc::new(values));
        }
    }

    pub fn get(&self, category: &str, subcategory: &str) -> Option<&Value> {
        self.layers.iter().rev().find_map(|layer| layer.get(category)?.get(subcategory))
    }

    /// A setting used as a condition: PHP's truth of its value, or `absent` where it is not set.
    pub fn is_on(&self, category: &str, subcategory: &str, absent: bool) -> bool {
        self.get(category, subcategory).map_or(absent, |value| !value.is_empty())
    }

    pub fn text(&self, category: &str, subcategory: &str) -> Option<&str> {
        self.get(category, subcategory).and_then(Value::as_str)
    }

    /// The settings of a category with a wanted name, in no particular order.
    pub fn of_category<'a>(
        &'a self,
        category: &'a str,
        wanted: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let of_layer = move |at: usize| self.layers[at].get(category).into_iter().flatten().map(move |pair| (at, pair));
        let all = (0..self.layers.len()).flat_map(of_layer);
        all.filter(move |(at, (name, _))| wanted(name) && !self.has_above(*at, category, name))
            .map(|(_, (name, value))| (name.as_str(), value))
    }

    fn has_above(&self, at: usize, category: &str, name: &str) -> bool {
        self.layers[at + 1..].iter().any(|layer| layer.get(category).is_some_and(|values| values.contains_key(name)))
    }
}

fn put(values: &mut Values, row: &SettingRow, value: Value) {
    values.entry(row.category.clone()).or_default().insert(row.subcategory.clone(), value);
}

fn append(values: &mut Values, row: &SettingRow, value: &str) {
    let category = values.entry(row.category.clone()).or_default();
    let slot = category.entry(row.subcategory.clone()).or_insert_with(|| Value::Items(Vec::new()));
    match slot {
        Value::Items(items) => items.push(value.to_owned()),
        // A scalar of the same name gives way to the array.
        other => *other = Value::Items(vec![value.to_owned()]),
    }
}

/// PHP's `FILTER_VALIDATE_BOOLEAN`: these words are true, everything else is false.
fn php_boolean(text: &str) -> bool {
    let word = text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b']);
    ["1", "true", "on", "yes"].iter().any(|truth| word.eq_ignore_ascii_case(truth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subcategory: &str, kind: &str, value: &str) -> SettingRow {
        SettingRow {
            category: "provision".into(),
            subcategory: subcategory.into(),
            kind: kind.into(),
            value: Some(value.into()).filter(|value: &String| value != "NULL"),
        }
    }

    #[test]
    fn later_layer_wins_and_empty_rows_are_ignored() {
        let mut settings = Settings::default();
        settings.add(Layer::Default, &[row("a", "text", "one"), row("b", "text", "two")]);
        settings.add(Layer::Domain, &[row("a", "text", "three"), row("b", "text", ""), row("b", "text", "NULL")]);
        assert_eq!(settings.text("provision", "a"), Some("three"));
        assert_eq!(settings.text("provision", "b"), Some("two"));
    }

    #[test]
    fn domain_array_replaces_default_array_even_if_empty() {
        let mut settings = Settings::default();
        settings.add(Layer::Default, &[row("a", "array", "1"), row("a", "array", "2"), row("b", "array", "3")]);
        settings.add(Layer::Domain, &[row("a", "array", "9"), row("b", "array", "")]);
        assert!(settings.get("provision", "a") == Some(&Value::Items(vec!["9".into()])));
        assert!(settings.get("provision", "b") == Some(&Value::Items(vec![])));
    }

    #[test]
    fn boolean_is_recognized_only_by_its_type() {
        let mut settings = Settings::default();
        settings.add(
            Layer::Default,
            &[
                row("a", "boolean", " TRUE "),
                row("b", "boolean", "maybe"),
                row("c", "text", "false"),
                row("d", "text", "0"),
            ],
        );
        let on = |name| settings.is_on("provision", name, false);
        assert!((on("a"), on("b"), on("c"), on("d")) == (true, false, true, false));
        assert!(settings.is_on("provision", "absent", true));
    }
}
