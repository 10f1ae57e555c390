//! TFTP's way into the rooms: a name becomes the path of a GET, as a phone would ask for it over HTTP.

use super::client::Config;
use super::state::AppState;
use super::{router, server};
use crate::facts::percent_encoded;
use crate::request::RequestTarget;
use crate::tftp::{Answerer, Found, NoFile};
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Weak;

/// Where names belong that name no folder of the server's.
const FOLDER: &str = "/provision/";

/// The first parts of names that are whole paths.
const WHOLE: [&str; 3] = ["provision/", "app/provision/", "firmware/"];

/// Asks the handlers of HTTP.
pub struct TftpDoor {
    /// Held weakly: a stopping server waits until nobody has the state any more.
    state: Weak<AppState>,
    config: Config,
}

impl TftpDoor {
    pub fn new(state: Weak<AppState>, config: Config) -> Self {
        Self { state, config }
    }
}

impl Answerer for TftpDoor {
    fn answer(&self, client: IpAddr, name: String) -> Pin<Box<dyn Future<Output = Result<Found, NoFile>> + Send>> {
        let (state, config) = (self.state.upgrade(), self.config.clone());
        Box::pin(async move {
            let state = state.ok_or(NoFile::Later)?;
            let path = path(&name);
            let host = domain(&state, &path).await.unwrap_or_default();
            let request = Request::builder().uri(path).header(header::HOST, host).body(Body::empty());
            let request = request.map_err(|_| NoFile::Absent)?;
            let answer = server::respond(&router(state), &config, client, request).await;
            match answer.status().as_u16() {
                200 => {
                    let body = answer.into_body();
                    let bytes = HttpBody::size_hint(&body).exact();
                    Ok(Found { body, bytes })
                }
                401 | 403 => Err(NoFile::Denied),
                429 | 500..=599 => Err(NoFile::Later),
                _ => Err(NoFile::Absent),
            }
        })
    }
}

/// The domain of the device that a path names: TFTP has no `Host`, so the device decides. `None` if it names no device, or one
/// that is unknown.
async fn domain(state: &AppState, path: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static(""));
    let target = RequestTarget::of_get(path, &headers, state.url_forms).ok()?;
    let RequestTarget::Provision(request) = target else { return None };
    let identifier = request.identify_device(&*state.snapshot.load().plugins);
    state.directory.domain_of_device(identifier.address()?).await.ok()?
}

/// The path of a name. Some phones begin with a slash, and some use backslashes.
fn path(name: &str) -> String {
    let name = name.replace('\\', "/");
    let name = name.trim_start_matches('/');
    let folder = if WHOLE.iter().any(|whole| name.starts_with(whole)) { "/" } else { FOLDER };
    format!("{folder}{}", percent_encoded(name, "~/"))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn names_become_paths() {
        for (name, expected) in [
            ("001565aabbcc.cfg", "/provision/001565aabbcc.cfg"),
            ("/SEP001565AABBCC.cnf.xml", "/provision/SEP001565AABBCC.cnf.xml"),
            ("/provision/a.cfg", "/provision/a.cfg"),
            ("app/provision/a.cfg", "/app/provision/a.cfg"),
            ("firmware/T46U.rom", "/firmware/T46U.rom"),
            ("spa\\spa504g.cfg", "/provision/spa/spa504g.cfg"),
            ("a b?c#d%.cfg", "/provision/a%20b%3Fc%23d%25.cfg"),
        ] {
            assert_eq!(path(name), expected);
        }
    }
}
