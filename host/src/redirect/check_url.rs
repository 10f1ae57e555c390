//! What is wrong with the URL for a maker's phones.

use super::finding::{Flaw, Severity};
use super::url_rule::{Reads, UrlRule};
use std::net::IpAddr;
use url::{Host, Url};

/// The longest URL of any maker whose limit is known.
const CHARS_MAX: usize = 1_024;

/// Everything that is wrong with a URL.
pub fn check_url(rule: &UrlRule, text: &str) -> Vec<Flaw> {
    let error = |word, message: String| (Severity::Error, word, message);
    if let Some(bad) = text.chars().find(|c| !c.is_ascii_graphic()) {
        let message = format!("the URL contains {bad:?}; write only ASCII, without blanks");
        return vec![error("url-characters", message)];
    }
    // Braces, brackets and percent signs of variables are no part of a URL's own syntax.
    let Ok(url) = Url::parse(text) else {
        let message = format!("this is no URL; write for instance {}", rule.url("https://pbx.example.net/provision"));
        return vec![error("no-url", message)];
    };
    let mut problems = Vec::new();
    problems.extend(check_scheme(&url));
    problems.extend(check_host(&url));
    problems.extend(check_file(rule, text, &url));
    if !url.username().is_empty() || url.password().is_some() {
        let message = "the URL holds a user name or password, which everybody at the service can read; leave them out";
        problems.push((Severity::Warning, "url-credentials", message.to_owned()));
    }
    if url.fragment().is_some() {
        problems
            .push(error("url-fragment", "the URL has a part after `#`, which no phone sends; remove it".to_owned()));
    }
    let chars_max = rule.chars_max.unwrap_or(CHARS_MAX);
    if text.len() > chars_max {
        let message = format!("the URL has {} characters, and {} phones take {chars_max}", text.len(), rule.maker);
        problems.push(error("url-length", message));
    }
    problems
}

fn check_scheme(url: &Url) -> Option<Flaw> {
    match url.scheme() {
        "https" => None,
        "http" => {
            let message = "the first files travel unencrypted over the internet, passwords included; use https";
            Some((Severity::Warning, "url-not-encrypted", message.to_owned()))
        }
        "tftp" => {
            let message = "TFTP over the internet is unencrypted, and most firewalls stop it; use https";
            Some((Severity::Warning, "url-not-encrypted", message.to_owned()))
        }
        scheme => Some((Severity::Error, "url-scheme", format!("{scheme} is not served; use https"))),
    }
}

fn check_host(url: &Url) -> Option<Flaw> {
    let unreachable = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    let address = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        _ => None,
    };
    match (address, url.host_str()) {
        (Some(ip), _) if ip.is_loopback() || ip.is_unspecified() => {
            Some((Severity::Error, "url-host", format!("{ip} is the phone itself; write the server's public name")))
        }
        (_, Some("localhost")) => {
            let message = "localhost is the phone itself; write the server's public name";
            Some((Severity::Error, "url-host", message.to_owned()))
        }
        (Some(ip), _) if unreachable(ip) => {
            let message = format!("{ip} is reached only from its own network; write a public name for other sites");
            Some((Severity::Warning, "url-host", message))
        }
        (Some(ip), _) if url.scheme() == "https" => {
            let message = format!("few certificates name an address such as {ip}; write the name in the certificate");
            Some((Severity::Warning, "url-host", message))
        }
        (_, None | Some("")) => Some((Severity::Error, "url-host", "the URL has no host".to_owned())),
        _ => None,
    }
}

fn check_file(rule: &UrlRule, text: &str, url: &Url) -> Option<Flaw> {
    let maker = rule.maker;
    if let Some(foreign) = rule.foreign_variable(text) {
        let instead = match rule.variable {
            "" => format!("{maker} phones replace no variable; write the folder alone"),
            own => format!("{maker} phones replace `{own}`"),
        };
        let message = format!("the phone sends `{foreign}` as it stands: {instead}");
        return Some((Severity::Error, "url-variable", message));
    }
    let has_variable = !rule.variable.is_empty() && text.contains(rule.variable);
    let last = url.path().rsplit('/').next().unwrap_or_default();
    match rule.reads {
        Reads::Folder if has_variable || last.is_empty() || url.query().is_some() => None,
        Reads::Folder => {
            let message = format!("{maker} phones append the name of their file to a folder; end the URL with `/`");
            Some((Severity::Error, "url-slash", message))
        }
        Reads::File { .. } if has_variable => None,
        Reads::File { name } => {
            let message =
                format!("{maker} phones fetch this very file, the same for all; write for instance `…/{name}`");
            Some((Severity::Error, "url-variable", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(maker: &str, url: &str) -> Vec<&'static str> {
        check_url(UrlRule::of(maker).unwrap(), url).into_iter().map(|(_, word, _)| word).collect()
    }

    #[test]
    fn own_url_of_every_maker_has_no_problem() {
        for rule in super::super::url_rule::URL_RULES {
            let url = rule.url("https://pbx.example.net/app/provision/");
            assert_eq!(check_url(rule, &url), [], "{url}");
        }
        assert!(words("yealink", "https://pbx.example.net/provision/$MAC.cfg").is_empty());
        assert!(words("snom", "https://pbx.example.net/provision/?mac={mac}").is_empty());
    }

    #[test]
    fn each_fault_of_a_url_has_its_word() {
        let long = format!("https://pbx.example.net/{}/", "a".repeat(240));
        for (maker, url, word) in [
            ("yealink", "https://pbx.example.net/provision", "url-slash"),
            ("yealink", "https://pbx.example.net/{mac}.cfg", "url-variable"),
            ("snom", "https://pbx.example.net/provision/", "url-variable"),
            ("gigaset", "https://pbx.example.net/$MAC.xml", "url-variable"),
            ("polycom", "http://pbx.example.net/", "url-not-encrypted"),
            ("polycom", "tftp://pbx.example.net/", "url-not-encrypted"),
            ("polycom", "ftp://pbx.example.net/", "url-scheme"),
            ("polycom", long.as_str(), "url-length"),
            ("polycom", "https://u:s3cret@pbx.example.net/", "url-credentials"),
            ("polycom", "https://192.168.1.2/", "url-host"),
            ("polycom", "https://203.0.113.7/", "url-host"),
            ("polycom", "https://localhost/", "url-host"),
            ("polycom", "https://[::1]/", "url-host"),
            ("polycom", "https://pbx.example.net/#x", "url-fragment"),
            ("polycom", "https://pbx.example.net/ä/", "url-characters"),
            ("polycom", "pbx.example.net", "no-url"),
        ] {
            assert_eq!(words(maker, url), [word], "{maker} {url}");
        }
    }

    #[test]
    fn message_repeats_no_password() {
        for (_, _, message) in check_url(UrlRule::of("polycom").unwrap(), "http://u:s3cret@10.0.0.1/x") {
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
