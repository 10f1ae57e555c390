//! The natural URLs against the rules of FusionPBX and others, and against what real servers made of probes under each
//! set of them, as recorded beside the repository.

use super::*;
use natural::find;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/contract/rewrites.json");

/// The sets that are nginx sites of FusionPBX's installers. The table is their union.
const SITES: [&str; 7] = ["debian", "devuan", "ubuntu", "centos", "freebsd", "freebsd-alt", "newest-debian"];

/// Probes whose meaning here differs from a set's result: the set, the beginning of the probe, and the reason.
const DECIDED: [(&str, &str, &str); 8] = [
    ("centos", "/app/provision/algom", "the other five sites name the file"),
    ("htaccess", "/app/provision/y0", "the User-Agent names the device: the digits are its model's"),
    ("htaccess", "/app/provision/12345/cfg", "the extension counts on the nginx sites"),
    ("htaccess", "/app/provision/MN_", "the nginx sites name the file"),
    ("htaccess", "/app/provision/file/", "a file's name on the nginx sites"),
    ("wiki-mcrane", "/app/provision/y0", "the shell's backslashes were left in the wiki's rule"),
    ("wiki-mputnam", "/app/provision/y0", "as before"),
    ("wiki-syadnom", "/app/provision/y0", "as before"),
];

/// Probes that phones request although no site has a rule for them: the probe, and its meaning here.
const ADDED: [(&str, &str); 25] = [
    // Of the page, only the query decides.
    ("/app/provision", ""),
    ("/app/provision/00-15-65-aa-bb-cc.cfg", "mac=00-15-65-aa-bb-cc"),
    ("/app/provision/00:15:65:aa:bb:cc.cfg", "mac=00:15:65:aa:bb:cc"),
    ("/app/provision/yealink/001565aabbcc.cfg", "mac=001565aabbcc"),
    ("/provisioning/yealink/001565aabbcc.cfg", "mac=001565aabbcc"),
    ("/app/provision/snomD785-000413aabbcc.xml", "mac=000413aabbcc"),
    ("/app/provision/hipve-7c1eb3aabbcc.xml", "mac=7c1eb3aabbcc"),
    ("/app/provision/ipve-7c1eb3aabbcc.xml", "mac=7c1eb3aabbcc"),
    ("/app/provision/cfg000b82aabbcc.bin", "mac=000b82aabbcc"),
    ("/app/provision/gs_cfg000b82aabbcc_cfg001", "mac=000b82aabbcc"),
    ("/app/provision/cfggrp2614.xml", "file=cfggrp2614.xml"),
    ("/app/provision/cfg.xml", "file=cfg.xml"),
    ("/app/provision/spa504G.cfg", "file=spa504G.cfg"),
    ("/app/provision/zoiper.xml", "file=zoiper.xml"),
    ("/app/provision/sip.cfg", "file=sip.cfg"),
    ("/app/provision/logo.png", "file=logo.png"),
    ("/app/provision/SEP0004f2aabbcc.cnf.xml", "file=SEP{$mac}.cnf.xml&mac=0004f2aabbcc"),
    ("/app/provision/0004f2aabbcc-site.cfg", "file=site.cfg&mac=0004f2aabbcc"),
    ("/app/provision/0004f2aabbcc-web.cfg", "file=web.cfg&mac=0004f2aabbcc"),
    ("/app/provision/0004f2aabbcc-features.cfg", "file=features.cfg&mac=0004f2aabbcc"),
    ("/app/provision/0004f2aabbcc-license.cfg", "file={$mac}-license.cfg&mac=0004f2aabbcc"),
    ("/app/provision/0004f2aabbcc-calls.xml", "file={$mac}-calls.xml&mac=0004f2aabbcc"),
    // Only with `url_forms = all`.
    ("/app/provision/0004f2aabbcc.boot", ""),
    ("/app/provision/y000000000000.boot", ""),
    // Firmware is not served.
    ("/app/provision/sip.ld", ""),
];

/// Rules whose target differs from the meaning of their URL here: where they are written, and the reason.
const OTHER_RULES: [(&str, u64, &str); 12] = [
    ("debian", 101, "commented out there, for the sake of the next one"),
    ("debian", 106, "never reached: an address like any other"),
    ("wiki: From mputnam", 270, "as before"),
    ("wiki: From syadnom", 281, "as before"),
    ("htaccess", 28, "as before"),
    ("centos", 62, "the other five sites name the file"),
    ("wiki: from mcrane", 261, "the shell's backslashes were left in"),
    ("wiki: From syadnom", 282, "pictures lie below the template roots, or with the device"),
    ("fspbx", 203, "as before"),
    ("fspbx", 210, "as before"),
    ("htaccess", 35, "every nginx site names the file with the address"),
    ("fspbx", 209, "snom's form of an address on every site"),
];

fn recorded() -> Option<Json> {
    let text = std::fs::read_to_string(RECORDED).ok();
    if text.is_none() {
        dialplate_test_tools::skip(&format!("no recorded rewrites at {RECORDED}"));
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

/// The meaning of a target here: the last value of each parameter that decides, without empty ones; `None` if it is not
/// one of our pages.
fn meaning(target: &str, forms: UrlForms) -> Option<String> {
    let (path, query) = path::split(target);
    let parameters = match find(&path::decode(path).ok()?, forms)? {
        Natural::Static(file) => return Some(format!("static {file}")),
        Natural::Provision(stands) => stands.parameters,
    };
    Some(deciding(parameters, query))
}

fn deciding(natural: Vec<(&'static str, String)>, query: &str) -> String {
    let parameters = Parameters::parse(natural, query, b"").ok().unwrap();
    let last: BTreeMap<_, _> = parameters.visible().filter(|(_, value)| !value.is_empty()).collect();
    last.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Like [`ours`], for the `path|query` that a server ended with.
fn theirs(outcome: &str) -> Option<String> {
    let (path, query) = outcome.split(" [").next()?.split_once('|')?;
    if let Some(file) = path.strip_prefix("/resources/templates/provision/") {
        return Some(format!("static {file}"));
    }
    ["/app/provision/", "/app/provision/index.php"].contains(&path).then(|| deciding(Vec::new(), query))
}

#[test]
fn every_probe_equals_each_rule_set_or_the_decision() {
    let Some(recorded) = recorded() else { return };
    let (mut compared, mut decided) = (0, 0);
    for (target, outcomes) in recorded["outcomes"].as_object().unwrap() {
        let mine = meaning(target, UrlForms::default());
        let of_sites = meaning(target, UrlForms::FusionPbx);
        let outcome = |set: &str| outcomes[set].as_str().and_then(theirs);
        let known: Vec<_> = SITES.iter().filter_map(|site| outcome(site)).collect();
        assert_eq!(of_sites.is_some(), !known.is_empty(), "{target}: only what a site knows is covered");
        assert!(of_sites.is_none() || of_sites == mine && mine.as_ref().is_some_and(|mine| known.contains(mine)));
        if let Some((_, added)) = ADDED.iter().find(|(probe, _)| probe == target) {
            assert!(of_sites.is_none() && mine.as_deref().unwrap_or_default() == *added, "{target} means {mine:?}");
        } else {
            assert_eq!(of_sites, mine, "{target} is added without a word");
        }
        for set in outcomes.as_object().unwrap().keys() {
            compared += 1;
            // A URL that one set does not know is known to another set, or is one of the added URLs.
            let Some(theirs) = outcome(set) else { continue };
            let reason = DECIDED.iter().find(|(of, probe, _)| of == set && target.starts_with(probe));
            decided += usize::from(reason.is_some());
            assert_eq!(Some(&theirs) != mine.as_ref(), reason.is_some(), "{target} [{set}]: {theirs}, here {mine:?}");
        }
    }
    assert_eq!((compared, decided), (77 * 11, 12));
}

/// A text that a pattern matches: the shortest, or a longer one where the pattern allows it. `kept` gets the captures of
/// its groups.
fn sample(pattern: &Hir, more: bool, kept: &mut BTreeMap<u32, String>) -> String {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).unwrap(),
        HirKind::Class(Class::Unicode(class)) => {
            let holds = |sign: &char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(sign));
            ".a4V-".chars().find(holds).unwrap().to_string()
        }
        HirKind::Class(Class::Bytes(_)) => panic!("a pattern for text"),
        HirKind::Repetition(repetition) => {
            let times = if more && repetition.min == 0 { 1 } else { repetition.min };
            (0..times).map(|_| sample(&repetition.sub, more, kept)).collect()
        }
        HirKind::Capture(capture) => {
            let text = sample(&capture.sub, more, kept);
            kept.insert(capture.index, text.clone());
            text
        }
        HirKind::Concat(parts) => parts.iter().map(|part| sample(part, more, kept)).collect(),
        HirKind::Alternation(parts) => sample(&parts[0], more, kept),
    }
}

/// A rule's URL and its result.
fn example(rule: &Json, more: bool) -> (String, Option<String>) {
    let text = |name: &str| rule[name].as_str().unwrap_or_default();
    let mut kept = BTreeMap::new();
    let url = sample(&regex_syntax::parse(text("regex")).unwrap(), more, &mut kept);
    // A variable that no site sets.
    let mut target = text("target").replace("$macaddress", "");
    for index in 1..4 {
        target = target.replace(&format!("${index}"), kept.get(&index).map_or("", String::as_str));
    }
    // Apache's rules have neither at the front.
    let [url, target] = [url, target].map(|text| format!("/{}", text.trim_start_matches('/')));
    let (path, query) = path::split(&target);
    (url, theirs(&format!("{path}|{query}")))
}

#[test]
fn every_rule_means_what_it_says_or_what_was_decided() {
    let Some(recorded) = recorded() else { return };
    let rules = recorded["rules"].as_array().unwrap();
    for rule in rules {
        let sources = rule["sources"].as_array().unwrap();
        let written = |variant: &str, line: u64| {
            sources.iter().any(|source| {
                source["variant"] == variant && source["lines"].as_array().unwrap().contains(&line.into())
            })
        };
        let other = OTHER_RULES.iter().find(|(variant, line, _)| written(variant, *line));
        let examples = [false, true].map(|more| example(rule, more));
        let differs = examples.iter().any(|(url, theirs)| meaning(url, UrlForms::All) != *theirs);
        assert_eq!(differs, other.is_some(), "{examples:?} {other:?}");
    }
    assert_eq!(rules.len(), 86);
}
