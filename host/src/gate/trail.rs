//! The checks of the gate, and an observer of their verdicts. A request is observed by `()`, which costs nothing.

use super::refusal::Refusal;
use super::settings::PIN_NETWORKS;
use crate::facts::Settings;

/// One check of the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Clients in the networks of `unknown_first` learn at once that a device is unknown.
    UnknownFirst,
    DomainNetworks,
    Provisioning,
    Networks,
    AuthServer,
    /// The client certificate. It is noted if it decides.
    Certificate,
    /// A phone without a device in one of the networks for PINs needs no credentials, and gets the generic file alone.
    NewPhone,
    /// A new device needs no credentials for some minutes. It is noted if it decides.
    FirstContact,
    Credentials,
    Password,
    /// The device has a row, or one may be inserted.
    Device,
    DeviceDomain,
    DeviceEnabled,
    /// An inserted device needs a domain.
    HostDomain,
    /// An inserted device needs an address that a phone can have.
    NewAddress,
}

/// The outcome of a check.
#[derive(Clone, Copy)]
pub enum Verdict<'a> {
    /// The settings demand nothing here.
    NotRequired,
    Passed,
    Refused(&'a Refusal),
}

/// Observes the checks of one request, in their order.
pub trait Trail {
    /// `settings` are those by which the request is judged.
    fn note(&mut self, check: Check, settings: &Settings, verdict: Verdict<'_>);
}

impl Trail for () {
    fn note(&mut self, _: Check, _: &Settings, _: Verdict<'_>) {}
}

/// Notes the outcome of a check, and returns it.
pub(super) fn noted<T>(
    trail: &mut impl Trail,
    check: Check,
    settings: &Settings,
    outcome: Result<T, Refusal>,
) -> Result<T, Refusal> {
    trail.note(check, settings, outcome.as_ref().map_or_else(Verdict::Refused, |_| Verdict::Passed));
    outcome
}

/// The same for a check that decides only some requests: it is noted if it passes or refuses this one.
pub(super) fn noted_if(
    trail: &mut impl Trail,
    check: Check,
    settings: &Settings,
    outcome: Result<bool, Refusal>,
) -> Result<bool, Refusal> {
    if matches!(outcome, Ok(false)) { outcome } else { noted(trail, check, settings, outcome) }
}

impl Check {
    /// All checks in the order in which the gate makes them.
    pub const ALL: [Self; 15] = [
        Self::UnknownFirst,
        Self::DomainNetworks,
        Self::Provisioning,
        Self::Networks,
        Self::AuthServer,
        Self::Certificate,
        Self::NewPhone,
        Self::FirstContact,
        Self::Credentials,
        Self::Password,
        Self::Device,
        Self::DeviceDomain,
        Self::DeviceEnabled,
        Self::HostDomain,
        Self::NewAddress,
    ];

    /// The name of the check, one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownFirst => "unknown_first",
            Self::DomainNetworks => "domain_networks",
            Self::Provisioning => "provisioning",
            Self::Networks => "networks",
            Self::AuthServer => "auth_server",
            Self::Certificate => "certificate",
            Self::NewPhone => "new_phone",
            Self::FirstContact => "first_contact",
            Self::Credentials => "credentials",
            Self::Password => "password",
            Self::Device => "device",
            Self::DeviceDomain => "device_domain",
            Self::DeviceEnabled => "device_enabled",
            Self::HostDomain => "host_domain",
            Self::NewAddress => "new_address",
        }
    }

    /// The settings of FusionPBX's that the check reads, as category and name. Keys of the server's own configuration
    /// are not among them.
    pub fn settings(self) -> &'static [(&'static str, &'static str)] {
        const AUTO_INSERT: (&str, &str) = ("provision", "auto_insert_enabled");
        const DOMAIN_FILTER: (&str, &str) = ("provision", "http_domain_filter");
        match self {
            Self::UnknownFirst | Self::Device => &[AUTO_INSERT],
            Self::DomainNetworks => &[("domain", "cidr")],
            Self::Provisioning => &[("provision", "enabled")],
            Self::Networks => &[("provision", "cidr")],
            Self::NewPhone => &[("provision", PIN_NETWORKS)],
            Self::Credentials => &[
                ("provision", "http_auth_enabled"),
                ("provision", "http_auth_disable"),
                ("provision", "http_auth_type"),
                ("provision", "http_auth_username"),
                ("provision", "http_auth_password"),
            ],
            Self::Password => &[("provision", "password")],
            Self::DeviceDomain => &[DOMAIN_FILTER],
            Self::AuthServer
            | Self::Certificate
            | Self::FirstContact
            | Self::DeviceEnabled
            | Self::HostDomain
            | Self::NewAddress => &[],
        }
    }
}
