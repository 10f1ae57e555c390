//! nginx's rules, where they can be seen: whether a location leads to the server, and passes on what it needs.

use super::finding::Finding;
use crate::config::Config;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHECK: &str = "nginx";

/// The headers that a location has to set.
const HEADERS: [&str; 4] = ["Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Original-URI"];

/// Where Debian and FusionPBX's installers keep sites.
const FOLDERS: [&str; 4] =
    ["/etc/nginx/sites-enabled", "/etc/nginx/conf.d", "/etc/nginx/dialplate", "/etc/nginx/snippets"];

const PROGRAMS: [&str; 3] = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx"];

pub fn check(config: &Config) -> Vec<Finding> {
    let text = whole_configuration().or_else(|| files(&FOLDERS));
    text.map_or_else(Vec::new, |text| examine(&text, config.listen.port()))
}

/// The configuration as nginx reads it, which needs root's rights.
fn whole_configuration() -> Option<String> {
    let program = PROGRAMS.iter().find(|program| Path::new(program).exists())?;
    let output = Command::new(program).arg("-T").output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The files of these folders, `None` without any.
fn files(folders: &[&str]) -> Option<String> {
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let texts: Vec<_> = paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn examine(text: &str, port: u16) -> Vec<Finding> {
    let text = without_comments(text);
    let upstreams = upstreams(&text, port);
    let leads_here = |target: &str| {
        let authority = target.split("://").nth(1).unwrap_or_default().split(['/', ';']).next().unwrap_or_default();
        authority.ends_with(&format!(":{port}")) || upstreams.iter().any(|name| name == authority)
    };
    let locations: Vec<_> =
        blocks(&text).into_iter().filter(|block| directives(block, "proxy_pass").any(&leads_here)).collect();
    if locations.is_empty() {
        let message =
            format!("no location of nginx leads to port {port}, so phones do not reach this server through it");
        let advice =
            "include /etc/nginx/dialplate/fusionpbx.conf in FusionPBX's site; docs/administration.md shows how";
        return vec![Finding::warning(CHECK, message, advice)];
    }
    let mut findings = vec![Finding::ok(CHECK, format!("{} locations lead to port {port}", locations.len()))];
    for header in HEADERS {
        // A location that sets any header inherits none.
        let is_set = |block: &&str| {
            let own: Vec<_> = directives(block, "proxy_set_header").collect();
            let names =
                |line: &&str| line.split_whitespace().next().is_some_and(|name| name.eq_ignore_ascii_case(header));
            if own.is_empty() {
                directives(&text, "proxy_set_header").any(|line| names(&line))
            } else {
                own.iter().any(names)
            }
        };
        if !locations.iter().all(is_set) {
            let message = format!("a location that leads to port {port} does not set {header}");
            let advice = format!("add `proxy_set_header {header} …` as in nginx/fusionpbx.conf");
            findings.push(Finding::warning(CHECK, message, advice));
        }
    }
    findings
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The innermost blocks, without their braces.
fn blocks(text: &str) -> Vec<&str> {
    let (mut blocks, mut start) = (Vec::new(), None);
    for (at, char) in text.char_indices() {
        match char {
            '{' => start = Some(at + 1),
            '}' => blocks.extend(start.take().map(|start| &text[start..at])),
            _ => {}
        }
    }
    blocks
}

/// The values of a directive.
fn directives<'a>(block: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    block.split([';', '{', '}']).filter_map(move |line| {
        let rest = line.trim().strip_prefix(name)?;
        rest.starts_with(char::is_whitespace).then(|| rest.trim())
    })
}

/// The names of the upstreams with a server on this port.
fn upstreams(text: &str, port: u16) -> Vec<String> {
    let named = text.split("upstream ").skip(1).filter_map(|rest| rest.split_once('{'));
    let has_port = |block: &str| {
        let servers = directives(block.split('}').next().unwrap_or_default(), "server").collect::<Vec<_>>();
        servers
            .iter()
            .any(|server| server.split_whitespace().next().is_some_and(|it| it.ends_with(&format!(":{port}"))))
    };
    named.filter(|(_, block)| has_port(block)).map(|(name, _)| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    const SITE: &str = include_str!("../../../nginx/dialplate.conf");
    const LOCATION: &str = include_str!("../../../nginx/fusionpbx.conf");

    #[test]
    fn our_own_examples_are_in_order() {
        for text in [SITE, LOCATION] {
            let found = examine(text, 8090);
            assert!(found.iter().all(|finding| finding.level == Level::Ok), "{found:?}");
        }
    }

    #[test]
    fn missing_location_and_headers_are_named() {
        let found = examine(SITE, 8091);
        assert!(found[0].level == Level::Warning && found[0].message.contains("no location"), "{found:?}");
        let bare = "location /provision/ { proxy_pass http://127.0.0.1:8090; proxy_set_header Host $host; }";
        let missing: Vec<_> = examine(bare, 8090).into_iter().skip(1).map(|finding| finding.message).collect();
        assert_eq!(missing.len(), 3, "{missing:?}");
    }
}
