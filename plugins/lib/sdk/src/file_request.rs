//! The request for a file, as a vendor sees it that finishes the rendered document.

use crate::host::Host;
use crate::types::Job;
use dialplate_smarty::php::Value;

/// The request for one file of one device, and the device's settings.
pub struct FileRequest<'a> {
    pub(crate) job: &'a Job,
    /// The setting of a name, as templates see it.
    pub(crate) settings: &'a dyn Fn(&str) -> Option<Value>,
    pub(crate) host: &'a dyn Host,
}

impl<'a> FileRequest<'a> {
    /// The device's address: lower-case hexadecimal digits without separators.
    pub fn address(&self) -> &'a str {
        &self.job.address
    }

    /// The text of a setting as templates print it; empty if it is not set. Only the settings of
    /// [`Vendor::finish_settings`](crate::Vendor::finish_settings) are certain to be there.
    pub fn setting(&self, name: &str) -> String {
        let text = |value: Value| String::from_utf8_lossy(&value.to_bytes()).into_owned();
        (self.settings)(name).map(text).unwrap_or_default()
    }

    /// Whether a setting is on: a boolean, or one of the texts that PHP takes for one.
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.setting(name).trim().to_ascii_lowercase().as_str(), "1" | "true" | "on" | "yes")
    }

    /// The path and query that the phone requested, percent-encoded. A call asks the server, so call this only if the
    /// answer matters.
    pub fn target(&self) -> String {
        let entries = self.host.server_variables();
        entries.into_iter().rfind(|(name, _)| name == "REQUEST_URI").map(|(_, target)| target).unwrap_or_default()
    }
}
