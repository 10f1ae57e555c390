//! `dialplate plugin inspect`: what a component says about itself, and what it needs.

use super::config::Config;
use super::error::Error;
use super::shown::{grouped, shown};
use super::signature::InspectedSignature;
use super::texts;
use crate::plugin::{self, Action, Description, Examined};
use crate::templates::Texts;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The package of the interface.
const PACKAGE: &str = "dialplate:provision";
/// The column at which values begin.
const COLUMN: usize = 12;

#[derive(Serialize)]
pub struct Inspection {
    pub file: String,
    pub name: String,
    pub version: String,
    /// The version of the interface.
    pub interface: &'static str,
    /// Whether it serves every vendor that no other plugin serves.
    pub any: bool,
    pub vendors: Vec<InspectedVendor>,
    pub user_agents: Vec<InspectedUserAgent>,
    /// The template files in the folders of its vendors, by name.
    pub files: Vec<InspectedFile>,
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    pub bytes: usize,
    pub sha256: String,
    pub signature: InspectedSignature,
}

#[derive(Serialize)]
pub struct InspectedVendor {
    pub name: String,
    pub ouis: Vec<String>,
    /// The Event header of the NOTIFY for each action.
    pub resync: Option<String>,
    pub reboot: Option<String>,
}

#[derive(Serialize)]
pub struct InspectedUserAgent {
    pub pattern: String,
    pub vendor: String,
    pub template: Option<String>,
}

#[derive(Serialize)]
pub struct InspectedFile {
    pub name: String,
    /// How many template folders have it.
    pub folders: usize,
}

/// Reads a component, and the template folders of the configuration.
///
/// # Errors
/// The file cannot be a plugin, or the templates cannot be read.
pub async fn inspect(config: &Config, file: &Path) -> Result<Inspection, Error> {
    let engine = config.engine()?;
    let failed = |error| Error::Component { file: file.to_owned(), error: Box::new(error) };
    let examined = plugin::examine(&engine, file).await.map_err(failed)?;
    let signature = InspectedSignature::of(config, file, &examined);
    let Examined { description, interface, imports, exports, bytes, sha256, .. } = examined;
    let files = files(&description, &texts::read(config.templates.clone()).await?);
    let Description { name, version, vendors, user_agents, any } = description;
    let vendors = vendors.into_iter().map(|vendor| {
        let event = |action: Action| {
            let event = vendor.events.iter().find(|(described, _)| *described == action);
            event.map(|(_, event)| event.clone())
        };
        let (resync, reboot) = (event(Action::Resync), event(Action::Reboot));
        InspectedVendor { name: vendor.name, ouis: vendor.ouis, resync, reboot }
    });
    let agents = user_agents.into_iter().map(|agent| {
        let plugin::UserAgent { pattern, vendor, template } = agent;
        InspectedUserAgent { pattern, vendor, template }
    });
    let (vendors, user_agents, file) = (vendors.collect(), agents.collect(), file.display().to_string());
    Ok(Inspection {
        file,
        name,
        version,
        interface,
        any,
        vendors,
        user_agents,
        files,
        imports,
        exports,
        bytes,
        sha256,
        signature,
    })
}

fn files(description: &Description, texts: &Texts) -> Vec<InspectedFile> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for file in texts.files().filter(|file| description.vendor_of(&file.folder).is_some()) {
        *names.entry(&file.file).or_default() += 1;
    }
    names.into_iter().map(|(name, folders)| InspectedFile { name: name.to_owned(), folders }).collect()
}

impl Inspection {
    /// Everything for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}\n", self.name, shown(&self.version));
        let mut put = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:COLUMN$}{}", shown(value));
        };
        put("interface", &format!("{PACKAGE} {}", self.interface));
        put("file", &self.file);
        put("size", &format!("{} bytes", grouped(self.bytes as u64)));
        put("SHA-256", &self.sha256);
        put("signature", &self.signature.to_text());
        put("imports", &self.imports.join(", "));
        put("exports", &self.exports.join(", "));
        if self.any {
            put("serves", "also every vendor that no other plugin serves");
        }
        for vendor in &self.vendors {
            put("vendor", &vendor.name);
            put("  OUIs", &or_none(&vendor.ouis.join(" ")));
            put("  resync", vendor.resync.as_deref().unwrap_or("none"));
            put("  reboot", vendor.reboot.as_deref().unwrap_or("none"));
        }
        for agent in &self.user_agents {
            let template = agent.template.as_ref().map_or_else(String::new, |template| format!(", {template}"));
            put("User-Agent", &format!("{}  ({}{template})", agent.pattern, agent.vendor));
        }
        for file in &self.files {
            let folders = if file.folders == 1 { "folder" } else { "folders" };
            put("template", &format!("{}  ({} {folders})", file.name, file.folders));
        }
        if self.files.is_empty() {
            put("template", "none in the configured template folders (--templates)");
        }
        text
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { text.to_owned() }
}
