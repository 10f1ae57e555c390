//! The console's cookies.

use super::desk::Desk;
use crate::accounts::RandomId;
use axum::http::{HeaderMap, HeaderValue, header};

/// The id of a session.
pub const SESSION: &str = "dialplate_session";
/// A random text of a browser that has no session: its login form's token belongs to it.
pub const DOOR: &str = "dialplate_login";

/// The id in a cookie of this name; `None` if there is none, or several with this name.
pub fn read(headers: &HeaderMap, name: &str) -> Option<RandomId> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let (value, other) = (values.next()?, values.next());
    RandomId::parse(value).filter(|_| other.is_none())
}

/// The header's value that sets a cookie until the browser is closed. No script can read it, and no other site's page can
/// make a browser send it.
pub fn set(desk: &Desk, name: &str, id: &RandomId, is_https: bool) -> HeaderValue {
    value(&format!("{name}={}; {}", id.expose(), attributes(desk, is_https)))
}

/// The header's value that removes a cookie.
pub fn remove(desk: &Desk, name: &str, is_https: bool) -> HeaderValue {
    value(&format!("{name}=; Max-Age=0; {}", attributes(desk, is_https)))
}

fn attributes(desk: &Desk, is_https: bool) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    format!("Path={}; HttpOnly; SameSite=Strict{secure}", desk.base)
}

fn value(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_cookie_of_a_name_is_read() {
        let id = "0".repeat(64);
        let read = |cookies: &[&str]| {
            let mut headers = HeaderMap::new();
            for text in cookies {
                headers.append(header::COOKIE, HeaderValue::from_str(text).unwrap());
            }
            super::read(&headers, SESSION).is_some()
        };
        assert!(read(&[&format!("{SESSION}={id}")]) && read(&["a=b", &format!("c=d; {SESSION}={id};e=f")]));
        // A page of a sibling domain can add a second cookie.
        assert!(!read(&[&format!("{SESSION}={id}; {SESSION}={id}")]));
        assert!(
            !read(&[]) && !read(&[SESSION]) && !read(&[&format!("{DOOR}={id}")]) && !read(&[&format!("{SESSION}=x")])
        );
    }
}
