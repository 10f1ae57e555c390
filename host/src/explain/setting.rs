//! A setting that a decision or a template reads, with its value and its layer.

use crate::facts::{HIDDEN, Layer, Settings, Value, is_secret, without_credentials};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The layer of a setting that no row sets.
const BUILT_IN: &str = "built-in";

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SettingUse {
    pub category: String,
    pub name: String,
    /// A text, a boolean, a list of texts, or null if no row sets it; `(hidden)` for a secret.
    pub value: Json,
    /// `built-in`, `default`, `domain`, `profile`, `device`, or `computed` for what the server computes.
    pub layer: String,
}

impl SettingUse {
    /// The setting that decides.
    pub fn of(settings: &Settings, category: &str, name: &str) -> Self {
        Self::new((category, name), settings.get(category, name), settings.layer(category, name))
    }

    /// A setting as templates see it.
    pub fn for_template(settings: &Settings, name: &str, value: &Value) -> Self {
        Self::new(("provision", name), Some(value), settings.layer_for_templates("provision", name))
    }

    fn new((category, name): (&str, &str), value: Option<&Value>, layer: Option<Layer>) -> Self {
        Self {
            category: category.to_owned(),
            name: name.to_owned(),
            value: value.map_or(Json::Null, |value| shown(name, value)),
            layer: layer.map_or(BUILT_IN, Layer::name).to_owned(),
        }
    }
}

/// These settings, as category and name, as they decide.
pub fn settings_of(settings: &Settings, names: &[(&str, &str)]) -> Vec<SettingUse> {
    names.iter().map(|(category, name)| SettingUse::of(settings, category, name)).collect()
}

fn shown(name: &str, value: &Value) -> Json {
    let text = |text: &str| if is_secret(name) { HIDDEN.to_owned() } else { without_credentials(text) };
    match value {
        Value::Null => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        // An empty secret is none.
        Value::Text(shown) | Value::Number(shown) if shown.is_empty() => Json::String(String::new()),
        Value::Text(shown) | Value::Number(shown) => Json::String(text(shown)),
        Value::Items(items) => Json::Array(items.iter().map(|item| Json::String(text(item))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::SettingRow;
    use serde_json::json;

    #[test]
    fn setting_has_value_and_layer_and_no_secret() {
        let row = |name: &str, kind: &str, value: &str| SettingRow {
            category: "provision".into(),
            subcategory: name.into(),
            kind: kind.into(),
            value: Some(value.into()),
        };
        let mut settings = Settings::default();
        settings
            .add(Layer::Default, &[row("enabled", "boolean", "true"), row("http_auth_password", "array", "s3cret")]);
        settings.add(Layer::Domain, &[row("firmware_url", "text", "https://u:s3cret@files.example.net/")]);
        let of = |name| {
            let SettingUse { value, layer, .. } = SettingUse::of(&settings, "provision", name);
            (value, layer)
        };
        assert_eq!(of("enabled"), (json!(true), "default".into()));
        assert_eq!(of("http_auth_password"), (json!(["(hidden)"]), "default".into()));
        assert_eq!(of("firmware_url"), (json!("https://(hidden)@files.example.net/"), "domain".into()));
        assert_eq!(of("cidr"), (Json::Null, "built-in".into()));
    }
}
