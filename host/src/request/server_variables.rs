//! The request as FusionPBX's PHP sees it behind nginx: the entries of `$_SERVER` that templates can read.

use crate::facts::ClientAddress;
use axum::http::{HeaderMap, HeaderName, header};

/// Headers whose values are credentials.
const SECRET: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// The parts of a request that templates can read. `query` may hold passwords.
pub(super) struct Readable<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    pub(super) query: &'a str,
    pub(super) host: &'a str,
    pub(super) client: ClientAddress,
    pub(super) https: bool,
    pub(super) headers: &'a HeaderMap,
}

impl Readable<'_> {
    /// The entries of `$_SERVER`, with `HTTP_…` for every header without credentials.
    pub(super) fn entries(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut add = |name: &str, value: &str| found.push((name.to_owned(), value.to_owned()));
        add("REQUEST_METHOD", self.method);
        add("REQUEST_URI", self.target);
        add("QUERY_STRING", self.query);
        add("SERVER_NAME", self.host);
        if let Some(address) = self.client.known() {
            add("REMOTE_ADDR", &address.to_string());
        }
        if self.https {
            add("HTTPS", "on");
        }
        for (name, value) in self.headers {
            // nginx drops other names, and passes all values of a name, of which PHP takes the last one.
            let is_passed = name.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if is_passed && !SECRET.contains(name) {
                let name = format!("HTTP_{}", name.as_str().to_ascii_uppercase().replace('-', "_"));
                add(&name, &String::from_utf8_lossy(value.as_bytes()));
            }
        }
        found
    }
}

/// The query after the rewrite of a natural URL: the URL's own parameters as FusionPBX's sites spell them, then the query
/// that the phone sent.
pub(super) fn rewritten_query(natural: &[(&'static str, String)], query: &str) -> String {
    let spelled = |value: &String| value.replace('{', "%7b").replace('$', "%24").replace('}', "%7d");
    let natural = natural.iter().map(|(name, value)| format!("{name}={}", spelled(value)));
    let query = (!query.is_empty()).then(|| query.to_owned());
    natural.chain(query).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use crate::facts::PhoneCertificate;
    use crate::request::{RawRequest, RequestTarget, UrlForms};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    /// The entries of a request with these headers, sorted.
    fn entries(target: &str, https: bool, headers: &[(&'static str, &str)]) -> Vec<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let raw = RawRequest {
            method: "GET",
            target,
            original_target: None,
            headers: &map,
            body: b"",
            client: std::net::IpAddr::from([192, 0, 2, 1]).into(),
            https,
            certificate: PhoneCertificate::Absent,
            forms: UrlForms::default(),
        };
        let Ok(RequestTarget::Provision(request)) = RequestTarget::parse(&raw) else { panic!("{target}") };
        let mut entries: Vec<_> = request.server_variables().iter().map(|(name, it)| format!("{name}={it}")).collect();
        entries.sort();
        entries
    }

    #[test]
    fn template_sees_the_request_without_credentials() {
        let secrets = [("authorization", "Basic x"), ("proxy-authorization", "x"), ("cookie", "x"), ("x_y", "x")];
        let headers = [("host", "PBX.example.net:8080"), ("user-agent", "Acme 1"), ("x-model", "a"), ("x-model", "b")];
        let found =
            entries("/app/provision/index.php?mac=001565aabbcc&password=x", true, &[&headers[..], &secrets].concat());
        let expected = [
            "HTTPS=on",
            "HTTP_HOST=PBX.example.net:8080",
            "HTTP_USER_AGENT=Acme 1",
            "HTTP_X_MODEL=a",
            "HTTP_X_MODEL=b",
            "QUERY_STRING=mac=001565aabbcc&password=x",
            "REMOTE_ADDR=192.0.2.1",
            "REQUEST_METHOD=GET",
            "REQUEST_URI=/app/provision/index.php?mac=001565aabbcc&password=x",
            "SERVER_NAME=pbx.example.net",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn query_string_is_that_after_the_rewrite() {
        let query = |target| {
            let found = entries(target, false, &[("host", "pbx.example.net")]);
            assert!(!found.iter().any(|entry| entry.starts_with("HTTPS")));
            found.into_iter().find(|entry| entry.starts_with("QUERY_STRING")).unwrap()
        };
        assert_eq!(query("/provision/cfg001565aabbcc.xml"), "QUERY_STRING=mac=001565aabbcc");
        let algo = query("/provision/algom001565aabbcc.conf?a=%20b");
        assert_eq!(algo, "QUERY_STRING=mac=001565aabbcc&file=algom%7b%24mac%7d.conf&a=%20b");
    }
}
