//! A local server, an account at it, and phones.

use crate::download::Client;
use crate::facts::DeviceAddress;
use crate::redirect::{Account, CallPace, Provider, RedirectDevice, Service, open};
use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

pub const USER: &str = "operator";
pub const SECRET: &str = "s3cret-of-the-account";
pub const URL: &str = "https://pbx.example.net/app/provision/";

/// Serves on a free port, and returns the URL without a path.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The provider of a service that is at this URL.
pub fn provider(name: &str, url: &str) -> Box<dyn Provider> {
    provider_with(name, url, SECRET)
}

pub fn provider_with(name: &str, url: &str, secret: &str) -> Box<dyn Provider> {
    provider_of(name, url, secret, "")
}

/// The provider of an account with this server at the service.
pub fn provider_of(name: &str, url: &str, secret: &str, server: &str) -> Box<dyn Provider> {
    let service = Service::find(name).unwrap();
    let text = |key: &str| match key.rsplit('_').next() {
        Some("USER") => Some(USER.to_owned()),
        Some("SECRET") => Some(secret.to_owned()),
        Some("URL") => Some(url.to_owned()),
        Some("SERVER") => Some(server.to_owned()),
        _ => None,
    };
    let account = Account::read(service, None, &text).unwrap_or_else(|error| panic!("{error}"));
    let client = Client::new(None).unwrap();
    open(service, client, account, CallPace::per_second(CallPace::RATE_MAX)).unwrap()
}

pub fn device(address: &str) -> RedirectDevice {
    RedirectDevice { url: URL.to_owned(), ..RedirectDevice::of(DeviceAddress::parse(address).unwrap()) }
}

/// Whether a request has this user and password.
pub fn has_basic(headers: &HeaderMap, password: &str) -> bool {
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{password}")));
    headers.get("authorization").is_some_and(|value| *value == expected.as_str())
}

/// An answer in JSON.
pub struct Json(pub Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0.to_string()).into_response()
    }
}
