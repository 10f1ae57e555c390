//! Whole requests.

use super::*;
use std::net::IpAddr;

fn ask(
    method: &str,
    target: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<RequestTarget, RequestError> {
    let mut map = HeaderMap::new();
    map.insert(header::HOST, "alpha.example.net".parse().unwrap());
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    RequestTarget::parse(&RawRequest {
        method,
        target,
        original_target: None,
        headers: &map,
        body: body.as_bytes(),
        client: IpAddr::from([127, 0, 0, 1]).into(),
        https: false,
        certificate: PhoneCertificate::Absent,
        forms: UrlForms::default(),
    })
}

fn get(target: &str) -> Box<ProvisionRequest> {
    match ask("GET", target, &[], "") {
        Ok(RequestTarget::Provision(request)) => request,
        _ => panic!("{target} is no request for provisioning"),
    }
}

#[test]
fn query_wins_over_path() {
    let request = get("/provision/805ec0e7f817.cfg?mac=001565be5fd7&file=%2Ffavorite_setting.xml");
    assert!(request.identify_device(&|_: &str| None) == DeviceIdentifier::Address("001565be5fd7".parse_address()));
    assert_eq!(request.file(), Ok(Some("favorite_setting.xml")));
}

#[test]
fn body_is_read_only_for_a_posted_form() {
    let form = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    let claim = |method, headers: &[(&'static str, &str)]| match ask(method, "/provision/", headers, "mac=001565be5fd7")
    {
        Ok(RequestTarget::Provision(request)) => request.identify_device(&|_: &str| None),
        _ => panic!("no request for provisioning"),
    };
    assert!(claim("POST", &[form]) == DeviceIdentifier::Address("001565be5fd7".parse_address()));
    assert!(claim("POST", &[("content-type", "text/plain")]) == DeviceIdentifier::Missing);
    assert!(claim("GET", &[form]) == DeviceIdentifier::Missing);
}

#[test]
fn cookies_are_ignored() {
    let asked = ask("GET", "/provision/", &[("cookie", "mac=001565be5fd7")], "");
    assert!(
        matches!(asked, Ok(RequestTarget::Provision(request)) if request.identify_device(&|_: &str| None) == DeviceIdentifier::Missing)
    );
}

#[test]
fn other_request_is_refused_with_its_reason() {
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
fn content_type_parameter_requests_an_attachment() {
    let name = |query: &str| get(&format!("/provision/?{query}")).attachment("001565be5fd7");
    assert_eq!(name("file={$mac}.cfg&content_type=application%2Foctet-stream").as_deref(), Some("001565be5fd7.cfg"));
    assert_eq!(name("content_type=application/octet-stream").as_deref(), Some(""));
    assert_eq!(name("content_type=text/html"), None);
}

trait ParseAddress {
    fn parse_address(&self) -> crate::facts::DeviceAddress;
}

impl ParseAddress for str {
    fn parse_address(&self) -> crate::facts::DeviceAddress {
        crate::facts::DeviceAddress::parse(self).unwrap()
    }
}
