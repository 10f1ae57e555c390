//! The description is complete, is the same on each call, and claims nothing twice, nor what another component claims.

use super::super::neighbours::examine_each;
use super::clashes;
use super::report::{DESCRIPTION, Findings, PointReport};
use crate::plugin::{self, Action, COMPONENTS_MAX, Description, Engine, Examined, LoadError};
use std::path::Path;

/// The engine that knows no earlier description, and the one with the server's cache.
pub struct Engines<'a> {
    pub uncached: &'a Engine,
    pub cached: &'a Engine,
}

/// Examines the description of a component that a server would accept. `others` is the folder of the plugins.
///
/// # Errors
/// The component cannot be described again.
pub async fn examine(
    engines: Engines<'_>,
    component: &Path,
    examined: &Examined,
    others: &Path,
) -> Result<PointReport, LoadError> {
    let (description, mut findings) = (&examined.description, Findings::default());
    complete(description, &mut findings);
    clashes::examine(description, &mut findings);
    let again = plugin::examine(engines.uncached, component).await?;
    if text(&again.description) != text(description) {
        findings.add("`describe` returns something else when it is called again");
    }
    let others = others_in(engines.cached, component, &examined.sha256, description, others).await;
    if let Some(clash) = plugin::clash(description, &others) {
        findings.add(clash.to_string());
    }
    for other in &others {
        shared(description, other, &mut findings);
    }
    let summary = format!(
        "{} vendors, {} User-Agents, compared with {} other components",
        description.vendors.len(),
        description.user_agents.len(),
        others.len()
    );
    Ok(findings.report(DESCRIPTION, summary))
}

fn complete(description: &Description, findings: &mut Findings) {
    if description.version.trim().is_empty() {
        findings.add("the version is empty");
    }
    for vendor in &description.vendors {
        for (action, name) in [(Action::Resync, "resync"), (Action::Reboot, "reboot")] {
            if !vendor.events.iter().any(|(described, event)| *described == action && !event.is_empty()) {
                findings.add(format!("vendor {:?} has no event for {name}", vendor.name));
            }
        }
    }
    for agent in &description.user_agents {
        if let Some(template) = agent.template.as_deref().filter(|template| description.vendor_of(template).is_none()) {
            findings.add(format!("the template {template:?} of a User-Agent is in no folder of its vendors"));
        }
    }
    let recognises = !description.user_agents.is_empty() || description.vendors.iter().any(|it| !it.ouis.is_empty());
    if !recognises {
        findings.add("it recognises no phone: it has neither an OUI nor a User-Agent");
    }
}

fn text(description: &Description) -> String {
    serde_json::to_string(description).unwrap_or_default()
}

/// The descriptions of the other components in a folder. Another version of the same plugin is none: it will be replaced.
async fn others_in(
    engine: &Engine,
    component: &Path,
    sha256: &str,
    description: &Description,
    folder: &Path,
) -> Vec<Description> {
    let component = component.canonicalize().ok();
    let mut files = plugin::files(folder).unwrap_or_default();
    files.retain(|file| file.canonicalize().ok() != component);
    files.truncate(COMPONENTS_MAX);
    // A server would refuse the others.
    let examined = examine_each(engine, files).await.into_iter().filter_map(|found| found.component.ok());
    let others = examined.filter(|other| other.sha256 != sha256 && other.description.name != description.name);
    others.map(|other| other.description).collect()
}

/// OUIs and patterns that another plugin has as well: the plugin whose file comes first would get the phones. One of the two
/// that serves every other vendor yields.
fn shared(description: &Description, other: &Description, findings: &mut Findings) {
    if description.any || other.any {
        return;
    }
    for oui in description.vendors.iter().flat_map(|vendor| &vendor.ouis) {
        if other.vendors.iter().any(|vendor| vendor.ouis.contains(oui)) {
            findings.add(format!("the OUI {oui} is one of the plugin {:?} as well", other.name));
        }
    }
    for agent in &description.user_agents {
        if other.user_agents.iter().any(|its| its.pattern == agent.pattern) {
            findings.add(format!(
                "the User-Agent pattern {:?} is one of the plugin {:?} as well",
                agent.pattern, other.name
            ));
        }
    }
}
