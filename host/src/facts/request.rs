//! What the directory finds for one request: the facts from which the gate decides.

use super::address::DeviceAddress;
use super::settings::Settings;
use super::value::Record;
use super::version::{DatabaseVersion, FactsVersion};
use std::sync::Arc;

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
    /// Its row of `v_devices`, without what notes change.
    pub record: Record,
}

/// The databases from which the rest of a request may be read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum ReadOrigin {
    /// Only the primary, because a replica did not know the device.
    Primary,
    /// A replica too.
    #[default]
    Any,
}

/// When and from where a device was provisioned last, as the database has it.
#[derive(Clone)]
pub struct LastProvisioned {
    pub date: String,
    pub ip: String,
}

/// Where the directory keeps what belongs to the facts of a request, and a version of the database at which they held. Only
/// the directory reads it.
#[derive(Clone, Copy)]
pub struct CachePlace {
    pub facts: FactsVersion,
    pub database: DatabaseVersion,
}

/// The facts of one request. A clone shares them.
#[derive(Clone, Default)]
pub struct RequestFacts {
    /// The device with the requested address, in any domain that the lookup allowed.
    pub device: Option<Arc<DeviceFacts>>,
    pub provisioned: Option<Arc<LastProvisioned>>,
    /// The lookup found no device, but one with this address exists in another domain, or in none. Auto insert must
    /// not add a second one, and the answer must not disclose the first.
    pub taken_elsewhere: bool,
    /// The device's domain, else the one that the `Host` header names.
    pub domain: Option<Arc<Domain>>,
    /// Default settings, and those of the domain that the gate reads.
    pub settings: Settings,
    /// With the domain filter off and no device found: the same settings of a domain that demands credentials, by which
    /// the gate refuses unknown devices. Else the lack of a challenge would disclose that the device is unknown.
    pub strangers: Option<Settings>,
    pub origin: ReadOrigin,
    /// `None` if nothing is kept.
    pub place: Option<CachePlace>,
}
