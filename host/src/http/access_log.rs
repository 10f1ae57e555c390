//! The access log: one line per request with the client, the device and the outcome. A refused request's line also has
//! the requested path and device. Queries, passwords and document contents are never logged.

use super::answer::Answer;
use super::status::{self, Failure};
use crate::facts::{ClientAddress, DeviceAddress, is_control};
use crate::gate::Refusal;
use crate::request::{DeviceIdentifier, ProvisionRequest};
use std::time::Duration;

/// The longest path and the longest device in a line. Longer ones are cut.
const PATH_CHARS_MAX: usize = 200;
const GIVEN_CHARS_MAX: usize = 64;

/// The facts about one request, collected while it is processed.
pub struct AccessRecord {
    client: ClientAddress,
    /// Path and query as the phone sent them.
    target: String,
    /// What the request names as its device, as the phone sent it.
    given: String,
    identifier: DeviceIdentifier,
    address: Option<DeviceAddress>,
    domain: String,
    /// `None` until the database was asked.
    is_domain: Option<bool>,
    plugin: String,
    template: String,
    is_login: bool,
}

impl AccessRecord {
    pub fn new(client: ClientAddress, target: &str) -> Self {
        Self {
            client,
            target: target.to_owned(),
            given: String::new(),
            identifier: DeviceIdentifier::Missing,
            address: None,
            domain: String::new(),
            is_domain: None,
            plugin: String::new(),
            template: String::new(),
            is_login: false,
        }
    }

    pub fn request(&mut self, request: &ProvisionRequest, identifier: &DeviceIdentifier) {
        self.given = cut(request.given(), GIVEN_CHARS_MAX);
        self.identifier = identifier.clone();
        self.address = identifier.address().cloned();
        request.host().clone_into(&mut self.domain);
    }

    /// A user logs in, so there is no device.
    pub fn login(&mut self, request: &ProvisionRequest) {
        self.request(request, &DeviceIdentifier::Missing);
        self.is_login = true;
    }

    pub fn is_login(&self) -> bool {
        self.is_login
    }

    /// The address that an extension led to.
    pub fn address(&mut self, address: Option<&DeviceAddress>) {
        self.address = address.cloned();
    }

    /// Whether the database has a domain for the request.
    pub fn domain(&mut self, is_found: bool) {
        self.is_domain = Some(is_found);
    }

    /// The domain of the device that a PIN was for.
    pub fn domain_name(&mut self, name: &str) {
        name.clone_into(&mut self.domain);
    }

    pub fn plugin(&mut self, plugin: &str, template: &str) {
        plugin.clone_into(&mut self.plugin);
        template.clone_into(&mut self.template);
    }

    pub fn plugin_name(&self) -> &str {
        &self.plugin
    }

    pub fn log(&self, outcome: Result<&Answer, &Failure>, took: Duration) {
        let client = self.client;
        let address = self.address.as_ref().map(DeviceAddress::as_str).unwrap_or_default();
        let ms = took.as_secs_f64() * 1e3;
        let (domain, plugin, template) = (&self.domain, &self.plugin, &self.template);
        match outcome {
            Ok(Answer::Document(ready)) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                template, file = ready.document().file, bytes = ready.document().body.len(),
                status = ready.status().as_u16(), duration_ms = ms, "provisioned"
            ),
            Ok(Answer::Upload(upload)) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, file = upload.name,
                bytes = upload.bytes, status = upload.status().as_u16(), duration_ms = ms, "uploaded"
            ),
            Ok(Answer::Bound) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, status = 200,
                duration_ms = ms, "phone bound by PIN"
            ),
            Err(failure) => {
                let verdict = status::of(failure);
                let (path, given) = (cut(path(&self.target), PATH_CHARS_MAX), &self.given);
                let status = verdict.status.as_u16();
                if verdict.ours {
                    tracing::error!(
                        client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                        template, path, status, error = %failure, error.kind = failure.kind(), limit = failure.limit(),
                        duration_ms = ms, "failed"
                    );
                } else {
                    tracing::info!(
                        client.address = %client, device.address = address, device.given = given,
                        domain.name = domain, template, path, status, error = self.words(failure),
                        duration_ms = ms, "refused"
                    );
                }
            }
        }
    }

    /// The failure in words. The phone gets the same answer for several faults, but the operator has to tell them apart.
    fn words(&self, failure: &Failure) -> String {
        let unknown = match failure {
            Failure::Refused(Refusal::UnknownDevice) => true,
            Failure::Uncovered(inner) => matches!(**inner, Failure::Refused(Refusal::UnknownDevice)),
            Failure::Shown(inner) => return self.words(inner),
            _ => false,
        };
        if !unknown {
            return failure.to_string();
        }
        let device = match &self.identifier {
            DeviceIdentifier::Address(_) => "no device has this address",
            DeviceIdentifier::Extension { .. } => "no device has this extension",
            DeviceIdentifier::Invalid => "the given address has no hexadecimal digits, or too many",
            DeviceIdentifier::Missing => "the request names no device",
        };
        let domain = if self.is_domain == Some(false) { ", and the host is not a domain" } else { "" };
        let uncovered = if matches!(failure, Failure::Uncovered(_)) { ", by a URL without a rule" } else { "" };
        format!("unknown device: {device}{domain}{uncovered}")
    }
}

/// The path of a target, without everything that may be a query, even an encoded one: it may hold a password.
pub fn path(target: &str) -> &str {
    let lower = target.to_ascii_lowercase();
    let marks = ["?", "#", "&", ";", "=", "%3f", "%23", "%26", "%3b", "%3d"];
    let end = marks.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(target.len());
    &target[..end]
}

/// The text without control characters, and cut.
fn cut(text: &str, chars_max: usize) -> String {
    let clean = |letter| if is_control(letter) { '?' } else { letter };
    let mut kept: String = text.chars().take(chars_max).map(clean).collect();
    if text.chars().nth(chars_max).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_line_has_no_query() {
        for (target, expected) in [
            ("/prov/83/da44.xml", "/prov/83/da44.xml"),
            ("/cloud?cloud_password=x", "/cloud"),
            ("/cloud%3Fcloud_password=x", "/cloud"),
            ("/cloud&password=x", "/cloud"),
            ("/cloud;password=x", "/cloud"),
            ("/cloud/password%3dx", "/cloud/password"),
            ("*", "*"),
        ] {
            assert_eq!(path(target), expected, "{target}");
        }
    }

    #[test]
    fn long_and_unprintable_texts_are_cut_and_cleaned() {
        assert_eq!(cut("a\u{1b}[2J\n\u{202e}b", 20), "a?[2J??b");
        assert_eq!(cut("abcdef", 3), "abc…");
        assert_eq!(cut("äöü", 3), "äöü");
    }
}
