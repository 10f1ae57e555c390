//! The forms that change plugins, for those who may use them, and the history of swaps.

use super::layout::token;
use super::parts::{cell, table};
use super::visit::Visit;
use crate::api::{COMPONENT, SIGNATURE};
use crate::operator::PluginSwapEntry;
use crate::plugin_install::{HASH_DIGITS, Version};
use maud::{Markup, html};

/// The paths of the forms, and the purposes of their tokens.
pub const INSTALL: &str = "/plugins/install";
pub const UPLOAD: &str = "/plugins/upload";

/// The fields of the forms.
pub const SOURCE: &str = "source";
pub const SHA256: &str = "sha256";
pub const NO_CHECK: &str = "no_check";
pub const TO: &str = "to";
pub const PURGE: &str = "purge";

/// The path of a form for one plugin.
pub fn path(name: &str, change: &str) -> String {
    format!("/plugins/{name}/{change}")
}

/// The two ways to install a plugin.
pub fn install(visit: &Visit, component_bytes_max: u64) -> Markup {
    html! {
        section .card {
            h2 { "Install a plugin" }
            p { "A component is examined, and must keep to the contract of the plugin interface. This takes some seconds." }
            form method="post" action=(visit.desk.path(UPLOAD)) enctype="multipart/form-data" {
                h3 { "From a file" }
                (token(visit, UPLOAD))
                label for="component" { "Component (*.wasm), at most " (component_bytes_max) " bytes" }
                input #component name=(COMPONENT) type="file" accept=".wasm" required;
                label for="signature" { "Signature (*.minisig), if there is one" }
                input #signature name=(SIGNATURE) type="file" accept=".minisig";
                (options("file"))
                button type="submit" { "Install the file" }
            }
            form method="post" action=(visit.desk.path(INSTALL)) {
                h3 { "From a server or a registry" }
                (token(visit, INSTALL))
                label for="source" { "URL (https), or reference of a registry (oci://HOST/NAME[:TAG][@DIGEST])" }
                input #source name=(SOURCE) type="text" maxlength="2048" required autocomplete="off" spellcheck="false";
                (options("url"))
                button type="submit" { "Fetch and install" }
            }
        }
    }
}

/// What both ways have. `way` is a part of the ids.
fn options(way: &str) -> Markup {
    let (hash, check) = (format!("sha256-{way}"), format!("no-check-{way}"));
    html! {
        label for=(hash) { "SHA-256 that it must have, if you know it" }
        input id=(hash) name=(SHA256) type="text" maxlength="64" size="64" autocomplete="off" spellcheck="false";
        div .tick {
            input id=(check) name=(NO_CHECK) type="checkbox" value="1";
            label for=(check) { "Leave out the conformance check" }
        }
    }
}

/// The kept versions of a plugin, each with a button that puts it back.
pub fn kept(visit: &Visit, plugin: &str, versions: &[Version]) -> Markup {
    let purpose = path(plugin, "rollback");
    html! {
        @for version in versions {
            form .kept method="post" action=(visit.desk.path(&purpose)) {
                (token(visit, &purpose))
                input type="hidden" name=(TO) value=(version.sha256);
                button type="submit" { "Put " (version.version) " back" }
                " SHA-256 " code { (version.sha256) }
            }
        }
    }
}

/// The button that removes a plugin, one step away.
pub fn remove(visit: &Visit, plugin: &str) -> Markup {
    let (purpose, id) = (path(plugin, "remove"), format!("purge-{plugin}"));
    html! {
        details {
            summary { "Remove " (plugin) }
            form method="post" action=(visit.desk.path(&purpose)) {
                (token(visit, &purpose))
                div .tick {
                    input id=(id) name=(PURGE) type="checkbox" value="1";
                    label for=(id) { "Remove its kept versions, too, so that none can be put back" }
                }
                button type="submit" { "Remove " (plugin) " now" }
            }
        }
    }
}

/// Which versions took the place of others.
pub fn history(swaps: &[PluginSwapEntry]) -> Markup {
    let row = |swap: &PluginSwapEntry| {
        vec![cell(&swap.time), cell(&swap.plugin), version(swap.before.as_ref()), version(swap.after.as_ref())]
    };
    let rows: Vec<_> = swaps.iter().map(row).collect();
    html! {
        h2 { "History" }
        @if rows.is_empty() { p { "No swap of a plugin is known." } }
        @else {
            p .quiet { "The last swaps, the newest first. Those before the start of the server are in the journal, if it is on." }
            (table("Swaps", &["Time (UTC)", "Plugin", "Before", "After"], &rows, None))
        }
    }
}

fn version(version: Option<&Version>) -> Markup {
    html! {
        @match version {
            Some(Version { version, sha256 }) => {
                (version) " " code title=(sha256) { (sha256.get(..HASH_DIGITS).unwrap_or(sha256)) }
            }
            None => "none",
        }
    }
}
