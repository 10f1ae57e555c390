//! FusionPBX's settings: rows of a category, a subcategory, a type and a value, in layers of which the later wins.

use super::release::Release;
use super::value::Value;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// Where a value came from. A later layer replaces what an earlier one said. FusionPBX reads users' settings nowhere
/// on the way to a phone, and profile and device settings have neither category nor type: they join when the
/// device is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    Default,
    Domain,
    Profile,
    Device,
    /// The server computes it: the dates of daylight saving time.
    Computed,
}

impl Layer {
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Domain => "domain",
            Self::Profile => "profile",
            Self::Device => "device",
            Self::Computed => "computed",
        }
    }
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
type Values = Names<Names<Value>>;

/// A render looks up a thousand names in each layer. They are an administrator's, so no attacker chooses them, and a quick hash is
/// enough.
type Names<T> = HashMap<String, T, RandomState>;

/// The settings that hold for one device's domain, or for one device. Values may be secrets, so there is no `Debug`.
///
/// A clone shares all layers: the default settings are several hundred, and every request starts from them.
#[derive(Clone, Default)]
pub struct Settings {
    /// The last that has a setting wins.
    layers: Vec<LayerValues>,
    /// The layers as templates of an older release see them; `None` if they see those that decide.
    of_templates: Option<Vec<LayerValues>>,
    release: Release,
}

/// The values of one layer.
#[derive(Clone)]
struct LayerValues {
    layer: Layer,
    values: Arc<Values>,
}

/// The rows of one layer, read once for all devices that have them.
#[derive(Clone)]
pub struct SettingLayer {
    layer: Layer,
    values: Arc<Values>,
    of_templates: Option<Arc<Values>>,
}

impl SettingLayer {
    /// Reads one layer's rows in the order in which FusionPBX reads them.
    ///
    /// Rows without a value are ignored. Rows of type `array` accumulate; a domain's array begins anew, even when
    /// all of its rows are empty.
    pub fn read(release: Release, layer: Layer, rows: &[SettingRow]) -> Self {
        let of_templates = || Arc::new(Reading::of(release, layer).read(layer, rows));
        Self {
            layer,
            values: Arc::new(Reading::CURRENT.read(layer, rows)),
            of_templates: has_own_reading(release).then(of_templates),
        }
    }
}

/// Whether templates of this release see other values than those that decide.
fn has_own_reading(release: Release) -> bool {
    release < Release::V5_5
}

/// How rows become values.
struct Reading {
    /// A row of type `boolean` becomes a boolean; otherwise its text stays.
    typed: bool,
    /// A row without a value hides the value of an earlier layer.
    keeps_empty: bool,
}

impl Reading {
    const CURRENT: Self = Self { typed: true, keeps_empty: false };

    /// What this release gives to templates. Up to 5.3 every setting was a text; 5.4 forgot the domains' booleans.
    fn of(release: Release, layer: Layer) -> Self {
        match release {
            Release::V5_0 | Release::V5_1 | Release::V5_2 | Release::V5_3 => Self { typed: false, keeps_empty: true },
            Release::V5_4 => Self { typed: layer == Layer::Default, ..Self::CURRENT },
            Release::V5_5 | Release::Master => Self::CURRENT,
        }
    }

    fn value(&self, row: &SettingRow) -> Option<Value> {
        match row.value.as_deref() {
            None | Some("") if !self.keeps_empty => None,
            None => Some(Value::Null),
            Some(text) if self.typed && row.kind == "boolean" => Some(Value::Flag(php_boolean(text))),
            Some(text) => Some(Value::Text(text.to_owned())),
        }
    }

    fn read(&self, layer: Layer, rows: &[SettingRow]) -> Values {
        let mut values = Values::default();
        if layer == Layer::Domain {
            for row in rows.iter().filter(|row| row.kind == "array") {
                put(&mut values, row, Value::Items(Vec::new()));
            }
        }
        for row in rows {
            match self.value(row) {
                Some(Value::Text(text)) if row.kind == "array" => append(&mut values, row, &text),
                Some(Value::Null) if row.kind == "array" => append(&mut values, row, ""),
                Some(value) => put(&mut values, row, value),
                None => {}
            }
        }
        values
    }
}

impl Settings {
    /// Settings of a release. The server's own decisions are the same for all releases; templates see what the release
    /// gives them.
    pub fn of(release: Release) -> Self {
        Self { release, of_templates: has_own_reading(release).then(Vec::new), ..Self::default() }
    }

    pub fn release(&self) -> Release {
        self.release
    }

    /// Adds one layer's rows, as [`SettingLayer::read`] reads them.
    pub fn add(&mut self, layer: Layer, rows: &[SettingRow]) {
        self.add_layer(&SettingLayer::read(self.release, layer, rows));
    }

    /// Adds a layer of the same release.
    pub fn add_layer(&mut self, layer: &SettingLayer) {
        push(&mut self.layers, layer.layer, Arc::clone(&layer.values));
        if let (Some(layers), Some(values)) = (&mut self.of_templates, &layer.of_templates) {
            push(layers, layer.layer, Arc::clone(values));
        }
    }

    /// Adds a layer of one category: what neither has types nor arrays, or is computed.
    pub fn add_category(&mut self, layer: Layer, category: &str, values: impl IntoIterator<Item = (String, Value)>) {
        let values = Arc::new(Values::from_iter([(category.to_owned(), values.into_iter().collect())]));
        push(&mut self.layers, layer, Arc::clone(&values));
        if let Some(layers) = &mut self.of_templates {
            push(layers, layer, values);
        }
    }

    pub fn get(&self, category: &str, subcategory: &str) -> Option<&Value> {
        find(&self.layers, category, subcategory).map(|(_, value)| value)
    }

    /// The layer whose value of a setting counts; `None` if no layer has one.
    pub fn layer(&self, category: &str, subcategory: &str) -> Option<Layer> {
        find(&self.layers, category, subcategory).map(|(layer, _)| layer)
    }

    /// As [`Self::layer`], for the value that templates see.
    pub fn layer_for_templates(&self, category: &str, subcategory: &str) -> Option<Layer> {
        find(self.layers_of_templates(), category, subcategory).map(|(layer, _)| layer)
    }

    /// A setting used as a condition: PHP's truth of its value, or `absent` where it is not set.
    pub fn is_on(&self, category: &str, subcategory: &str, absent: bool) -> bool {
        self.get(category, subcategory).map_or(absent, |value| !value.is_empty())
    }

    /// Whether a switch of Dialplate's own is on. Settings of devices and profiles have no types, so a text `false`, which
    /// is true in PHP, must be off here.
    pub fn is_switched_on(&self, category: &str, subcategory: &str) -> bool {
        match self.get(category, subcategory) {
            Some(Value::Flag(flag)) => *flag,
            Some(Value::Text(text) | Value::Number(text)) => php_boolean(text),
            _ => false,
        }
    }

    pub fn text(&self, category: &str, subcategory: &str) -> Option<&str> {
        self.get(category, subcategory).and_then(Value::as_str)
    }

    /// The names and values of all layers, also of those that a later layer replaces.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        let layers = self.layers.iter().chain(self.of_templates.iter().flatten());
        let values = layers.flat_map(|layer| layer.values.values()).flatten();
        values.map(|(name, value)| (name.as_str(), value))
    }

    /// The settings of a category with a wanted name, in no particular order, as templates see them.
    pub fn of_category<'a>(
        &'a self,
        category: &'a str,
        wanted: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let layers = self.layers_of_templates();
        let of_layer =
            move |at: usize| layers[at].values.get(category).into_iter().flatten().map(move |pair| (at, pair));
        let has =
            move |layer: &LayerValues, name: &str| layer.values.get(category).is_some_and(|all| all.contains_key(name));
        let all = (0..layers.len()).flat_map(of_layer);
        all.filter(move |(at, (name, _))| wanted(name) && !layers[at + 1..].iter().any(|layer| has(layer, name)))
            .map(|(_, (name, value))| (name.as_str(), value))
    }

    /// The settings of a category with these names, as templates see them.
    pub fn named<'a>(&'a self, category: &str, names: &'a [String]) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let layers = self.layers_of_templates().iter().rev();
        let layers: Vec<_> = layers.filter_map(|layer| layer.values.get(category)).collect();
        names.iter().filter_map(move |name| {
            let value = layers.iter().find_map(|layer| layer.get(name))?;
            Some((name.as_str(), value))
        })
    }

    /// Whether templates see a value of this setting.
    pub fn has_for_templates(&self, category: &str, name: &str) -> bool {
        find(self.layers_of_templates(), category, name).is_some_and(|(_, value)| *value != Value::Null)
    }

    fn layers_of_templates(&self) -> &[LayerValues] {
        self.of_templates.as_deref().unwrap_or(&self.layers)
    }
}

/// The value in the last layer that has one.
fn find<'a>(layers: &'a [LayerValues], category: &str, subcategory: &str) -> Option<(Layer, &'a Value)> {
    layers.iter().rev().find_map(|layer| Some((layer.layer, layer.values.get(category)?.get(subcategory)?)))
}

/// Adds a layer unless it is empty.
fn push(layers: &mut Vec<LayerValues>, layer: Layer, values: Arc<Values>) {
    if values.values().any(|category| !category.is_empty()) {
        layers.push(LayerValues { layer, values });
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
    fn layer_of_a_setting_is_that_of_the_value_that_counts() {
        let mut settings = Settings::default();
        settings.add(Layer::Default, &[row("a", "text", "one"), row("b", "text", "two"), row("c", "text", "three")]);
        settings.add(Layer::Domain, &[row("a", "text", "four"), row("b", "text", "")]);
        settings.add_category(Layer::Profile, "provision", [("c".to_owned(), Value::Null)]);
        let layer = |name| settings.layer("provision", name);
        let layers = ["a", "b", "c", "d"].map(layer);
        assert_eq!(layers, [Some(Layer::Domain), Some(Layer::Default), Some(Layer::Profile), None]);
        assert_eq!(settings.layer_for_templates("provision", "a"), Some(Layer::Domain));
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

    #[test]
    fn switch_is_on_only_if_its_text_says_so() {
        let mut settings = Settings::default();
        settings
            .add(Layer::Default, &[row("a", "boolean", "true"), row("b", "text", "true"), row("c", "text", "false")]);
        settings.add_category(Layer::Device, "provision", [("d".to_owned(), Value::Text("1".to_owned()))]);
        let on = ["a", "b", "c", "d", "e"].map(|name| settings.is_switched_on("provision", name));
        assert_eq!(on, [true, true, false, true, false]);
    }

    #[test]
    fn templates_of_older_releases_see_other_values() {
        let seen = |release, name: &str| {
            let mut settings = Settings::of(release);
            settings
                .add(Layer::Default, &[row("a", "boolean", "true"), row("b", "text", "x"), row("d", "numeric", "7")]);
            settings.add(Layer::Domain, &[row("c", "boolean", "false"), row("b", "text", "")]);
            assert!(settings.is_on("provision", "a", false) && !settings.is_on("provision", "c", true));
            assert_eq!(settings.text("provision", "b"), Some("x"));
            let value = settings.of_category("provision", |other| other == name).next().map(|(_, value)| value.clone());
            match value {
                Some(Value::Flag(flag)) => format!("flag {flag}"),
                Some(Value::Text(text)) => text,
                _ => "?".to_owned(),
            }
        };
        for (release, a, b, c) in [
            (Release::V5_0, "true", "", "false"),
            (Release::V5_3, "true", "", "false"),
            (Release::V5_4, "flag true", "x", "false"),
            (Release::V5_5, "flag true", "x", "flag false"),
            (Release::Master, "flag true", "x", "flag false"),
        ] {
            assert_eq!([seen(release, "a"), seen(release, "b"), seen(release, "c")], [a, b, c], "{release:?}");
            assert_eq!(seen(release, "d"), "7");
        }
    }
}
