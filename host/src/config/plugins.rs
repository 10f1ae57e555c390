//! The plugins' folder and limits, and the sections `[plugins.NAME]`.

use super::folders::{next_to, read_folder_in_data};
use super::plugin_signature;
use super::source::{ConfigSource, ValueOrigin, items, parse_flag};
use crate::plugin::{ANY_VENDOR, Config, Permissions, is_name};
use crate::plugin_signature::Policy;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub fn read_folder(source: &mut ConfigSource, program: Option<&Path>) -> PathBuf {
    source.optional("plugins", |text| Ok(text.into())).unwrap_or_else(|| {
        let folder = next_to(program, "plugins");
        source.found("plugins", folder.display().to_string(), ValueOrigin::Default);
        folder
    })
}

/// The limits of the server, and the configuration of each plugin that has a section.
pub fn read(source: &mut ConfigSource) -> Config {
    let config = Config { signatures: plugin_signature::read(source), ..read_one(source) };
    let mut plugins = BTreeMap::new();
    for name in source.sections() {
        let mut section = source.section(&name);
        let (permissions, signatures) = (read_permissions(&mut section), config.signatures.clone());
        plugins.insert(name, Config { permissions, signatures, ..read_one(&mut section) });
        source.adopt_errors(section);
    }
    Config { plugins, ..config }
}

fn read_one(source: &mut ConfigSource) -> Config {
    Config {
        cache: Some(read_folder_in_data(source, "cache")),
        compiler: None,
        cache_bytes_max: source.number("cache_bytes_max"),
        compile_cpu_s_max: source.number("compile_cpu_s_max"),
        compile_memory_bytes_max: source.number("compile_memory_bytes_max"),
        code_bytes_max: source.number("code_bytes_max"),
        component_bytes_max: source.number("component_bytes_max"),
        render_timeout_ms: source.number("render_timeout_ms"),
        prepare_timeout_ms: source.number("prepare_timeout_ms"),
        render_memory_bytes_max: source.number("render_memory_bytes_max"),
        prepare_memory_bytes_max: source.number("prepare_memory_bytes_max"),
        output_bytes_max: source.number("output_bytes_max"),
        prepare_output_bytes_max: source.number("prepare_output_bytes_max"),
        stack_bytes_max: source.number("stack_bytes_max"),
        table_entries_max: source.number("table_entries_max"),
        log_lines_max: source.number("log_lines_max"),
        log_line_chars_max: source.number("log_line_chars_max"),
        contacts_rows_max: source.number("contacts_rows_max"),
        questions_max: source.number("questions_max"),
        instances_max: source.number("instances_max"),
        failures_max: source.number("failures_max"),
        permissions: Permissions::default(),
        plugins: BTreeMap::new(),
        counts_instructions: false,
        signatures: Policy::default(),
    }
}

fn read_permissions(section: &mut ConfigSource) -> Permissions {
    Permissions {
        vendors: section.optional("vendors", |text| items(text).map(parse_permitted).collect()),
        ouis: section.optional("ouis", |text| items(text).map(parse_oui).collect()),
        contacts: section.optional("contacts", parse_flag).unwrap_or(true),
    }
}

fn parse_permitted(text: &str) -> Result<String, String> {
    let name = text.to_ascii_lowercase();
    if is_name(&name) || name == ANY_VENDOR {
        return Ok(name);
    }
    Err(format!(
        "`{text}` is not a vendor; write for instance snom, or {ANY_VENDOR} for every vendor that no other plugin serves"
    ))
}

/// An OUI as an operator writes it: with or without separators, in any case.
fn parse_oui(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    match digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(digits.to_ascii_lowercase()),
        false => Err(format!("`{text}` is not an OUI; write its six hexadecimal digits, for instance 000413")),
    }
}
