//! What FusionPBX itself answers to a phone's request, compared with what the phone would get here.

use super::config::Fusionpbx;
use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use crate::directory::Admitted;
use crate::download::{self, Call, Client, Limits, Reply};
use crate::facts::{HIDDEN, percent_encoded};
use crate::http::{PROBE, Preview};
use crate::journal::{self, NewAction, StoredDocument};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde::Serialize;
use std::time::Duration;

/// FusionPBX renders a file in less than a second; a person waits ten times as long.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest documents of phones, phone books, have some hundred kilobytes.
const DOCUMENT_BYTES_MAX: u64 = 4 << 20;
/// Targets of the journal are cut there.
const TARGET_CHARS_MAX: usize = 500;

/// How FusionPBX's answer differs from the document that the phone would get here.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FusionpbxDifference {
    /// The name that the phone asks for.
    pub name: String,
    /// The request that FusionPBX got: that of the phone's last fetch, if the journal knows it.
    pub request: FusionpbxRequest,
    /// FusionPBX's status; absent if it could not be asked.
    pub status: Option<u16>,
    /// Why there is no document to compare, and what to do.
    pub problem: Option<String>,
    /// Whether both documents are the same bytes; absent if there is no other one.
    pub is_same: Option<bool>,
    /// A unified diff from FusionPBX's document, with secrets hidden; absent if both are the same, or one is no text.
    pub diff: Option<String>,
}

/// A phone's request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FusionpbxRequest {
    pub target: String,
    pub host: String,
    pub user_agent: String,
}

/// A page on which FusionPBX lists or edits rows. Rows are named by their uuid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPage<'a> {
    Devices,
    Device(&'a str),
    Domains,
    Domain(&'a str),
    Extensions,
    Extension(&'a str),
    Settings,
    DefaultSetting(&'a str),
    DomainSetting { domain: &'a str, setting: &'a str },
}

impl OwnPage<'_> {
    /// Path and query.
    fn target(&self) -> String {
        let of = |page: &str, uuid: &str| format!("/{page}.php?id={}", percent_encoded(uuid, ""));
        match self {
            Self::Devices => "/app/devices/devices.php".to_owned(),
            Self::Device(uuid) => of("app/devices/device_edit", uuid),
            Self::Domains => "/core/domains/domains.php".to_owned(),
            Self::Domain(uuid) => of("core/domains/domain_edit", uuid),
            Self::Extensions => "/app/extensions/extensions.php".to_owned(),
            Self::Extension(uuid) => of("app/extensions/extension_edit", uuid),
            Self::Settings => "/core/default_settings/default_settings.php".to_owned(),
            Self::DefaultSetting(uuid) => of("core/default_settings/default_setting_edit", uuid),
            Self::DomainSetting { domain, setting } => {
                let page = of("core/domain_settings/domain_setting_edit", setting);
                format!("{page}&domain_uuid={}", percent_encoded(domain, ""))
            }
        }
    }
}

impl Operations {
    /// Whether FusionPBX can be asked (`fusionpbx_url`).
    pub fn has_fusionpbx(&self) -> bool {
        self.fusionpbx.is_some()
    }

    /// The address of one of FusionPBX's own pages; `None` without `fusionpbx_url`.
    pub fn fusionpbx_page(&self, page: &OwnPage<'_>) -> Option<String> {
        let Fusionpbx { url, .. } = self.fusionpbx.as_ref()?;
        Some(format!("{url}{}", page.target()))
    }

    /// Asks FusionPBX for a file of a device, and compares. This server writes nothing but the action's line; FusionPBX notes
    /// the request like a fetch of the phone.
    ///
    /// # Errors
    /// The operator may not see the device, the phone would get no document here, or no FusionPBX is configured. A FusionPBX
    /// that sends none is no error.
    pub async fn fusionpbx_difference(
        &self,
        principal: &Principal,
        word: &str,
        file: &str,
        client: String,
    ) -> Result<FusionpbxDifference, Problem> {
        principal.needs(Scope::Read)?;
        let Some(fusionpbx) = &self.fusionpbx else {
            let advice = "set fusionpbx_url to the address of FusionPBX's own web server, and restart the server";
            return Err(Problem::Conflict(advice.to_owned()));
        };
        let Preview { device, ready } = self.preview(principal, word, file).await?;
        let name = &ready.document.file;
        let request = self.phones_request(&device, name).await?;
        let (status, answer) = self.ask_fusionpbx(fusionpbx, &request).await;
        let problem = answer.as_ref().err().cloned();
        let theirs = answer.unwrap_or_default();
        let ours = &ready.document.body;
        let is_same = problem.is_none().then(|| theirs == *ours);
        let diff = match is_same {
            Some(false) => {
                let (old, new) = (StoredDocument::of(&theirs, &device), StoredDocument::of(ours, &device));
                tokio::task::spawn_blocking(move || journal::unified(&old, &new, false)).await.ok().flatten()
            }
            _ => None,
        };
        let detail = match (&problem, is_same) {
            (Some(problem), _) => format!("{name}: {problem}"),
            (None, is_same) => format!("{name}: {}", if is_same == Some(true) { "same" } else { "different" }),
        };
        let (domain, address) = (device.domain_name.clone(), Some(device.address.as_str().to_owned()));
        let (action, is_done) = ("fusionpbx_compare", problem.is_none());
        let action = NewAction { client, action, domain, device: address, detail, is_done, ..NewAction::default() };
        self.record(principal, action).await;
        let name = crate::request::with_address(name, device.address.as_str());
        Ok(FusionpbxDifference { name, request, status, problem, is_same, diff })
    }

    /// The request of the phone's last fetch; if the journal does not know it, one for the file by its name.
    async fn phones_request(&self, device: &Admitted, file: &str) -> Result<FusionpbxRequest, Problem> {
        let address = device.address.as_str();
        let fetch = match self.reader().await? {
            Some(mut reader) => {
                let fetch = reader.last_fetch(&device.address, file).await?;
                reader.close().await;
                fetch
            }
            None => None,
        };
        let (mac, encoded) = (percent_encoded(address, ""), percent_encoded(file, ""));
        let plain = format!("/app/provision/?mac={mac}&file={encoded}");
        let Some(fetch) = fetch else {
            let (host, user_agent) = (device.domain_name.clone(), String::new());
            return Ok(FusionpbxRequest { target: plain, host, user_agent });
        };
        let target = Some(fetch.target).filter(|target| is_whole(target)).unwrap_or(plain);
        Ok(FusionpbxRequest { target, host: fetch.domain, user_agent: fetch.user_agent })
    }

    /// FusionPBX's status and document, or why there is none.
    async fn ask_fusionpbx(
        &self,
        fusionpbx: &Fusionpbx,
        request: &FusionpbxRequest,
    ) -> (Option<u16>, Result<Vec<u8>, String>) {
        // A probe that arrives here is answered at once, and leaves no line.
        let Some(probe) = self.admin.probes.issue() else {
            return (None, Err("too many requests to FusionPBX are under way; try again in a minute".to_owned()));
        };
        let answered = send(fusionpbx, request, &probe.token).await;
        if self.admin.probes.take(&probe.token).is_some() {
            let advice = "fusionpbx_url leads to this server; name an address of FusionPBX's own web server whose \
                provisioning is not passed on to Dialplate";
            return (None, Err(advice.to_owned()));
        }
        match answered {
            Ok(reply) => (Some(reply.status.as_u16()), document(reply)),
            Err(error) => (None, Err(error)),
        }
    }
}

/// Whether a target of the journal is the one that was requested.
fn is_whole(target: &str) -> bool {
    target.starts_with('/') && !target.contains(HIDDEN) && target.chars().count() < TARGET_CHARS_MAX
}

async fn send(fusionpbx: &Fusionpbx, request: &FusionpbxRequest, probe: &str) -> Result<Reply, String> {
    let client = Client::new(fusionpbx.authorities.as_deref()).map_err(|error| match error {
        download::Error::Authorities(reason) => format!("fusionpbx_ca: {reason}"),
        error => error.to_string(),
    })?;
    let uri = format!("{}{}", fusionpbx.url, request.target);
    if uri.parse::<Uri>().is_err() {
        return Err(format!("the phone's target {:?} cannot be sent", request.target));
    }
    let mut headers = HeaderMap::new();
    let wanted = [(header::HOST, &*request.host), (header::USER_AGENT, &*request.user_agent)];
    for (name, text) in wanted.into_iter().chain([(HeaderName::from_static(PROBE), probe)]) {
        let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| format!("{name} {text:?} cannot be sent"))?;
        headers.insert(name, value);
    }
    let limits = Limits { bytes_max: DOCUMENT_BYTES_MAX, timeout: TIMEOUT };
    let (method, place, body) = (Method::GET, fusionpbx.url.clone(), Vec::new());
    client.call(Call { method, uri, place, headers, body, limits }).await.map_err(|error| error.to_string())
}

/// The document of an answer.
fn document(Reply { status, headers, body }: Reply) -> Result<Vec<u8>, String> {
    match status {
        StatusCode::OK => Ok(body),
        StatusCode::UNAUTHORIZED => {
            Err("FusionPBX asks for the phone's password (status 401), and Dialplate sends none: its \
            documents can be compared where the provision setting http_auth_enabled is false"
                .to_owned())
        }
        StatusCode::FORBIDDEN => {
            Err("FusionPBX refuses the request (status 403): its setting cidr has to contain this \
            server's address, and the device has to exist there"
                .to_owned())
        }
        status => {
            let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            let leads = location.map(|place| format!(" and leads to {place}")).unwrap_or_default();
            Err(format!("FusionPBX answers with status {status}{leads}, and not with a document"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_targets_of_the_journal_are_repeated() {
        assert!(is_whole("/provision/001565000001.cfg?model=T46U"));
        let long = format!("/{}", "a".repeat(TARGET_CHARS_MAX));
        for target in ["001565000001.cfg", "/app/provision/?mac=001565000001&password=(hidden)", "", &long] {
            assert!(!is_whole(target), "{target}");
        }
    }
}
