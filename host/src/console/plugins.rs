//! The loaded plugins, the button that reloads, and the forms that change plugins.

use super::answer::Page;
use super::form::Form;
use super::layout::{self, PLUGINS};
use super::parts::{cell, facts};
use super::plugin_forms;
use super::problem;
use super::visit::Visit;
use crate::http::{ListedPlugin, ListedSignature, Listing, PluginStatus, Reloaded};
use crate::operator::{PluginLimits, PluginPage};
use axum::body::Bytes;
use maud::{Markup, html};

/// The path of the reload, and the purpose of its token.
pub const RELOAD: &str = "/plugins/reload";

pub async fn get(visit: Visit) -> Page {
    shown(&visit, None).await
}

/// Looks at templates and plugins now, and waits until everything that changed is checked.
pub async fn reload(visit: Visit, body: Bytes) -> Page {
    layout::check(&visit, &Form::parse(&body), RELOAD)?;
    let reloaded = visit.desk.operations.reload(&visit.principal, visit.client()).await;
    let reloaded = reloaded.map_err(problem::refuse(&visit))?;
    shown(&visit, Some(&outcome(&reloaded))).await
}

/// The page, with what an action came to.
pub async fn shown(visit: &Visit, outcome: Option<&Markup>) -> Page {
    let page = visit.desk.operations.plugins(&visit.principal).await.map_err(problem::refuse(visit))?;
    Ok(layout::page(visit, PLUGINS, &content(visit, &page, outcome)))
}

fn content(visit: &Visit, page: &PluginPage, outcome: Option<&Markup>) -> Markup {
    let (listing, is_admin) = (&page.listing, visit.grant.is_admin);
    let is_listed = |name: &str| listing.plugins.iter().any(|plugin| plugin.name == name);
    let removed = page.kept.iter().filter(|kept| !is_listed(&kept.plugin));
    let limits = |name: &str| page.limits.iter().find(|limits| limits.plugin == name);
    html! {
        @if let Some(outcome) = outcome { (outcome) }
        (state(listing))
        @if is_admin { (layout::button(visit, RELOAD, "Reload templates and plugins")) }
        @for refused in &listing.refused {
            section .card {
                h2 { "Refused: " (refused.file) }
                p .error { (refused.error) }
                p { "Since " (refused.since) ". " @if refused.old_serves { "The version loaded before serves." } }
            }
        }
        @if let Some(error) = &page.kept_error { p .error { "Kept versions: " (error) } }
        @for plugin in &listing.plugins {
            section .card {
                (card(plugin, limits(&plugin.name)))
                (versions(visit, page, &plugin.name))
                @if is_admin { (plugin_forms::remove(visit, &plugin.name)) }
            }
        }
        @for kept in removed {
            section .card {
                h2 { (kept.plugin) ", which is not loaded" }
                (versions(visit, page, &kept.plugin))
            }
        }
        @if is_admin { (plugin_forms::install(visit, page.component_bytes_max)) }
        (plugin_forms::history(&page.history))
    }
}

/// The versions of a plugin that can be put back.
fn versions(visit: &Visit, page: &PluginPage, plugin: &str) -> Markup {
    let Some(kept) = page.kept.iter().find(|kept| kept.plugin == plugin) else { return html! {} };
    html! {
        h3 { "Kept versions" }
        @if visit.grant.is_admin { (plugin_forms::kept(visit, plugin, &kept.versions)) }
        @else {
            ul { @for version in &kept.versions { li { (version.version) " SHA-256 " code { (version.sha256) } } } }
        }
    }
}

fn outcome(reloaded: &Reloaded) -> Markup {
    html! {
        div role="status" {
            p .good[reloaded.wrong.is_empty()] { "Reloaded. Snapshots since the start: " (reloaded.swaps) "." }
            @for wrong in &reloaded.wrong { p .error { (wrong) } }
            @for warning in &reloaded.warnings { p .warn { (warning) } }
        }
    }
}

fn state(listing: &Listing) -> Markup {
    let reload = &listing.reload;
    html! {
        (facts(&[
            ("Server", html! { "Dialplate " (listing.version) }),
            ("Templates", html! { (listing.templates.files) " files in " (listing.templates.folders) " folders" }),
            ("Swaps since the start", cell(reload.swaps)),
            (
                "Last reload",
                html! { @if let Some(last) = &reload.last { (last.at) ", " (last.outcome) ", " (last.duration_ms) " ms" } },
            ),
            ("Looks twice a second, because", cell(reload.polling_because.as_deref().unwrap_or_default())),
            ("Cannot read", cell(reload.trouble.as_deref().unwrap_or_default())),
            ("Do not answer", cell(listing.silent.join(", "))),
        ]))
    }
}

fn card(plugin: &ListedPlugin, limits: Option<&PluginLimits>) -> Markup {
    let others = if plugin.vendors.is_empty() {
        "every vendor without another plugin"
    } else {
        ", and every vendor without another plugin"
    };
    let last = plugin.last_failure.as_ref();
    html! {
        h2 { (plugin.name) " " (plugin.version) }
        (status(plugin))
        (facts(&[
            ("Vendors", html! { (plugin.vendors.join(", ")) @if plugin.any { (others) } }),
            ("File", html! { code { (plugin.file) } }),
            ("SHA-256", html! { code { (plugin.sha256) } }),
            ("Signature", cell(signature(plugin.signature.as_ref()))),
            ("Loaded", cell(&plugin.since)),
            ("Templates", html! { (plugin.templates) ", " (plugin.template_faults) " of them with faults" }),
            ("Memory", cell(mebibytes(plugin.memory_bytes))),
            ("Renders", html! { (plugin.renders) ", " (plugin.failures) " failed" }),
            ("Last failure", html! { @if let Some(last) = last { (last.at) ", " (last.kind) ": " (last.message) } }),
            ("Limits", html! { @if let Some(limits) = limits { (limit_text(limits)) } }),
        ]))
    }
}

fn limit_text(limits: &PluginLimits) -> String {
    let mut text = format!(
        "{} ms, {} of memory and {} of output for a render, {} renders at once",
        limits.render_timeout_ms,
        mebibytes(limits.render_memory_bytes_max),
        mebibytes(limits.output_bytes_max),
        limits.instances_max
    );
    if let Some(vendors) = &limits.vendors {
        text += &format!("; only for the vendors {}", vendors.join(", "));
    }
    if let Some(ouis) = &limits.ouis {
        text += &format!("; only for the OUIs {}", ouis.join(", "));
    }
    if !limits.contacts {
        text += "; without contacts";
    }
    text
}

fn status(plugin: &ListedPlugin) -> Markup {
    let (class, text) = match plugin.state {
        PluginStatus::Ok => ("good", "Serves"),
        PluginStatus::Failing => ("bad", "Fails, and is tried again from time to time"),
        PluginStatus::LastGoodServes => ("bad", "Fails; its last good version serves"),
        PluginStatus::OldServes => ("warn", "The changed file was refused; the version loaded before serves"),
    };
    html! {
        p class=(class) { (text) }
        @if let Some(because) = &plugin.because { p .error { (because) } }
    }
}

fn signature(signature: Option<&ListedSignature>) -> String {
    match signature {
        None => "not checked: no key is trusted".to_owned(),
        Some(ListedSignature::Unsigned) => "none".to_owned(),
        Some(ListedSignature::Valid { key, expires: None, .. }) => format!("valid, key {key}"),
        Some(ListedSignature::Valid { key, expires: Some(last), expired: true }) => {
            format!("expired on {last}, key {key}")
        }
        Some(ListedSignature::Valid { key, expires: Some(last), .. }) => format!("valid until {last}, key {key}"),
    }
}

fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
