//! Whole requests, and the natural URLs against what real nginx servers made of them.

use super::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/contract/rewrites.json");

/// The nginx sites of the installers.
const SITES: [&str; 6] = ["debian", "devuan", "ubuntu", "centos", "freebsd", "freebsd-alt"];

fn ask(method: &str, target: &str, headers: &[(&'static str, &str)], body: &str) -> Result<Asked, RequestError> {
    let mut map = HeaderMap::new();
    map.insert(header::HOST, "alpha.example.net".parse().unwrap());
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    Asked::parse(&Arrival {
        method,
        target,
        original_target: None,
        headers: &map,
        body: body.as_bytes(),
        client: [127, 0, 0, 1].into(),
        https: false,
    })
}

fn get(target: &str) -> Box<ProvisionRequest> {
    match ask("GET", target, &[], "") {
        Ok(Asked::Provision(request)) => request,
        _ => panic!("{target} is no request for provisioning"),
    }
}

#[test]
fn the_phones_query_wins_over_its_path() {
    let request = get("/provision/805ec0e7f817.cfg?mac=001565be5fd7&file=%2Ffavorite_setting.xml");
    assert!(request.address(&|_: &str| None) == Claim::Address("001565be5fd7".parse_address()));
    assert_eq!(request.file(), Ok(Some("favorite_setting.xml")));
}

#[test]
fn a_body_counts_for_a_post_of_a_form_only() {
    let form = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    let claim = |method, headers: &[(&'static str, &str)]| match ask(method, "/provision/", headers, "mac=001565be5fd7")
    {
        Ok(Asked::Provision(request)) => request.address(&|_: &str| None),
        _ => panic!("no request for provisioning"),
    };
    assert!(claim("POST", &[form]) == Claim::Address("001565be5fd7".parse_address()));
    assert!(claim("POST", &[("content-type", "text/plain")]) == Claim::Nobody);
    assert!(claim("GET", &[form]) == Claim::Nobody);
}

#[test]
fn cookies_say_nothing() {
    let asked = ask("GET", "/provision/", &[("cookie", "mac=001565be5fd7")], "");
    assert!(matches!(asked, Ok(Asked::Provision(request)) if request.address(&|_: &str| None) == Claim::Nobody));
}

#[test]
fn what_is_no_request_for_provisioning_says_why() {
    let long = format!("/provision/?{}", "a".repeat(TARGET_BYTES_MAX));
    for (method, target, error) in [
        ("PUT", "/provision/", RequestError::Method),
        ("TRACE", "/provision/", RequestError::Method),
        ("get", "/provision/", RequestError::Method),
        ("GET", "/robots.txt", RequestError::NotProvisioning),
        ("GET", "/provision/%00", RequestError::Path),
        ("GET", long.as_str(), RequestError::TargetTooLong),
        ("GET", "/provision/?mac[]=001565be5fd7", RequestError::ArrayParameter("mac")),
    ] {
        assert!(ask(method, target, &[], "").err() == Some(error), "{method} {target}");
    }
    let body = "a".repeat(BODY_BYTES_MAX + 1);
    assert!(ask("POST", "/provision/", &[], &body).err() == Some(RequestError::BodyTooLong));
}

#[test]
fn an_attachment_is_asked_for_by_its_content_type() {
    let name = |query: &str| get(&format!("/provision/?{query}")).attachment("001565be5fd7");
    assert_eq!(name("file={$mac}.cfg&content_type=application%2Foctet-stream").as_deref(), Some("001565be5fd7.cfg"));
    assert_eq!(name("content_type=application/octet-stream").as_deref(), Some(""));
    assert_eq!(name("content_type=text/html"), None);
}

#[test]
fn natural_urls_mean_what_the_installers_nginx_sites_make_of_them() {
    let Ok(text) = std::fs::read_to_string(Path::new(RECORDED)) else {
        eprintln!("skipped: no recorded rewrites at {RECORDED}");
        return;
    };
    let recorded: Json = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for (target, outcomes) in recorded["outcomes"].as_object().unwrap() {
        let mine = ask("GET", target, &[], "").ok().map(|asked| meaning(&asked));
        let theirs: Vec<_> = SITES.iter().filter_map(|site| recorded_meaning(outcomes[*site].as_str()?)).collect();
        compared += theirs.len();
        if theirs.is_empty() {
            assert!(mine.is_none(), "{target}: no site knows it, and yet it means {mine:?}");
        } else {
            assert!(mine.is_some_and(|mine| theirs.contains(&mine)), "{target}: the sites say {theirs:?}");
        }
        // The union decides for most, and where all agree there is nothing to decide.
        let first = theirs.first();
        let agree = theirs.iter().all(|one| Some(one) == first) || target.contains("algom");
        assert!(agree, "{target}: the sites differ: {theirs:?}");
    }
    assert!(compared > 200, "only {compared} outcomes compared");
}

/// The parameters that decide: of each name the last, empty ones left out.
type Meaning = BTreeMap<String, String>;

fn meaning(asked: &Asked) -> Meaning {
    match asked {
        Asked::Static(file) => [("static".to_owned(), (*file).to_owned())].into(),
        Asked::Provision(request) => {
            let pairs = request.visible_parameters().map(|(name, value)| (name.to_owned(), value.to_owned()));
            without_empty(pairs.collect())
        }
    }
}

/// `uri|args` as nginx ended with; `None` when that is no page of FusionPBX's.
fn recorded_meaning(outcome: &str) -> Option<Meaning> {
    let (path, query) = outcome.split_once('|')?;
    if let Some(file) = path.strip_prefix("/resources/templates/provision/") {
        return Some([("static".to_owned(), file.to_owned())].into());
    }
    if !["/app/provision/", "/app/provision/index.php"].contains(&path) {
        return None;
    }
    let parameters = Parameters::parse(Vec::new(), query, b"").ok()?;
    Some(without_empty(parameters.visible().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}

fn without_empty(meaning: Meaning) -> Meaning {
    meaning.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

trait ParseAddress {
    fn parse_address(&self) -> crate::facts::MacAddress;
}

impl ParseAddress for str {
    fn parse_address(&self) -> crate::facts::MacAddress {
        crate::facts::MacAddress::parse(self).unwrap()
    }
}
