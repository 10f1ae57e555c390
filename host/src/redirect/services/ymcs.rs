//! Yealink's YMCS by REST, with a token. Source: github.com/nethesis/falconieri, libs/ymcs/API_MANUAL.md.

use crate::download::{FileUrl, Reply};
use crate::facts::address_digits;
use crate::redirect::device::RedirectDevice;
use crate::redirect::protocol::connection::{ATTEMPTS_MAX, Connection, sensitive};
use crate::redirect::provider::{Answer, Listed, Outcomes, Provider, Registration, ServiceError};
use crate::request::Secret;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;
use uuid::Uuid;

/// The devices of a page of the list.
const PAGE: usize = 100;

/// The devices that one call adds or removes.
const BATCH_MAX: usize = 100;

/// More devices than an enterprise has.
const PAGES_MAX: usize = 2_000;

/// A token is renewed so long before it expires.
const MARGIN: Duration = Duration::from_secs(60);

/// The pause if the service puts a call off in its answer's body.
const PAUSE: Duration = Duration::from_secs(2);

const JSON: &str = "application/json";

/// There is no `Debug`, because the token is enough to log in.
pub struct Ymcs {
    pub(super) connection: Connection,
    token: Mutex<Option<(Secret, Instant)>>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    mac: String,
    unique_server_url: Option<String>,
    server_url: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Found>,
}

impl Ymcs {
    pub fn new(connection: Connection) -> Self {
        Self { connection, token: Mutex::new(None) }
    }

    fn url(&self, path: &str) -> Result<FileUrl, ServiceError> {
        let base = self.connection.account.url.as_str().trim_end_matches('/');
        FileUrl::parse(&format!("{base}{path}"))
            .map_err(|_| ServiceError::Undocumented("its URL cannot be built".to_owned()))
    }

    async fn post(&self, path: &str, authorization: HeaderValue, body: &Value) -> Result<Reply, ServiceError> {
        let headers = || {
            let milliseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, authorization.clone());
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
            let nonce = Uuid::new_v4().simple().to_string();
            for (name, text) in [("timestamp", milliseconds.to_string()), ("nonce", nonce)] {
                let value = HeaderValue::from_str(&text).map_err(|_| ServiceError::Credentials)?;
                headers.insert(HeaderName::from_static(name), value);
            }
            Ok(headers)
        };
        self.connection.send(Method::POST, &self.url(path)?, &headers, body.to_string().as_bytes()).await
    }

    async fn bearer(&self) -> Result<HeaderValue, ServiceError> {
        let mut kept = self.token.lock().await;
        if let Some((token, _)) = kept.as_ref().filter(|(_, expires)| Instant::now() < *expires) {
            return bearer(token);
        }
        let account = &self.connection.account;
        let basic = Connection::basic(&account.user, account.secret.expose())?;
        let reply = self.post("/v2/token", basic, &json!({"grant_type": "client_credentials"})).await?;
        if reply.status != StatusCode::OK {
            return Err(ServiceError::Credentials);
        }
        let token: Token = serde_json::from_slice(&reply.body)
            .map_err(|_| ServiceError::Undocumented("the answer to the login has no token".to_owned()))?;
        let lasts = Duration::from_secs(token.expires_in).saturating_sub(MARGIN);
        let token = Secret::new(token.access_token);
        let value = bearer(&token);
        *kept = Some((token, Instant::now() + lasts));
        value
    }

    pub(super) async fn call(&self, path: &str, body: &Value) -> Result<Value, ServiceError> {
        for _ in 0..ATTEMPTS_MAX {
            let reply = self.post(path, self.bearer().await?, body).await?;
            let read: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            let code = read["code"].as_str().unwrap_or_default();
            match (reply.status, code) {
                (_, "900429") => tokio::time::sleep(PAUSE).await,
                (_, "900401" | "900440") => *self.token.lock().await = None,
                (status, "" | "900200") if status.is_success() => return Ok(read),
                (status, code) => return Err(self.refusal(status, code, &read, path)),
            }
        }
        Err(ServiceError::Throttled(ATTEMPTS_MAX))
    }

    pub(super) async fn find(&self, device: &RedirectDevice) -> Result<Registration, ServiceError> {
        let address = device.address.as_str();
        let body = json!({"skip": 0, "limit": PAGE, "autoCount": false, "filter": {"mac": address}});
        let found = self.page(&body).await?.into_iter().find(|found| address_digits(&found.mac) == address);
        Ok(found.map_or(Registration::Absent, |found| Registration::Here(found.unique_server_url.or(found.server_url))))
    }

    async fn page(&self, body: &Value) -> Result<Vec<Found>, ServiceError> {
        let read = self.call("/v2/rps/listDevices", body).await?;
        let page: Page = serde_json::from_value(read)
            .map_err(|error| ServiceError::Undocumented(self.connection.account.cleaned(&error.to_string())))?;
        Ok(page.data)
    }

    async fn all(&self) -> Result<Option<Vec<Listed>>, ServiceError> {
        let mut listed = Vec::new();
        for at in 0..PAGES_MAX {
            let page = self.page(&json!({"skip": at * PAGE, "limit": PAGE, "autoCount": false})).await?;
            let is_last = page.len() < PAGE;
            listed.extend(page.into_iter().map(|found| Listed {
                address: address_digits(&found.mac),
                url: found.unique_server_url.or(found.server_url),
            }));
            if is_last {
                return Ok(Some(listed));
            }
        }
        Err(ServiceError::Undocumented(format!("its list has more than {PAGES_MAX} pages")))
    }

    /// Adds a phone by its serial number. The service changes no registration, so an old one is removed first.
    pub(super) async fn add_by_serial(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        if self.find(device).await? != Registration::Absent {
            self.delete(device).await?;
        }
        let body = json!({"mac": device.address.as_str(), "sn": device.serial, "uniqueServerUrl": device.url});
        self.call("/v2/rps/devices", &body).await.map(drop)
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        self.delete_all(std::slice::from_ref(device)).await.pop().unwrap_or(Ok(()))
    }

    /// A documented code, or the words of the documented examples.
    pub(super) fn reason(text: &str) -> Option<ServiceError> {
        let lower = text.to_ascii_lowercase();
        let is = |code: &str, words: &str| text == code || lower.contains(words);
        if is("800001", "device.mac.invalid") || lower.contains("invalid mac") {
            Some(ServiceError::NoSuchDevice)
        } else if is("800002", "invalid sn") {
            Some(ServiceError::Serial)
        } else if is("800004", "already managed") || is("800003", "already exists") {
            Some(ServiceError::Elsewhere)
        } else if is("800008", "exceeds limit") {
            Some(ServiceError::Full)
        } else {
            None
        }
    }

    fn refusal(&self, status: StatusCode, code: &str, read: &Value, path: &str) -> ServiceError {
        let is_forbidden = status == StatusCode::FORBIDDEN || matches!(code, "900403" | "900501");
        if is_forbidden && path.ends_with("addDevicesByMac") {
            return ServiceError::NoGrant;
        }
        if is_forbidden {
            return ServiceError::Credentials;
        }
        if let Some(known) = Self::reason(code) {
            return known;
        }
        match code {
            "900408" | "900500" | "900502" | "900503" | "900504" | "900511" | "900599" => {
                ServiceError::Faulty(code.parse().unwrap_or_default())
            }
            _ if fields(read).any(|field| field == "uniqueServerUrl") => ServiceError::Url(String::new()),
            _ if fields(read).any(|field| field == "sn") => ServiceError::Serial,
            _ if fields(read).any(|field| field == "mac") => ServiceError::NoSuchDevice,
            _ => {
                let said = self.connection.account.cleaned(read["message"].as_str().unwrap_or("no message"));
                ServiceError::Other(format!("status {}, code {code}: {said}", status.as_u16()))
            }
        }
    }
}

/// The fields that the service finds wrong.
fn fields(read: &Value) -> impl Iterator<Item = &str> {
    read["details"].as_array().into_iter().flatten().filter_map(|detail| detail["field"].as_str())
}

fn bearer(token: &Secret) -> Result<HeaderValue, ServiceError> {
    let value = sensitive(&format!("Bearer {}", token.expose()));
    value.map_err(|_| ServiceError::Undocumented("its token cannot be sent".to_owned()))
}

impl Provider for Ymcs {
    fn status<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, Registration> {
        Box::pin(self.find(device))
    }

    fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(async move { self.add_all(std::slice::from_ref(device)).await.pop().unwrap_or(Ok(())) })
    }

    fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.delete(device))
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn register_all<'a>(&'a self, devices: &'a [RedirectDevice]) -> Outcomes<'a> {
        Box::pin(self.add_all(devices))
    }

    fn remove_all<'a>(&'a self, devices: &'a [RedirectDevice]) -> Outcomes<'a> {
        Box::pin(self.delete_all(devices))
    }

    fn list(&self) -> Answer<'_, Option<Vec<Listed>>> {
        Box::pin(self.all())
    }
}
