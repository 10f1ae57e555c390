//! The running server, by its admin endpoint.

use super::fetch::fetch;
use super::finding::Finding;
use crate::config::AdminListen;
use crate::http::{self, ListedPlugin, ListedSignature, Listing};
use axum::http::Method;

/// Whether the server runs, and in which state it is.
pub struct Running {
    pub is_running: bool,
    pub findings: Vec<Finding>,
}

pub async fn check(admin: AdminListen) -> Running {
    let Some(address) = admin.address() else {
        let advice = "set admin_listen to examine the running server, and for metrics and `dialplate plugin list`";
        let finding = Finding::warning("server", "admin_listen is off, so the running server cannot be asked", advice);
        return Running { is_running: false, findings: vec![finding] };
    };
    let answered = fetch(Method::GET, &format!("http://{address}/plugins"), (http::CALLER, "doctor")).await;
    let listing = answered.ok().and_then(|answer| serde_json::from_str::<Listing>(&answer.body).ok());
    let Some(listing) = listing else {
        let message = format!("no server answers at {address} (admin_listen)");
        let advice = "start it: `systemctl start dialplate`, or `dialplate serve`";
        return Running { is_running: false, findings: vec![Finding::warning("server", message, advice)] };
    };
    let mut findings = vec![version(&listing)];
    for plugin in listing.plugins.iter().filter(|plugin| plugin.is_failing()) {
        let reason = plugin.because.as_deref().unwrap_or("it fails");
        let message = format!("the plugin {} fails: {reason}", plugin.name);
        findings.push(Finding::error("server", message, "`dialplate plugin list` and the server's log say why"));
    }
    for (plugin, last) in listing.plugins.iter().filter_map(expired) {
        let message = format!(
            "the signature of the plugin {plugin} expired after {last}: it serves, and is refused when the server starts again"
        );
        let advice = "get a newer signature from its publisher: `dialplate plugin update`";
        findings.push(Finding::warning("server", message, advice));
    }
    for folder in &listing.silent {
        let message = format!("{folder} does not answer; requests that need it get 503");
        findings.push(Finding::error("server", message, "check the file system of this folder"));
    }
    if let Some(trouble) = &listing.reload.trouble {
        let message = format!("the last reload failed: {trouble}");
        findings.push(Finding::warning("server", message, "correct it; what was loaded before stays active"));
    }
    Running { is_running: true, findings }
}

/// A plugin whose signature has expired since it was loaded, with the last day.
fn expired(plugin: &ListedPlugin) -> Option<(&str, &str)> {
    match plugin.signature.as_ref()? {
        ListedSignature::Valid { expires: Some(last), expired: true, .. } => Some((&plugin.name, last)),
        _ => None,
    }
}

fn version(listing: &Listing) -> Finding {
    let (running, own) = (&listing.version, env!("CARGO_PKG_VERSION"));
    if running == own {
        return Finding::ok("server", format!("dialplate {running} is running"));
    }
    let message = format!("dialplate {running} is running, and {own} is installed");
    Finding::warning("server", message, "restart it: `systemctl restart dialplate`")
}
