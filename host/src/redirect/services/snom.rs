//! Snom's SRAPS by REST, signed in the Hawk scheme. Sources: service.snom.com, REST API; github.com/nethesis/falconieri,
//! libs/grape/API_MANUAL.md. The service tells where its resources are, so nothing but the first addresses is built here.

use crate::download::{FileUrl, Reply};
use crate::redirect::device::RedirectDevice;
use crate::redirect::protocol::connection::{Connection, sensitive};
use crate::redirect::protocol::hawk::{Signed, Stamp, authorization};
use crate::redirect::provider::{Answer, Provider, Registration, ServiceError};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

/// The setting that holds the URL.
const SETTING: &str = "setting_server";

/// The list of settings has some thousands, and this many on a page.
const PAGE: &str = "settings/?page_size=1000";
const PAGES_MAX: usize = 20;

const JSON: &str = "application/json";

pub struct Sraps {
    connection: Connection,
    /// Where the account's phones are, and the setting's name in them.
    place: OnceCell<Place>,
}

struct Place {
    endpoints: String,
    setting: String,
}

#[derive(Deserialize)]
struct Setting {
    uuid: String,
    param_name: String,
}

#[derive(Deserialize)]
struct Linked {
    links: std::collections::HashMap<String, Value>,
}

impl Sraps {
    pub fn new(connection: Connection) -> Self {
        Self { connection, place: OnceCell::new() }
    }

    async fn call(&self, method: Method, url: &str, body: &[u8]) -> Result<Reply, ServiceError> {
        let account = &self.connection.account;
        let target = self.own(url)?;
        let content_type = if body.is_empty() { "" } else { JSON };
        let headers = || {
            let stamp =
                Stamp::now().ok_or_else(|| ServiceError::Other("the system has no random numbers".to_owned()))?;
            let signed = Signed { method: method.as_str(), url: target.as_str(), content_type, body };
            let value = authorization(&account.user, &account.secret, &stamp, &signed);
            let value = value.and_then(|text| sensitive(&text).ok()).ok_or(ServiceError::Credentials)?;
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value);
            headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
            if !content_type.is_empty() {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            }
            Ok(headers)
        };
        self.connection.send(method.clone(), &target, &headers, body).await
    }

    /// A URL that the service named, if it is its own: a signature goes nowhere else.
    fn own(&self, text: &str) -> Result<FileUrl, ServiceError> {
        let other = || ServiceError::Undocumented("it links to another server".to_owned());
        let base = Url::parse(self.connection.account.url.as_str()).map_err(|_| other())?;
        let target = base.join(text).map_err(|_| other())?;
        if base.origin() == target.origin() {
            FileUrl::parse(target.as_str()).map_err(|_| other())
        } else {
            Err(other())
        }
    }

    async fn read<T: DeserializeOwned>(&self, url: &str) -> Result<(T, HeaderMap), ServiceError> {
        let reply = self.call(Method::GET, url, b"").await?;
        if reply.status != StatusCode::OK {
            return Err(self.refusal(&reply, None));
        }
        let read = serde_json::from_slice(&reply.body);
        Ok((read.map_err(|error| self.undocumented(&error.to_string()))?, reply.headers))
    }

    async fn place(&self) -> Result<&Place, ServiceError> {
        self.place
            .get_or_try_init(|| async {
                Ok(Place { endpoints: self.endpoints().await?, setting: self.setting().await? })
            })
            .await
    }

    /// By way of the key and its company.
    async fn endpoints(&self) -> Result<String, ServiceError> {
        let base = self.base();
        let (key, _) = self.read::<Linked>(&format!("{base}tokens/{}", self.connection.account.user)).await?;
        let (company, _) = self.read::<Linked>(&self.link(&key, "company")?).await?;
        let endpoints = self.link(&company, "endpoints")?;
        Ok(if endpoints.ends_with('/') { endpoints } else { endpoints + "/" })
    }

    fn base(&self) -> String {
        format!("{}/", self.connection.account.url.as_str().trim_end_matches('/'))
    }

    fn link(&self, linked: &Linked, name: &str) -> Result<String, ServiceError> {
        let link = linked.links.get(name).and_then(Value::as_str).map(str::to_owned);
        link.ok_or_else(|| self.undocumented(&format!("it has no link `{name}`")))
    }

    /// The identifier of the setting for the URL, on whichever page it is.
    async fn setting(&self) -> Result<String, ServiceError> {
        let mut next = Some(format!("{}{PAGE}", self.base()));
        for _ in 0..PAGES_MAX {
            let Some(url) = next else { break };
            let (settings, headers) = self.read::<Vec<Setting>>(&url).await?;
            if let Some(found) = settings.into_iter().find(|setting| setting.param_name == SETTING) {
                return Ok(found.uuid);
            }
            next = headers.get(header::LINK).and_then(|value| next_page(value.to_str().ok()?));
        }
        Err(self.undocumented(&format!("it has no setting `{SETTING}`")))
    }

    async fn find(&self, device: &RedirectDevice) -> Result<Registration, ServiceError> {
        let place = self.place().await?;
        let reply = self.call(Method::GET, &format!("{}{}", place.endpoints, device.address), b"").await?;
        match reply.status {
            StatusCode::OK => {
                let read: Value =
                    serde_json::from_slice(&reply.body).map_err(|error| self.undocumented(&error.to_string()))?;
                let url = read["settings_manager"][&place.setting]["value"].as_str();
                Ok(Registration::Here(url.map(str::to_owned)))
            }
            StatusCode::NOT_FOUND => Ok(Registration::Absent),
            _ => match self.refusal(&reply, Some(device)) {
                ServiceError::Elsewhere => Ok(Registration::Elsewhere),
                error => Err(error),
            },
        }
    }

    async fn add(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let place = self.place().await?;
        let setting = json!({ &place.setting: {"value": device.url, "attrs": {"perm": "RW"}} });
        let body = json!({
            "mac": device.address.as_str(), "autoprovisioning_enabled": true, "settings_manager": setting
        });
        let url = format!("{}{}", place.endpoints, device.address);
        let reply = self.call(Method::PUT, &url, body.to_string().as_bytes()).await?;
        if reply.status.is_success() { Ok(()) } else { Err(self.refusal(&reply, Some(device))) }
    }

    async fn delete(&self, device: &RedirectDevice) -> Result<(), ServiceError> {
        let place = self.place().await?;
        let reply = self.call(Method::DELETE, &format!("{}{}", place.endpoints, device.address), b"").await?;
        match reply.status {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            _ => Err(self.refusal(&reply, Some(device))),
        }
    }

    /// The message is under one of three names.
    fn refusal(&self, reply: &Reply, device: Option<&RedirectDevice>) -> ServiceError {
        let read: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let message = ["message", "error", "detail"].iter().find_map(|name| read[*name].as_str());
        let message = message.map_or_else(|| String::from_utf8_lossy(&reply.body).into_owned(), str::to_owned);
        let lower = message.to_ascii_lowercase();
        let is_taken =
            lower.contains("taken_mac_or_forbidden") || lower.contains("permission") && lower.contains("endpoint");
        match reply.status {
            _ if is_taken => ServiceError::Elsewhere,
            StatusCode::FORBIDDEN => ServiceError::Credentials,
            StatusCode::NOT_FOUND if device.is_some() => ServiceError::NoSuchDevice,
            StatusCode::BAD_REQUEST if lower.contains("url") => {
                ServiceError::Url(device.map(|device| device.url.clone()).unwrap_or_default())
            }
            StatusCode::BAD_REQUEST if lower.contains("mac") => ServiceError::NoSuchDevice,
            status => {
                let said = self.connection.account.cleaned(&message);
                ServiceError::Other(format!("status {}: {said}", status.as_u16()))
            }
        }
    }

    fn undocumented(&self, text: &str) -> ServiceError {
        self.connection.account.undocumented(text)
    }
}

/// The target with `rel="next"` of a header as in RFC 8288.
fn next_page(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.split_once(';')?;
        let is_next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| target.trim().trim_start_matches('<').trim_end_matches('>').to_owned())
    })
}

impl Provider for Sraps {
    fn status<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, Registration> {
        Box::pin(self.find(device))
    }

    fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.add(device))
    }

    fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
        Box::pin(self.delete(device))
    }
}
