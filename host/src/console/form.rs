//! Forms that browsers send: their fields, and the proof that they are the console's own.

use crate::accounts::FormKey;
use crate::http::Part;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, header};
use url::form_urlencoded;

/// The field that has the token.
pub const TOKEN: &str = "token";

/// Bytes of a form: names and passwords are far shorter.
pub const BYTES_MAX: usize = 16 << 10;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The fields of a form. One may be a password, so there is no `Debug`.
pub struct Form(Vec<(String, String)>);

/// Why a form is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignForm {
    #[error("a page of another site has sent it")]
    OtherSite,
    #[error("it has not the token of this browser's form")]
    NoToken,
}

impl Form {
    pub fn parse(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The fields of a form with files.
    pub fn of(parts: Vec<Part>) -> Self {
        let text = |part: Part| (part.name, String::from_utf8_lossy(&part.bytes).into_owned());
        Self(parts.into_iter().map(text).collect())
    }

    /// The first field of this name, empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All fields in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether a box is ticked.
    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// # Errors
    /// The form is none that this console gave to this browser for this purpose.
    pub fn check(&self, headers: &HeaderMap, key: &FormKey, purpose: &str) -> Result<(), ForeignForm> {
        if !is_same_site(headers) {
            return Err(ForeignForm::OtherSite);
        }
        if key.is_token(purpose, self.text(TOKEN)) { Ok(()) } else { Err(ForeignForm::NoToken) }
    }
}

/// Whether the browser says that the console's own page sends the form. A client that says nothing is none that another
/// site's page could use.
pub fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let Some((_, authority)) = origin.split_once("://") else { return false };
    // Browsers let no page set these headers for another site.
    [header::HOST, FORWARDED_HOST].into_iter().filter_map(text).any(|host| host.eq_ignore_ascii_case(authority))
}

/// The host that the browser asked, without a port. It selects among users of one name, and proves nothing.
pub fn host(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let named = text(FORWARDED_HOST).or_else(|| text(header::HOST)).unwrap_or_default();
    let name = match named.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => named,
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn form_of_another_site_is_foreign() {
        let own: [&[(&str, &str)]; 5] = [
            &[],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8081")],
            &[
                ("origin", "https://pbx.example.net"),
                ("host", "127.0.0.1:8081"),
                ("x-forwarded-host", "PBX.example.net"),
            ],
            &[("origin", "http://[::1]:8081"), ("host", "[::1]:8081")],
        ];
        for pairs in own {
            assert!(is_same_site(&headers(pairs)), "{pairs:?}");
        }
        let foreign: [&[(&str, &str)]; 6] = [
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://a.example"), ("host", "a.example")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("host", "a.example")],
            &[("origin", "https://evil.example"), ("host", "a.example")],
            &[("origin", "https://a.example.evil.example"), ("host", "a.example")],
        ];
        for pairs in foreign {
            assert!(!is_same_site(&headers(pairs)), "{pairs:?}");
        }
    }

    #[test]
    fn form_needs_the_token_of_its_purpose() {
        let key = FormKey::generate().unwrap();
        let form = |token: &str| Form::parse(&Bytes::from(format!("a=1%2B1+2&token={token}&a=3")));
        assert_eq!(form("").text("a"), "1+1 2");
        assert_eq!(form(&key.token("logout")).check(&HeaderMap::new(), &key, "logout"), Ok(()));
        for (token, purpose) in [("", "logout"), (&*key.token("logout"), "reload"), ("x", "logout")] {
            assert_eq!(form(token).check(&HeaderMap::new(), &key, purpose), Err(ForeignForm::NoToken), "{purpose}");
        }
    }

    #[test]
    fn host_is_that_of_the_browser_without_port() {
        assert_eq!(host(&headers(&[("host", "PBX.example.net:8443")])), "pbx.example.net");
        assert_eq!(host(&headers(&[("host", "127.0.0.1:8081"), ("x-forwarded-host", "a.example")])), "a.example");
        assert_eq!((host(&headers(&[("host", "[::1]")])), host(&headers(&[]))), ("[::1]".to_owned(), String::new()));
    }
}
