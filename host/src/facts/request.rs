//! What the directory finds for one request: the facts from which the gate decides.

use super::address::DeviceAddress;
use super::settings::Settings;
use super::value::Record;

/// A tenant.
#[derive(Clone)]
pub struct Domain {
    pub uuid: String,
    pub name: String,
    /// Its row of `v_domains`.
    pub record: Record,
}

/// A device that has a row. It holds no line, no key and no line password.
pub struct DeviceFacts {
    pub uuid: String,
    pub domain_uuid: String,
    pub address: DeviceAddress,
    /// `device_enabled`; NULL counts as enabled, but not up to release 5.4.
    pub enabled: bool,
    /// `device_vendor` as stored; empty when NULL.
    pub vendor: String,
    /// Its row of `v_devices`.
    pub record: Record,
}

/// The databases from which the rest of a request may be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadOrigin {
    /// Only the primary, because a replica did not know the device.
    Primary,
    /// A replica too.
    Any,
}

/// The facts of one request.
pub struct RequestFacts {
    /// The device with the requested address, in any domain that the lookup allowed.
    pub device: Option<DeviceFacts>,
    /// The lookup found no device, but one with this address exists in another domain, or in none. Auto insert must
    /// not add a second one, and the answer must not disclose the first.
    pub taken_elsewhere: bool,
    /// The device's domain, else the one that the `Host` header names.
    pub domain: Option<Domain>,
    /// Default settings, and those of the domain that the gate reads.
    pub settings: Settings,
    /// With the domain filter off and no device found: the same settings of a domain that demands credentials, by which
    /// the gate refuses unknown devices. Else the lack of a challenge would disclose that the device is unknown.
    pub strangers: Option<Settings>,
    pub origin: ReadOrigin,
}
