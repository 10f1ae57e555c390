//! Writes down the decisions about one request while it is walked.

use super::sent::Sent;
use crate::directory::{Device, TemplateFrom};
use crate::explain::{
    CheckLog, DevicePart, DocumentPart, DomainPart, Explanation, LimitCount, LimitsPart, NamedPart, RequestPart,
    RulePart, SettingUse, TemplateFolder, TemplatePart,
};
use crate::facts::{RequestFacts, Settings, hex, is_secret};
use crate::gate::{self, Refusal};
use crate::http::arrived::Arrived;
use crate::http::reason;
use crate::http::status::{self, Failure};
use crate::journal::path;
use crate::plugin::{Document, Plugins, RenderError};
use crate::request::{NamedBy, ParameterPlace, ProvisionRequest, RequestError, UrlRule};
use crate::sentry::{LimitKind, RateLimited, RequestSource, Sentry};
use crate::templates::{SearchPath, TemplateLocation};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

/// The decisions so far.
#[derive(Default)]
pub struct Steps {
    pub(super) explanation: Explanation,
    pub(super) checks: CheckLog,
    pub(super) is_login: bool,
    /// The settings by which the gate judges. They hold passwords.
    pub(super) judged_by: Option<Settings>,
    /// The step to which a URL without an answer belongs.
    pub(super) step: &'static str,
}

impl Steps {
    pub(super) fn arrived(&mut self, parts: &Parts, arrived: &Arrived) {
        let header = |name| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        self.explanation.request = RequestPart {
            method: parts.method.to_string(),
            path: path(parts.uri.path()).to_owned(),
            host: header(header::HOST).unwrap_or_default(),
            client: arrived.client.address.to_string(),
            https: arrived.client.https,
            user_agent: header(header::USER_AGENT).unwrap_or_default(),
            credentials: scheme(&parts.headers),
            ..RequestPart::default()
        };
        self.step = "url";
    }

    /// The URL is that of a public file.
    pub(super) fn public(&mut self, path: &str) {
        let part = &mut self.explanation.request;
        part.rule = Some(RulePart { kind: "static".to_owned(), ..RulePart::default() });
        part.file = Some(path.to_owned());
        self.step = "file";
    }

    pub(super) fn read(&mut self, request: &ProvisionRequest) {
        let part = &mut self.explanation.request;
        request.host().clone_into(&mut part.host);
        let visible = request.visible_parameters().filter(|(name, _)| !is_secret(name));
        part.parameters = visible.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        part.file = request.template().or(request.file().ok().flatten()).map(str::to_owned);
        let of = |kind: &str| RulePart { kind: kind.to_owned(), ..RulePart::default() };
        part.rule = Some(match request.rule() {
            UrlRule::Page => of("page"),
            UrlRule::Template => of("template"),
            UrlRule::Upload => of("upload"),
            UrlRule::Natural { pattern, of: origin } => RulePart {
                pattern: Some(pattern.to_owned()),
                url_forms: Some(origin.name().to_owned()),
                ..of("natural")
            },
        });
        self.step = "file";
    }

    pub(super) fn named(&mut self, request: &ProvisionRequest, plugins: &Plugins) -> &mut DevicePart {
        let named_by = request.named_by(plugins);
        let by = |by: &str| NamedPart { by: by.to_owned(), ..NamedPart::default() };
        let with_agent = |part: NamedPart, agent: Option<(&str, &str)>| NamedPart {
            plugin: agent.map(|(plugin, _)| plugin.to_owned()),
            pattern: agent.map(|(_, pattern)| pattern.to_owned()),
            ..part
        };
        let named_by = match named_by {
            NamedBy::Nothing => by("nothing"),
            NamedBy::UserAgent => with_agent(by("user_agent"), plugins.agent(request.user_agent())),
            NamedBy::SerialNumber => with_agent(by("serial_number"), plugins.serial_agent(request.user_agent())),
            NamedBy::Parameter(name) => NamedPart {
                parameter: Some(name.to_owned()),
                place: request.place(name).map(place).map(str::to_owned),
                ..by("parameter")
            },
        };
        self.explanation.device.insert(DevicePart { named_by, ..DevicePart::default() })
    }

    pub(super) fn found(&mut self, facts: &RequestFacts, request: &ProvisionRequest) {
        self.judged_by = Some(gate::judging(facts).clone());
        if let (Some(part), Some(device)) = (&mut self.explanation.device, &facts.device) {
            part.is_known = true;
            part.uuid = Some(device.uuid.clone());
            part.vendor = Some(device.vendor.clone());
            part.is_enabled = Some(device.enabled);
        }
        let is_host = |name: &str| name.eq_ignore_ascii_case(request.host());
        let other = if self.is_login { "login" } else { "device" };
        let found_by = match &facts.domain {
            Some(domain) if is_host(&domain.name) => "host",
            Some(_) => other,
            None => "none",
        };
        self.explanation.domain = Some(DomainPart {
            host: request.host().to_owned(),
            name: facts.domain.as_ref().map(|domain| domain.name.clone()),
            uuid: facts.domain.as_ref().map(|domain| domain.uuid.clone()),
            found_by: found_by.to_owned(),
            filter: Some(SettingUse::of(&facts.settings, "provision", "http_domain_filter")),
            is_taken_elsewhere: facts.taken_elsewhere,
            is_judged_by_strictest: gate::is_judged_by_strictest(facts),
        });
    }

    /// How the source stands with the limits, and which of them it has reached.
    pub(super) fn limits(
        &mut self,
        sentry: &Sentry,
        source: Option<&RequestSource>,
        now: u64,
        reached: Option<&RateLimited>,
    ) {
        let Some(source) = source else {
            self.explanation.limits = Some(LimitsPart { is_exempt: true, ..LimitsPart::default() });
            return;
        };
        let state = sentry.state(source, now);
        let counts = state.counts.into_iter().map(|count| LimitCount {
            kind: kind(count.kind).to_owned(),
            subject: count.subject,
            count: count.count,
            max: count.max,
            seconds_left: count.seconds_left,
        });
        self.explanation.limits = Some(LimitsPart {
            is_exempt: false,
            is_known: state.is_known,
            is_guessing: state.is_guessing,
            counts: counts.collect(),
            reached: reached.map(ToString::to_string),
        });
    }

    /// The template folder that a device names.
    pub(super) fn template(&mut self, device: &Device) {
        let named_by = match device.template_from {
            TemplateFrom::Row => "row",
            TemplateFrom::StandIn => "stand_in",
            TemplateFrom::Alternate => "alternate",
            TemplateFrom::UserAgent => "user_agent",
            TemplateFrom::Login => "login",
        };
        if let Some(part) = self.explanation.device.as_mut().filter(|_| device.shown != device.uuid) {
            part.shows = Some(device.shown.clone());
        }
        self.explanation.template = Some(TemplatePart {
            named_by: named_by.to_owned(),
            named: device.template.clone(),
            template_dir: Some(SettingUse::of(&device.settings, "provision", "template_dir")),
            ..TemplatePart::default()
        });
    }

    /// Where the folder was found.
    pub(super) fn located(&mut self, located: &TemplateLocation, search: &SearchPath) {
        let Some(part) = &mut self.explanation.template else { return };
        part.folder = Some(located.name.as_str().to_owned());
        let place = |layer: &std::path::Path| {
            if search.custom.as_ref().is_some_and(|custom| layer.starts_with(custom)) {
                return "custom".to_owned();
            }
            let at = search.roots.iter().position(|root| layer.starts_with(root));
            at.map_or("template_dir".to_owned(), |at| format!("root {}", at + 1))
        };
        let folder =
            |layer: &std::path::PathBuf| TemplateFolder { path: layer.display().to_string(), place: place(layer) };
        part.folders = located.layers().iter().map(folder).collect();
    }

    pub(super) fn document(&mut self, from: &str, document: &Document, render_ms: Option<f64>) {
        self.explanation.document = Some(DocumentPart {
            from: from.to_owned(),
            content_type: document.content_type.clone(),
            bytes: document.body.len(),
            sha256: sha256(&document.body),
            render_ms,
            is_repeatable: document.is_repeatable(),
        });
    }

    pub(super) fn would_write(&mut self, what: impl Into<String>) {
        self.explanation.result.would_write.push(what.into());
    }

    /// The explanation with what the phone would get.
    pub(super) fn conclude(self, outcome: &Result<Sent, Failure>) -> Explanation {
        let Self { mut explanation, checks, step, is_login, .. } = self;
        let result = &mut explanation.result;
        match outcome {
            Ok(sent) => {
                result.status = sent.status();
                let by = if matches!(result.status, 412 | 416) { "range" } else { "admitted" };
                by.clone_into(&mut result.decided_by);
                (result.reason, result.text) = (sent.reason(is_login).word().to_owned(), sent.text());
            }
            Err(failure) => {
                let verdict = status::of(failure);
                result.status = verdict.status.as_u16();
                result.decided_by = decided_by(failure, &checks, step);
                (result.reason, result.text) = (reason::of(failure).word().to_owned(), Some(failure.to_string()));
                result.retry_after_s = verdict.retry_after;
            }
        }
        let is_refused = checks.refused().is_some();
        explanation.checks = checks.into_parts(is_refused);
        explanation
    }
}

/// The step that kept the phone from its document.
fn decided_by(failure: &Failure, checks: &CheckLog, step: &str) -> String {
    let of_request = |error: &RequestError| match error {
        RequestError::Method => "method",
        RequestError::Host => "host",
        RequestError::FileName => "file",
        RequestError::UploadTooLong { .. } | RequestError::PartialUpload => "upload",
        _ => step,
    };
    let name = match failure {
        Failure::Shown(inner) | Failure::Uncovered(inner) => return decided_by(inner, checks, step),
        Failure::Refused(Refusal::AuthServer) | Failure::AuthServer(_) => "auth_server",
        Failure::Refused(_) => checks.refused().unwrap_or("gate"),
        Failure::Limited(_) => "rate_limits",
        Failure::Request(error) => of_request(error),
        Failure::NoTemplate(_) | Failure::Templates(_) => "template_folder",
        Failure::NoPlugin(_) | Failure::LatePlugin(_) => "plugin",
        Failure::Engine(_) => "template_engine",
        Failure::Render { error: RenderError::NoSuchFile(_), .. } => "file",
        Failure::Render { .. } => "render",
        Failure::Directory(_) => "database",
        Failure::Uploads(_) => "upload",
        Failure::Firmware(_) => "firmware",
        Failure::Pin(_) => "pin",
        Failure::NoAccounts => "accounts",
        Failure::LoginBusy => "login_turns",
        Failure::Timeout => "timeout",
    };
    name.to_owned()
}

/// A SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn scheme(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    // A header without a scheme may be a password.
    let (scheme, _) = text.trim().split_once(' ')?;
    Some(scheme.chars().filter(char::is_ascii_alphanumeric).take(20).collect())
}

fn place(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path",
        ParameterPlace::Query => "query",
        ParameterPlace::Body => "body",
    }
}

fn kind(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::FailuresOfNetwork => "failures_of_network",
        LimitKind::FailuresOfMaker => "failures_of_maker",
        LimitKind::NewDevicesOfNetwork => "new_devices_of_network",
        LimitKind::NewDevicesOfDomain => "new_devices_of_domain",
    }
}
