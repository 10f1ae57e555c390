//! What is printed from the registry: the help, the default file, the Markdown table, the values in force.

use super::keys::{ConfigKey, DefaultValue, KEYS, LIMITS, PERMISSIONS, PLUGINS};
use super::source::{EffectiveValue, LIST, ValueOrigin};
use std::fmt::Write;

/// Columns of the comments in the default file.
const WIDTH: usize = 100;

/// The help of a key's flag.
pub fn help(key: &ConfigKey) -> String {
    let default = match &key.default {
        DefaultValue::Fixed(default) => default,
        DefaultValue::Absent { meaning, .. } => *meaning,
    };
    let bounds = key.bounds.as_ref().map(|bounds| format!(", {} to {}", bounds.start(), bounds.end()));
    format!("{} [default: {default}{}] [env: {}]", key.doc, bounds.unwrap_or_default(), key.environment())
}

/// A configuration file that changes nothing: each key's documentation, and its default commented out, or an example if
/// it has no fixed default.
pub fn default_file() -> String {
    let mut text = "# Dialplate's configuration. Every value below is commented out and equals the default, or is an\n\
                    # example if the default is not a fixed value.\n"
        .to_owned();
    for key in KEYS.iter() {
        let (default, value) = match &key.default {
            DefaultValue::Fixed(default) => (String::new(), default.as_str()),
            DefaultValue::Absent { meaning, example } => (format!(" Default: {meaning}. Example:"), *example),
        };
        let bounds = key.bounds.as_ref().map(|it| format!(" From {} to {} {}.", it.start(), it.end(), key.unit));
        text.push('\n');
        comment(&mut text, &format!("{}.{}{default}", key.doc, bounds.unwrap_or_default()));
        let _ = writeln!(text, "#{} = {}", key.name, toml_value(key, value));
    }
    text.push('\n');
    let names: Vec<_> = PERMISSIONS.iter().map(|key| key.name).chain(LIMITS).collect();
    comment(
        &mut text,
        &format!(
            "A section [{PLUGINS}.NAME] at the end of this file is for one plugin, and may have these keys: {}. With a section, \
             the plugins' folder is written as `folder` in a section [{PLUGINS}].",
            names.join(", ")
        ),
    );
    text
}

/// The settings tables of `docs/administration.md`.
pub fn markdown_table() -> String {
    let mut text = table(&KEYS);
    let _ = writeln!(text, "\nIn a section `[{PLUGINS}.NAME]`, for one plugin:\n\n{}", table(&PERMISSIONS));
    let limits: Vec<_> = LIMITS.iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(text, "and limits of its own, in place of the server's: {}.", limits.join(", "));
    text
}

fn table(keys: &[ConfigKey]) -> String {
    let mut text = "| Key | Value | Default | Meaning |\n|---|---|---|---|\n".to_owned();
    for key in keys {
        let unit = match &key.bounds {
            Some(bounds) => format!("{}, {} to {}", key.unit, bounds.start(), bounds.end()),
            None => key.unit.to_owned(),
        };
        let default = match &key.default {
            DefaultValue::Fixed(default) => format!("`{default}`"),
            DefaultValue::Absent { meaning, .. } => (*meaning).to_owned(),
        };
        let _ = writeln!(text, "| `{}` | {unit} | {default} | {} |", key.name, key.doc);
    }
    text
}

/// One line per key: its value in force, and where that comes from.
pub fn effective_lines(values: &[EffectiveValue]) -> String {
    let (mut text, mut section) = (String::new(), None);
    for value in values {
        let (key, origin) = (value.key, value.origin_text());
        if let ValueOrigin::Section { plugin, .. } = &value.origin
            && section.replace(plugin) != Some(plugin)
        {
            let _ = writeln!(text, "\n[{PLUGINS}.{plugin}]");
        }
        let _ = match (&value.value, &key.default) {
            (Some(shown), _) => writeln!(text, "{} = {}  # {origin}", key.name, toml_value(key, shown)),
            (None, DefaultValue::Absent { meaning, .. }) => writeln!(text, "# {} is not set: {meaning}", key.name),
            (None, DefaultValue::Fixed(_)) => Ok(()),
        };
    }
    text
}

fn toml_value(key: &ConfigKey, text: &str) -> String {
    match text {
        _ if key.bounds.is_some() => text.to_owned(),
        "true" | "false" => text.to_owned(),
        _ if text.contains(LIST) => toml::Value::from(text.split(LIST).collect::<Vec<_>>()).to_string(),
        _ => toml::Value::from(text).to_string(),
    }
}

/// Wraps a text into comment lines.
fn comment(out: &mut String, text: &str) {
    let mut line = "#".to_owned();
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}
