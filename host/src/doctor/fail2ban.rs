//! fail2ban: whether refusals reach it, and its filter matches them.

use super::finding::Finding;
use crate::config::Config;
use std::fs;
use std::path::Path;
use std::process::Command;

const CHECK: &str = "fail2ban";
const FOLDER: &str = "/etc/fail2ban";

/// The filters of this package and of FusionPBX's installers.
const FILTERS: [&str; 2] = ["dialplate", "fusionpbx"];

/// A line as syslog writes it for a bad password.
const LINE: &str = "Jul  1 12:00:00 pbx FusionPBX: [192.0.2.1] provision attempt bad password for 001565aabbcc";

pub fn check(config: &Config) -> Vec<Finding> {
    if !Path::new(FOLDER).exists() {
        return vec![Finding::ok(CHECK, "fail2ban is not installed; the server's own limits count")];
    }
    let Some(socket) = &config.syslog else {
        let message = "refusals are not written to syslog, so fail2ban bans nobody";
        return vec![Finding::warning(CHECK, message, "set `syslog = \"on\"`, or leave it to the server's own limits")];
    };
    let mut findings = Vec::new();
    if !socket.exists() {
        let message = format!("no syslog daemon listens on {}", socket.display());
        findings.push(Finding::warning(CHECK, message, "install rsyslog, or start systemd-journald"));
    }
    let installed: Vec<_> = FILTERS.iter().filter(|name| filter_file(name).exists()).collect();
    if installed.is_empty() {
        let message = format!("{FOLDER}/filter.d has no filter that reads the refusals");
        findings.push(Finding::warning(CHECK, message, "copy packaging/fail2ban/dialplate.conf there"));
    }
    findings.extend(installed.iter().filter_map(|name| matches(name)));
    findings.push(jail(&installed));
    findings
}

fn filter_file(name: &str) -> std::path::PathBuf {
    Path::new(FOLDER).join("filter.d").join(format!("{name}.conf"))
}

/// Whether a filter matches the line of a bad password; `None` if fail2ban's program cannot be run.
fn matches(name: &str) -> Option<Finding> {
    let output = Command::new("fail2ban-regex").args(["--out=ip", LINE]).arg(filter_file(name)).output().ok()?;
    let found = String::from_utf8_lossy(&output.stdout).lines().any(|line| line.trim() == "192.0.2.1");
    Some(if found {
        Finding::ok(CHECK, format!("the filter {name} matches a bad password"))
    } else {
        let message = format!("the filter {name} matches no bad password");
        let advice = "remove the stray `=` in the second pattern of FusionPBX's filter, or use the filter dialplate";
        Finding::warning(CHECK, message, advice)
    })
}

/// Whether a jail uses one of the filters.
fn jail(filters: &[&&str]) -> Finding {
    let folder = fs::read_dir(format!("{FOLDER}/jail.d")).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = folder.chain([format!("{FOLDER}/jail.conf").into(), format!("{FOLDER}/jail.local").into()]);
    let texts: Vec<_> = files.filter_map(|file| fs::read_to_string(file).ok()).collect();
    match filters.iter().find(|name| texts.iter().any(|text| is_enabled(text, name))) {
        Some(name) => Finding::ok(CHECK, format!("a jail with the filter {name} is enabled")),
        None => Finding::warning(
            CHECK,
            "no enabled jail uses a filter for the refusals",
            "set `enabled = true` in /etc/fail2ban/jail.d/dialplate.conf, and run `fail2ban-client reload`",
        ),
    }
}

/// Whether a file has an enabled jail of this name, or with this filter.
fn is_enabled(text: &str, filter: &str) -> bool {
    text.split("\n[").any(|section| {
        let values: Vec<_> = section.lines().filter_map(|line| line.split_once('=')).collect();
        let has =
            |key: &str, wanted: &str| values.iter().any(|(name, value)| name.trim() == key && value.trim() == wanted);
        let is_named = section.trim_start_matches('[').starts_with(&format!("{filter}]"));
        (is_named || has("filter", filter)) && has("enabled", "true")
    })
}

#[cfg(test)]
mod tests {
    use super::is_enabled;

    #[test]
    fn enabled_jail_is_found_by_name_or_filter() {
        let jails =
            "[sshd]\nenabled = true\n[dialplate]\nenabled  = false\n[phones]\nfilter = fusionpbx\nenabled = true\n";
        assert!(is_enabled(jails, "fusionpbx") && is_enabled(jails, "sshd"));
        assert!(!is_enabled(jails, "dialplate") && !is_enabled(jails, "nginx"));
    }
}
