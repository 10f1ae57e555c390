//! An explanation as lines for a terminal.

use super::change::{Change, Comparison};
use super::report::{
    CheckPart, CheckVerdict, DevicePart, DocumentPart, DomainPart, Explanation, LimitsPart, NamedPart, PluginPart,
    RequestPart, RulePart, TemplatePart,
};
use super::setting::SettingUse;
use crate::facts::is_control;
use serde_json::Value as Json;

/// The width of the names at the beginning of the lines.
const NAME_CHARS: usize = 10;

/// Lines, each with a name.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, text: &str) {
        // A phone chose some of these texts, and a terminal would obey their control characters.
        let text: String = text.chars().map(|c| if is_control(c) { '?' } else { c }).collect();
        self.0 += format!("{name:<NAME_CHARS$}{text}").trim_end();
        self.0.push('\n');
    }
}

/// The explanation, one decision a line.
pub fn text(explanation: &Explanation) -> String {
    let mut lines = Lines::default();
    request(&mut lines, &explanation.request);
    if let Some(part) = &explanation.device {
        device(&mut lines, part);
    }
    if let Some(part) = &explanation.domain {
        domain(&mut lines, part);
    }
    for (at, part) in explanation.checks.iter().enumerate() {
        lines.add(if at == 0 { "checks" } else { "" }, &check(part));
    }
    if let Some(part) = &explanation.limits {
        limits(&mut lines, part);
    }
    if let Some(part) = &explanation.template {
        template(&mut lines, part);
    }
    if let Some(part) = &explanation.plugin {
        plugin(&mut lines, part);
    }
    settings(&mut lines, explanation);
    if let Some(part) = &explanation.document {
        document(&mut lines, part);
    }
    result(&mut lines, explanation);
    lines.0
}

fn request(lines: &mut Lines, part: &RequestPart) {
    let RequestPart { method, path, host, client, https, user_agent, credentials, rule, file, parameters } = part;
    let scheme = if *https { "https" } else { "http" };
    lines.add("request", &format!("{method} {path} of host {host} over {scheme}, from {client}"));
    if !user_agent.is_empty() {
        lines.add("", &format!("User-Agent {user_agent}"));
    }
    lines.add("", &format!("credentials: {}", credentials.as_deref().unwrap_or("none")));
    let rule = match rule {
        None => "no rule reads this path".to_owned(),
        Some(RulePart { kind, pattern: Some(pattern), url_forms }) => {
            format!("{kind} URL, rule {pattern} (url_forms {})", url_forms.as_deref().unwrap_or_default())
        }
        Some(RulePart { kind, .. }) => match kind.as_str() {
            "page" => "FusionPBX's page, whose parameters come from query and form".to_owned(),
            "template" => "an unrendered template".to_owned(),
            "upload" => "a file that phones send back".to_owned(),
            _ => "a public file".to_owned(),
        },
    };
    lines.add("URL", &rule);
    if !parameters.is_empty() {
        let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        lines.add("", &format!("parameters {}", pairs.join(" ")));
    }
    lines.add("", &file.as_ref().map_or("no file named".to_owned(), |file| format!("file {file}")));
}

fn device(lines: &mut Lines, part: &DevicePart) {
    let NamedPart { by, parameter, place, plugin, pattern } = &part.named_by;
    let by = match (parameter, pattern) {
        (Some(parameter), _) => format!("parameter {parameter} of the {}", place.as_deref().unwrap_or("request")),
        (None, Some(pattern)) => {
            format!("{}, pattern {pattern} of plugin {}", by.replace('_', " "), plugin.as_deref().unwrap_or_default())
        }
        (None, None) => by.replace('_', " "),
    };
    let address = part.address.as_deref().unwrap_or("none");
    lines.add("device", &format!("address {address}, named by: {by}"));
    if let Some(extension) = &part.extension {
        lines.add("", &format!("extension {extension}"));
    }
    if let Some(vendor) = &part.vendor_of_address {
        lines.add("", &format!("such addresses are of vendor {vendor}"));
    }
    if !part.is_known {
        return lines.add("", "the database has no such device for this request");
    }
    let enabled = if part.is_enabled == Some(false) { "disabled" } else { "enabled" };
    let (uuid, vendor) = (part.uuid.as_deref().unwrap_or_default(), part.vendor.as_deref().unwrap_or_default());
    lines.add("", &format!("row {uuid}, {enabled}, vendor {}", if vendor.is_empty() { "none" } else { vendor }));
    if let Some(other) = &part.shows {
        lines.add("", &format!("shows lines, keys and settings of its alternate {other}"));
    }
}

fn domain(lines: &mut Lines, part: &DomainPart) {
    let how = match (&part.name, part.found_by.as_str()) {
        (None, _) => format!("none: host {} is no domain", part.host),
        (Some(name), "host") => format!("{name}, which the host names"),
        (Some(name), "login") => format!("{name}, which the user's name or the only domain gives"),
        (Some(name), _) => format!("{name}, the device's, although the host is {}", part.host),
    };
    lines.add("domain", &how);
    if let Some(filter) = &part.filter {
        lines.add("", &setting(filter));
    }
    if part.is_taken_elsewhere {
        lines.add("", "a device of another domain has this address");
    }
    if part.is_judged_by_strictest {
        lines.add("", "judged as an unknown device by the settings of the domain that demands most");
    }
}

fn check(part: &CheckPart) -> String {
    let verdict = match part.verdict {
        CheckVerdict::NotRequired => "not required",
        CheckVerdict::Passed => "passed",
        CheckVerdict::Refused => "REFUSED",
        CheckVerdict::NotReached => "not reached",
    };
    // Many settings of a check are usually not set.
    let counts = |used: &&SettingUse| part.settings.len() == 1 || used.layer != "built-in";
    let mut said: Vec<_> = part.reason.iter().cloned().collect();
    said.extend(part.settings.iter().filter(counts).map(setting));
    format!("{:<16}{verdict:<14}{}", part.check, said.join("; "))
}

/// A setting in words: `provision cidr = 10.0.0.0/8 (domain)`.
fn setting(used: &SettingUse) -> String {
    let SettingUse { category, name, value, layer } = used;
    match value {
        Json::Null => format!("{category} {name} is not set ({layer})"),
        value => format!("{category} {name} = {} ({layer})", shown(value)),
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) if text.is_empty() => "\"\"".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn limits(lines: &mut Lines, part: &LimitsPart) {
    if part.is_exempt {
        return lines.add("limits", "none: the client is on this machine, and no proxy forwards an address");
    }
    let state = match (&part.reached, part.is_known, part.is_guessing) {
        (Some(reached), ..) => format!("REACHED: {reached}"),
        (None, _, true) => "passed, although the client has sent many bad credentials for this device".to_owned(),
        (None, true, false) => "passed: the phone was provisioned from there before".to_owned(),
        (None, false, false) => "passed".to_owned(),
    };
    lines.add("limits", &state);
    for count in &part.counts {
        let max = if count.max == 0 { "no limit".to_owned() } else { format!("of {}", count.max) };
        lines.add("", &format!("{} {}: {} {max}", count.kind.replace('_', " "), count.subject, count.count));
    }
}

fn template(lines: &mut Lines, part: &TemplatePart) {
    let by = match part.named_by.as_str() {
        "row" => "the device's row",
        "stand_in" => "another device of the domain, because its own row names none",
        "alternate" => "the device's alternate",
        "login" => "the login",
        _ => "the User-Agent",
    };
    let named = if part.named.is_empty() { "none" } else { &part.named };
    lines.add("template", &format!("folder {named}, named by {by}"));
    if let Some(folder) = part.folder.as_ref().filter(|folder| **folder != part.named) {
        lines.add("", &format!("served by folder {folder}, the domain's own"));
    }
    if let Some(folder) = part.template_dir.as_ref().filter(|used| used.value != Json::Null) {
        lines.add("", &setting(folder));
    }
    for folder in &part.folders {
        lines.add("", &format!("found at {} ({})", folder.path, folder.place));
    }
    if let Some(file) = &part.file {
        let name = part.file_name.as_deref().filter(|name| name != file);
        let name = name.map(|name| format!(", for this device {name}")).unwrap_or_default();
        lines.add("file", &format!("{file}{name}"));
    }
    if let Some(path) = &part.path {
        lines.add("", &format!("found at {path}"));
    }
    if let Some(hash) = &part.sha256 {
        lines.add("", &format!("SHA-256 of the template {hash}"));
    }
}

fn plugin(lines: &mut Lines, part: &PluginPart) {
    let old = if part.is_old { ", the version before the newest, which fails" } else { "" };
    lines.add("plugin", &format!("{} {} from {}{old}", part.name, part.version, part.file));
    lines.add("", &format!("SHA-256 {}", part.sha256));
}

fn settings(lines: &mut Lines, explanation: &Explanation) {
    let knows = explanation.plugin.as_ref().is_none_or(|plugin| plugin.knows_reads);
    for (at, used) in explanation.settings.iter().enumerate() {
        lines.add(if at == 0 { "settings" } else { "" }, &setting(used));
    }
    if !knows {
        lines.add("", "the plugin does not say which settings the file reads, so these are all");
    }
}

fn document(lines: &mut Lines, part: &DocumentPart) {
    let took = part.render_ms.map(|ms| format!(" in {ms:.1} ms")).unwrap_or_default();
    lines.add("document", &format!("{}{took}, {} bytes, {}", part.from, part.bytes, part.content_type));
    lines.add("", &format!("SHA-256 {}", part.sha256));
}

fn result(lines: &mut Lines, explanation: &Explanation) {
    let result = &explanation.result;
    let said = result.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    let (status, by, reason) = (result.status, &result.decided_by, &result.reason);
    lines.add("result", &format!("status {status} ({reason}), decided by {by}{said}"));
    if let Some(seconds) = result.retry_after_s {
        lines.add("", &format!("the phone may retry after {seconds} s"));
    }
    for write in &result.would_write {
        lines.add("", &format!("a real request would {write}"));
    }
    if let Some(comparison) = &explanation.comparison {
        compared(lines, comparison);
    }
    for remark in &explanation.remarks {
        lines.add("remark", remark);
    }
    let walker = &explanation.walker;
    let state = match walker.program.as_str() {
        "server" => "by the running server, with its limits and kept documents; nothing was written",
        _ => {
            "by this command, which knows no limits and kept documents of a server (--admin asks it); nothing was written"
        }
    };
    let took = explanation.duration_ms;
    lines.add("explained", &format!("{state}; dialplate {}, {}, {took:.1} ms", walker.version, walker.at));
}

fn compared(lines: &mut Lines, comparison: &Comparison) {
    let Comparison { entry, time, is_same, changes } = comparison;
    let same = if *is_same { "the same" } else { "ANOTHER ONE" };
    lines.add("entry", &format!("{entry} of {time}: today's answer would be {same}"));
    for Change { what, then, now } in changes {
        lines.add("", &format!("{what}: {then} then, {now} now"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Outcome;

    #[test]
    fn refusal_names_check_setting_and_layer() {
        let cidr = SettingUse {
            category: "provision".into(),
            name: "cidr".into(),
            value: serde_json::json!(["10.0.0.0/8", "192.0.2.0/24"]),
            layer: "domain".into(),
        };
        let part = CheckPart {
            check: "networks".into(),
            verdict: CheckVerdict::Refused,
            reason: Some("the client is in none of them".into()),
            settings: vec![cidr],
        };
        let (decided_by, reason) = ("networks".into(), "refused".into());
        let result = Outcome { status: 404, decided_by, reason, ..Outcome::default() };
        let text = text(&Explanation { checks: vec![part], result, ..Explanation::default() });
        assert!(
            text.contains(
                "checks    networks        REFUSED       the client is in none of them; provision cidr = 10.0.0.0/8, \
                 192.0.2.0/24 (domain)\n"
            ),
            "{text}"
        );
        assert!(text.contains("result    status 404 (refused), decided by networks\n"), "{text}");
    }

    #[test]
    fn control_characters_of_a_request_reach_no_terminal() {
        let request = RequestPart { user_agent: "a\u{1b}[2Jb".into(), ..RequestPart::default() };
        assert!(text(&Explanation { request, ..Explanation::default() }).contains("User-Agent a?[2Jb\n"));
    }
}
