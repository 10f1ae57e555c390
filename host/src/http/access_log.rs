//! The access log: one line per request with the client, the device and the outcome. Parameters, passwords and
//! document contents are never logged.

use super::answer::Ready;
use super::status::{self, Failure};
use crate::facts::{ClientAddress, DeviceAddress};
use std::time::Duration;

/// The facts about one request, collected while it is processed.
pub struct Seen {
    client: ClientAddress,
    address: Option<DeviceAddress>,
    domain: String,
    plugin: String,
    template: String,
}

impl Seen {
    pub fn new(client: ClientAddress) -> Self {
        Self { client, address: None, domain: String::new(), plugin: String::new(), template: String::new() }
    }

    pub fn request(&mut self, address: Option<&DeviceAddress>, domain: &str) {
        self.address = address.cloned();
        domain.clone_into(&mut self.domain);
    }

    pub fn plugin(&mut self, plugin: &str, template: &str) {
        plugin.clone_into(&mut self.plugin);
        template.clone_into(&mut self.template);
    }

    pub fn plugin_name(&self) -> &str {
        &self.plugin
    }

    pub fn log(&self, outcome: Result<&Ready, &Failure>, took: Duration) {
        let client = self.client;
        let address = self.address.as_ref().map(DeviceAddress::as_str).unwrap_or_default();
        let ms = took.as_secs_f64() * 1e3;
        let (domain, plugin, template) = (&self.domain, &self.plugin, &self.template);
        match outcome {
            Ok(ready) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                template, file = ready.document().file, bytes = ready.document().body.len(),
                status = ready.status().as_u16(), duration_ms = ms, "provisioned"
            ),
            Err(failure) => {
                let verdict = status::of(failure);
                let status = verdict.status.as_u16();
                if verdict.ours {
                    tracing::error!(
                        client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                        template, status, error = %failure, error.kind = failure.kind(), limit = failure.limit(),
                        duration_ms = ms, "failed"
                    );
                } else {
                    tracing::info!(
                        client.address = %client, device.address = address, domain.name = domain, template,
                        status, error = %failure, duration_ms = ms, "refused"
                    );
                }
            }
        }
    }
}
