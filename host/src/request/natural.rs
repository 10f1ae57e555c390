//! The URLs that phones ask for by themselves, and the parameters that each stands for.
//!
//! One table for every nginx site that FusionPBX's installers write (Debian, Devuan, Ubuntu, CentOS, FreeBSD). It is
//! their union: where two of them differ, a comment says which one counts.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// FusionPBX's own page, which takes its parameters from the query alone.
const PAGE: &str = "/app/provision/index.php";

/// Where nginx serves the templates as they stand.
const TEMPLATES: &str = "/resources/templates/provision/";

/// What a path stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Natural {
    /// Parameters, to be put before those of the query.
    Provision(Vec<(&'static str, String)>),
    /// A file below the template root that is served as it stands, the same for all.
    Static(&'static str),
    /// A file below the template root, which only a known device gets.
    Template(String),
}

/// What follows `/provision/`, whatever precedes it, and what it means. The first rule that matches counts.
///
/// In a pattern `{hex}` is twelve hexadecimal digits; `{mac}` is the same, `{dashed}` twelve to seventeen of them and
/// hyphens, `{ext}` up to eleven decimal digits, and these are kept, as is a group named `file`. The rest is a regular
/// expression. Dots that the installers leave unescaped match any character here too, and ends that they leave open
/// are open here: phones are told apart by what they ask for, and somebody's may rely on it.
const RULES: [(&str, To); 30] = [
    // CentOS alone sends no file for it.
    (r"algom{mac}\.conf.*", Page("mac={mac}&file=algom{$mac}.conf")),
    (r"algom{mac}", Page("mac={mac}")),
    (r"J100Supgrade.txt.*", Static("avaya/J100Supgrade.txt")),
    (r"{mac}.txt?", Page("mac={mac}")),
    (r"MN_{mac}\.cfg.*", Page("mac={mac}&file=MN_{$mac}.cfg")),
    (r"MN_Generic.cfg.*", Page("mac=08000f000000&file=MN_Generic.cfg")),
    (r"cfg{mac}(\.(xml|cfg))?", Page("mac={mac}")),
    (r"(pb/)?{mac}/phonebook\.xml", Page("mac={mac}&file=phonebook.xml")),
    (r"pb{dashed}/phonebook\.xml", Page("mac={mac}&file=phonebook.xml")),
    (r"(?<file>(phonebook\.xml)?)", Page("file={file}")),
    // The extension counts, the address in the name does not.
    (r"(?<ext>[0-9]{5})/cfg{hex}.xml", Page("ext={ext}")),
    (r"aastra.cfg", Page("file=aastra.cfg")),
    (r"(?<file>y[0-9]{12})(\.cfg)?", Page("file={file}.cfg")),
    // So does 000000000000.cfg: the installers' own rule for it stands behind this one and is never reached.
    (r"{mac}(\.(xml|cfg))?", Page("mac={mac}")),
    (r"features.cfg", Page("file=features.cfg")),
    (r"{mac}-sip.cfg", Page("mac={mac}&file=sip.cfg")),
    (r"{mac}-phone.cfg", Page("mac={mac}")),
    (r"{mac}-registration.cfg", Page("mac={mac}&file={$mac}-registration.cfg")),
    (r"{mac}-directory.xml", Page("mac={mac}&file={$mac}-directory.xml")),
    (r"file/(?<file>.*\.(xml|cfg)).*", Page("file={file}")),
    (r"directory\.xml", Page("file=directory.xml")),
    (r"{ext}_Extern.xml", Page("ext={ext}&file={$mac}_extern.xml")),
    (r"{ext}_Phonebook.xml", Page("ext={ext}&file={$mac}_phonebook.xml")),
    (r"VCS754_{mac}\.cfg", Page("mac={mac}")),
    (r"pb{dashed}/directory\.xml", Page("mac={mac}&file=directory.xml")),
    (r"{mac}-contacts\.cfg", Page("mac={mac}&file={$mac}-contacts.cfg")),
    (r"{mac}-smartblf\.cfg", Page("mac={mac}&file={$mac}-smartblf.cfg")),
    (r".*-{mac}\.?(cfg|htm)?", Page("mac={mac}")),
    (r"C520-WiMi_{mac}\.cfg", Page("mac={mac}")),
    (r"{mac}/directory\.xml", Page("mac={mac}&file=directory.xml")),
];

/// Where a rule leads.
enum To {
    /// These parameters, with what the pattern kept in place of `{mac}`, `{ext}` and `{file}`.
    Page(&'static str),
    Static(&'static str),
}

use To::{Page, Static};

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| RULES.iter().filter_map(|(pattern, _)| Regex::new(&whole_path(pattern)).ok()).collect());

fn whole_path(pattern: &str) -> String {
    let tail = pattern
        .replace("{hex}", "[A-Fa-f0-9]{12}")
        .replace("{mac}", "(?<mac>[A-Fa-f0-9]{12})")
        .replace("{dashed}", "(?<mac>[A-Fa-f0-9-]{12,17})")
        .replace("{ext}", "(?<ext>[0-9]{1,11})");
    format!("^.*/provision/(?:{tail})$")
}

/// What a decoded path means; `None` when it is none of ours.
pub fn find(path: &str) -> Option<Natural> {
    if path == PAGE {
        return Some(Natural::Provision(Vec::new()));
    }
    if let Some(file) = path.strip_prefix(TEMPLATES) {
        let is_plain = !file.split('/').any(|part| part.is_empty() || part.starts_with('.'));
        return is_plain.then(|| Natural::Template(file.to_owned()));
    }
    let (captures, to) =
        PATTERNS.iter().zip(&RULES).find_map(|(pattern, (_, to))| Some((pattern.captures(path)?, to)))?;
    Some(match to {
        Page(parameters) => {
            Natural::Provision(parameters.split('&').filter_map(|pair| fill(pair, &captures)).collect())
        }
        Static(file) => Natural::Static(file),
    })
}

fn fill(pair: &'static str, captures: &Captures<'_>) -> Option<(&'static str, String)> {
    let (name, template) = pair.split_once('=')?;
    let mut value = template.to_owned();
    for kept in ["mac", "ext", "file"] {
        if let Some(text) = captures.name(kept) {
            value = value.replace(&format!("{{{kept}}}"), text.as_str());
        }
    }
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(path: &str) -> String {
        match find(path) {
            Some(Natural::Provision(pairs)) => {
                pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
            }
            Some(Natural::Static(file)) => format!("static {file}"),
            Some(Natural::Template(file)) => format!("template {file}"),
            None => "none".into(),
        }
    }

    #[test]
    fn every_rule_is_a_regular_expression() {
        assert_eq!(PATTERNS.len(), RULES.len());
    }

    #[test]
    fn an_address_may_have_any_prefix_and_the_usual_endings() {
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
    fn a_file_that_is_the_same_for_all_is_static() {
        assert_eq!(parameters("/provision/J100Supgrade.txt"), "static avaya/J100Supgrade.txt");
    }

    #[test]
    fn a_template_is_named_below_the_root_without_hidden_parts() {
        assert_eq!(parameters("/resources/templates/provision/a/b/{$mac}.cfg"), "template a/b/{$mac}.cfg");
        for path in ["", "a/", ".git/config", "a/.b", "a//b", "../x"] {
            assert_eq!(parameters(&format!("/resources/templates/provision/{path}")), "none", "{path}");
        }
    }

    #[test]
    fn other_paths_are_not_ours() {
        for path in [
            "/",
            "/provision",
            "/Provision/001565be5fd7.cfg",
            "/provision/001565be5fd7.boot",
            "/provision/y000000000108.boot",
            "/provision/001565be5fd7.cfg.bak",
            "/provision/0001565be5fd7.cfg",
            "/provision/index.php",
            "/x.xml",
        ] {
            assert_eq!(parameters(path), "none", "{path}");
        }
    }
}
