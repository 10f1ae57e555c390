//! The list of plugins for a terminal.

use super::list::{Installed, List, Removed};
use crate::admin_command::{aligned, listing_text};
use crate::plugin_install::{HASH_DIGITS, Version};
use crate::plugin_kit::shown;

impl List {
    pub fn to_text(&self) -> String {
        let mut text = match &self.listing {
            Some(listing) => listing_text(listing),
            None => table(&self.installed),
        };
        for installed in &self.installed {
            let Some(plugin) = &installed.plugin else { continue };
            if let Some(url) = &installed.url {
                text += &format!("{plugin} is from {}\n", shown(url));
            }
            if !installed.kept.is_empty() {
                text += &format!("{plugin} can be rolled back to {}\n", versions(&installed.kept));
            }
        }
        for Removed { plugin, kept } in self.removed.iter().filter(|removed| !removed.kept.is_empty()) {
            text += &format!("{plugin} was removed, and can be rolled back to {}\n", versions(kept));
        }
        text
    }
}

fn versions(kept: &[Version]) -> String {
    kept.iter().map(Version::text).collect::<Vec<_>>().join(", ")
}

/// The components in the folder, as a server would load them.
fn table(installed: &[Installed]) -> String {
    let heads = ["PLUGIN", "VERSION", "INSTALLED", "SHA-256", "FILE"];
    let mut rows = vec![heads.map(str::to_owned)];
    for found in installed.iter().filter(|found| found.error.is_none()) {
        rows.push([
            found.plugin.clone().unwrap_or_default(),
            shown(found.version.as_deref().unwrap_or_default()),
            found.installed.clone().unwrap_or_else(|| "copied".to_owned()),
            found.sha256.chars().take(HASH_DIGITS).collect(),
            found.file.clone(),
        ]);
    }
    let mut text = aligned(&rows) + "\n";
    for found in installed {
        text.extend(found.error.iter().map(|error| format!("{} {error}\n", found.file)));
    }
    text
}
