//! What the gate decides from: the device that was found, its domain, and the settings that hold there.

use super::{MacAddress, Settings, Table};

/// A tenant.
#[derive(Clone)]
pub struct Domain {
    pub uuid: String,
    pub name: String,
}

/// A device's row before anyone is admitted. It holds no line, no key and no password.
#[derive(Clone)]
pub struct DeviceFacts {
    pub uuid: String,
    pub domain_uuid: String,
    pub address: MacAddress,
    /// `device_enabled`; NULL counts as enabled.
    pub enabled: bool,
    /// `device_vendor` as stored; empty when NULL.
    pub vendor: String,
}

/// The facts of one request.
#[derive(Clone)]
pub struct RequestFacts {
    /// The device with the asked address, in whatever domain the lookup allowed.
    pub device: Option<DeviceFacts>,
    /// No device was found, and yet one has this address: in another domain than the one that the Host names, or in
    /// none. It must not be inserted a second time, and nobody is told that it exists.
    pub elsewhere: bool,
    /// FusionPBX's `auth_server`, where one is asked, said no.
    pub is_refused_elsewhere: bool,
    /// The device's domain, else the one that `Host` names.
    pub domain: Option<Domain>,
    /// Default and domain settings.
    pub settings: Settings,
    /// Rows that `Directory::load` needs again for an admitted device: `device`, `alternate`, `stand_in`.
    pub rows: Vec<Table>,
    /// A replica did not know the device: what belongs to it is read from the database itself.
    pub ahead_of_replica: bool,
}
