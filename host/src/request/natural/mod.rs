//! Natural URLs: the URLs that phones request by themselves, and the parameters that each stands for.
//!
//! One table ([`rules`]) for every nginx site that FusionPBX's installers write (Debian, Devuan, Ubuntu, CentOS,
//! FreeBSD), as their union, and for further URLs that phones request.

mod rules;

use regex::{Captures, Regex, RegexSet};
use rules::{PROVISION, RULES, Rule, To};
use std::sync::LazyLock;

pub use rules::Of;

/// FusionPBX's page, whose parameters come only from the query.
const PAGE: &str = "/app/provision/index.php";

/// The path below which nginx serves unrendered templates.
const TEMPLATES: &str = "/resources/templates/provision/";

/// Which URL forms are enabled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum UrlForms {
    /// Only those of FusionPBX's nginx sites.
    FusionPbx,
    /// Also those that phones use without a rule of any site.
    #[default]
    Phones,
    /// Also boot files, and addresses in any path.
    All,
}

/// The meaning of a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Natural {
    Provision(Stands),
    /// A file below the template root that is served unrendered to every client.
    Static(&'static str),
}

/// The information in the path of a provisioning URL.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Stands {
    /// The parameters to insert before those of the query.
    pub parameters: Vec<(&'static str, String)>,
    pub form: Form,
}

/// What gave a URL its meaning.
#[derive(Debug, PartialEq, Eq, Clone, Copy, Default)]
pub enum UrlRule {
    /// FusionPBX's page, whose parameters come only from query and form.
    #[default]
    Page,
    /// A rule of the table.
    Natural { pattern: &'static str, of: Of },
    /// The path of an unrendered template.
    Template,
    /// The name of a file that phones send back.
    Upload,
}

/// Which kind of URL led to provisioning.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
pub struct Form {
    pub rule: UrlRule,
    /// FusionPBX's sites have no rule for it: nginx's 404 page is the answer if the device or file does not exist.
    pub uncovered: bool,
    /// The device's default file is the answer if it has no file of the requested name.
    pub or_default: bool,
    /// An unrendered template, by its path below the template root.
    pub template: Option<String>,
    /// A public picture, by its path below the template roots.
    pub picture: Option<String>,
    /// Only a file that the phone has sent can be the answer.
    pub only_upload: bool,
}

impl Stands {
    /// A file that phones send back, and that no rule names.
    pub fn of_upload(address: &str) -> Self {
        let form = Form { rule: UrlRule::Upload, uncovered: true, only_upload: true, ..Form::default() };
        Self { parameters: vec![("mac", address.to_owned())], form }
    }
}

/// All patterns as one set, to find the first match, and each alone, for its captures: so a path is matched twice instead
/// of once per rule.
struct Patterns {
    set: RegexSet,
    each: Vec<Regex>,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let each: Vec<_> = RULES.iter().map(|rule| rules::expression(rule.pattern)).collect();
    let whole = |(rule, pattern): (&Rule, &String)| match pattern.strip_prefix('^') {
        Some(tail) if !rule.is_of_whole_path() => format!("^.*{PROVISION}{tail}"),
        _ => pattern.clone(),
    };
    let set = RegexSet::new(RULES.iter().zip(&each).map(whole)).ok()?;
    let each: Result<_, _> = each.iter().map(|pattern| Regex::new(pattern)).collect();
    Some(Patterns { set, each: each.ok()? })
});

impl Patterns {
    /// The captures of a matching rule. If the rule's tail matches at several positions, the last counts.
    fn captures<'a>(&self, index: usize, path: &'a str) -> Option<Captures<'a>> {
        if RULES[index].is_of_whole_path() {
            return self.each[index].captures(path);
        }
        let starts = (0..path.len()).rev().filter(|at| path.as_bytes()[*at..].starts_with(PROVISION.as_bytes()));
        starts.map(|at| &path[at + PROVISION.len()..]).find_map(|tail| self.each[index].captures(tail))
    }
}

/// The meaning of a decoded path; `None` if it is not a provisioning URL.
pub fn find(path: &str, forms: UrlForms) -> Option<Natural> {
    if path == PAGE {
        return Some(Natural::Provision(Stands::default()));
    }
    if let Some(file) = path.strip_prefix(TEMPLATES) {
        return template(file);
    }
    let known = |index: &usize| match RULES[*index].of {
        Of::Sites => true,
        Of::Phones => forms >= UrlForms::Phones,
        Of::All => forms >= UrlForms::All,
    };
    let patterns = PATTERNS.as_ref()?;
    let index = patterns.set.matches(path).into_iter().find(known)?;
    let (rule, captures) = (&RULES[index], patterns.captures(index, path)?);
    let (text, or_default) = match rule.to {
        To::Page(text) | To::Picture(text) => (text, false),
        To::PageOrDefault(text) => (text, true),
        To::Static(file) => return Some(Natural::Static(file)),
    };
    let parameters: Vec<_> = text.split('&').filter_map(|pair| fill(pair, &captures)).collect();
    let file = parameters.iter().find(|(name, _)| *name == "file").map(|(_, file)| file.clone());
    let picture = file.filter(|_| matches!(rule.to, To::Picture(_)));
    let read_by = UrlRule::Natural { pattern: rule.pattern, of: rule.of };
    let form = Form { rule: read_by, uncovered: rule.of != Of::Sites, or_default, picture, ..Form::default() };
    Some(Natural::Provision(Stands { parameters, form }))
}

/// A file below the template root. Only a known device gets it, except the file that a rule makes public.
fn template(file: &str) -> Option<Natural> {
    let same_for_all = RULES.iter().find_map(|rule| match rule.to {
        To::Static(known) if known == file => Some(Natural::Static(known)),
        _ => None,
    });
    let is_plain = !file.split('/').any(|part| part.is_empty() || part.starts_with('.'));
    let form = Form { rule: UrlRule::Template, template: Some(file.to_owned()), ..Form::default() };
    let stands = is_plain.then(|| Natural::Provision(Stands { parameters: Vec::new(), form }));
    same_for_all.or(stands)
}

/// Replaces `{name}` in a parameter by the capture of that name; `{$name}` is part of a file name and stays.
fn fill(pair: &'static str, captures: &Captures<'_>) -> Option<(&'static str, String)> {
    let (name, mut rest) = pair.split_once('=')?;
    let mut value = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        value.push_str(before);
        let (kept, after) = after.split_once('}')?;
        match kept.strip_prefix('$') {
            Some(_) => value.extend(["{", kept, "}"]),
            None => value.push_str(captures.name(kept).map_or("", |text| text.as_str())),
        }
        rest = after;
    }
    value.push_str(rest);
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(path: &str, forms: UrlForms) -> String {
        match find(path, forms) {
            Some(Natural::Provision(Stands { form: Form { template: Some(file), .. }, .. })) => {
                format!("template {file}")
            }
            Some(Natural::Provision(Stands { parameters, form })) => {
                let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let or_default = if form.or_default { " or default" } else { "" };
                let picture = form.picture.map(|path| format!(" or picture {path}")).unwrap_or_default();
                format!("{}{or_default}{picture}", pairs.join("&"))
            }
            Some(Natural::Static(file)) => format!("static {file}"),
            None => "none".into(),
        }
    }

    fn parameters(path: &str) -> String {
        meaning(path, UrlForms::FusionPbx)
    }

    #[test]
    fn every_rule_is_a_regular_expression() {
        assert_eq!(PATTERNS.as_ref().map(|patterns| patterns.each.len()), Some(RULES.len()));
        assert!(RULES.is_sorted_by_key(|rule| rule.of), "the sites' rules come first");
    }

    #[test]
    fn address_is_read_below_any_path_with_usual_endings() {
        for path in ["/provision/", "/app/provision/", "/foo/bar/provision/", "/provision/provision/"] {
            for ending in ["", ".cfg", ".xml", ".txt", ".tx", "Ztxt"] {
                assert_eq!(parameters(&format!("{path}001565BE5FD7{ending}")), "mac=001565BE5FD7");
            }
        }
        assert_eq!(parameters("/provision/000000000000.cfg"), "mac=000000000000");
    }

    #[test]
    fn files_of_a_kind_leave_the_device_to_the_user_agent() {
        assert_eq!(parameters("/provision/y000000000108.cfg"), "file=y000000000108.cfg");
        assert_eq!(parameters("/provision/y000000000108"), "file=y000000000108.cfg");
        assert_eq!(parameters("/provision/file/a/b.cfg"), "file=a/b.cfg");
        assert_eq!(parameters("/provision/"), "file=");
        assert_eq!(parameters("/app/provision/index.php"), "");
    }

    #[test]
    fn file_of_all_devices_is_static() {
        assert_eq!(parameters("/provision/J100Supgrade.txt"), "static avaya/J100Supgrade.txt");
    }

    #[test]
    fn template_name_is_relative_and_has_no_hidden_part() {
        assert_eq!(parameters("/resources/templates/provision/a/b/{$mac}.cfg"), "template a/b/{$mac}.cfg");
        for path in ["", "a/", ".git/config", "a/.b", "a//b", "../x"] {
            assert_eq!(parameters(&format!("/resources/templates/provision/{path}")), "none", "{path}");
        }
        let upgrade = "avaya/J100Supgrade.txt";
        assert_eq!(parameters(&format!("/resources/templates/provision/{upgrade}")), format!("static {upgrade}"));
    }

    #[test]
    fn phones_urls_without_a_rule_of_any_site_are_understood() {
        for (path, expected) in [
            ("/app/provision", ""),
            ("/provision/00:15:65:BE:5F:d7.cfg", "mac=00:15:65:BE:5F:d7"),
            ("/provision/00-15-65-be-5f-d7", "mac=00-15-65-be-5f-d7"),
            ("/provision/001565be5fd7.CFG", "mac=001565be5fd7"),
            ("/app/provision/yealink/001565be5fd7.cfg", "mac=001565be5fd7"),
            ("/provisioning/yealink/001565be5fd7.cfg", "mac=001565be5fd7"),
            ("/001565be5fd7.cfg", "mac=001565be5fd7"),
            ("/cfg000b82aabbcc.xml", "mac=000b82aabbcc"),
            ("/00:15:65:be:5f:d7.xml", "mac=00:15:65:be:5f:d7"),
            ("/provision/snomD785-000413aabbcc.xml", "mac=000413aabbcc"),
            ("/provision/ipve-7c1eb3aabbcc.xml", "mac=7c1eb3aabbcc"),
            ("/provision/ipve-7c-1e-b3-AA-bb-cc.xml", "mac=7c-1e-b3-AA-bb-cc"),
            ("/provision/my-ipve-7c:1e:b3:aa:bb:cc.xml", "mac=7c:1e:b3:aa:bb:cc"),
            ("/provision/VSP-600_0011a0aabbcc.cfg", "mac=0011a0aabbcc&file=VSP-600_{$mac}.cfg or default"),
            ("/app/provision/A1_0011A0AABBCC.xml", "mac=0011A0AABBCC&file=A1_{$mac}.xml or default"),
            ("/m3/settings/000413aabbcc.cfg", "mac=000413aabbcc"),
            ("/provision/0004f2aabbcc-site.cfg", "mac=0004f2aabbcc&file=site.cfg"),
            ("/provision/0004f2aabbcc-web.cfg", "mac=0004f2aabbcc&file=web.cfg"),
            ("/provision/0004f2aabbcc-features.cfg", "mac=0004f2aabbcc&file=features.cfg"),
            ("/provision/0004f2aabbcc-license.cfg", "mac=0004f2aabbcc&file={$mac}-license.cfg"),
            ("/provision/cfg000b82aabbcc.bin", "mac=000b82aabbcc"),
            ("/provision/gs_cfg000b82aabbcc_cfg001", "mac=000b82aabbcc"),
            ("/provision/cfggrp2614.xml", "file=cfggrp2614.xml or default"),
            ("/provision/cfg.xml", "file=cfg.xml or default"),
            ("/cfg.xml", "file=cfg.xml or default"),
            ("/provision/spa504G.cfg", "file=spa504G.cfg or default"),
            ("/provision/zoiper.xml", "file=zoiper.xml or default"),
            ("/provision/SEP0004F2AABBCC.cnf.xml", "mac=0004F2AABBCC&file=SEP{$mac}.cnf.xml"),
            ("/provision/SIP0004F2AABBCC.cnf", "mac=0004F2AABBCC&file=SIP{$mac}.cnf"),
            ("/provision/algo0022eeaabbcc.conf", "mac=0022eeaabbcc&file=algo{$mac}.conf"),
            ("/provision/001565be5fd7/super_search.xml", "mac=001565be5fd7&file=super_search.xml"),
            ("/provision/RINGLIST.XML", "file=RINGLIST.XML"),
            ("/provision/logo.png", "file=logo.png or picture logo.png"),
            ("/provision/Yealink/t46.JPG", "file=Yealink/t46.JPG or picture Yealink/t46.JPG"),
        ] {
            assert_eq!(meaning(path, UrlForms::Phones), expected, "{path}");
            assert_eq!(meaning(path, UrlForms::All), expected, "{path}");
            assert_eq!(meaning(path, UrlForms::FusionPbx), "none", "{path}");
        }
    }

    #[test]
    fn prefix_and_postfix_of_grandstream_files_are_ignored() {
        let device = "mac=000b82aabbcc";
        for prefix in ["", "gs_", "acme-", "v1.0.7.5_", "abc", "cfg", "0", "a%b "] {
            for ending in ["", ".bin", ".xml", ".cfg"] {
                for postfix in ["", "_cfg001", "-v2", ".1.0.7.5", "_2026.xml", "a", "1", "cfg"] {
                    let name = format!("{prefix}cfg000b82aabbcc{ending}{postfix}");
                    for folder in ["/provision/", "/app/provision/", "/"] {
                        let path = format!("{folder}{name}");
                        assert_eq!(meaning(&path, UrlForms::Phones), device, "{path}");
                    }
                }
            }
        }
        for (name, expected) in [
            ("gs_cfg00-0B-82-AA-BB-CC_cfg001", "mac=00-0B-82-AA-BB-CC"),
            ("gs_cfg.xml_cfg001", "file=cfg.xml or default"),
            ("cfggrp2614.xml_cfg001", "file=cfggrp2614.xml or default"),
            ("gs_cfggrp2614.xml", "file=gs_cfggrp2614.xml or default"),
            ("mycfg.xml", "file=mycfg.xml"),
            ("gs_cfg000b82aabbc.bin", "none"),
            ("gs_cfg_000b82aabbcc.bin", "none"),
        ] {
            assert_eq!(meaning(&format!("/provision/{name}"), UrlForms::Phones), expected, "{name}");
        }
    }

    #[test]
    fn yealink_key_file_is_a_file_of_its_device() {
        for (name, expected) in [
            ("001565be5fd7_Security.enc", "mac=001565be5fd7&file={$mac}_Security.enc"),
            ("y000000000108_Security.enc", "file=y000000000108_Security.enc"),
            ("account_Security.enc", "file=account_Security.enc"),
        ] {
            assert_eq!(meaning(&format!("/provision/{name}"), UrlForms::Phones), expected, "{name}");
            assert_eq!(meaning(&format!("/provision/{name}"), UrlForms::FusionPbx), "none", "{name}");
        }
    }

    #[test]
    fn boot_files_and_addresses_in_any_path_are_off_by_default() {
        for (path, expected) in [
            ("/provision/001565be5fd7.boot", "mac=001565be5fd7&file={$mac}.boot"),
            ("/provision/y000000000000.boot", "file=y000000000000.boot"),
            ("/Provision/001565be5fd7.cfg", "mac=001565be5fd7"),
            ("/kt300-001565be5fd7.xml", "mac=001565be5fd7"),
            ("/some/where/00-15-65-be-5f-d7.cfg", "mac=00-15-65-be-5f-d7"),
            ("/some/where/y000000000025.cfg", "file=y000000000025.cfg"),
            ("/1001_Extern.xml", "ext=1001&file={$mac}_extern.xml"),
        ] {
            assert_eq!(meaning(path, UrlForms::All), expected, "{path}");
            assert_eq!(meaning(path, UrlForms::default()), "none", "{path}");
        }
    }

    #[test]
    fn other_paths_are_not_ours() {
        for path in [
            "/",
            "/provision",
            "/Provision/001565be5fd7.cfg",
            "/provision/001565be5fd7.cfg.bak",
            "/provision/index.php",
            "/provision/sip.ld",
            "/x.xml",
            "/0001565be5fd7.cfg",
            "/provision/A1_0011a0aabbcc.cfg.sgn",
            "/provision/_0011a0aabbcc.xml.sgn",
        ] {
            assert_eq!(meaning(path, UrlForms::default()), "none", "{path}");
        }
        // A thirteenth digit makes it no address, but it may still be a file's name.
        assert_eq!(parameters("/provision/0001565be5fd7.cfg"), "none");
        assert_eq!(meaning("/provision/0001565be5fd7.cfg", UrlForms::All), "file=0001565be5fd7.cfg");
    }
}
