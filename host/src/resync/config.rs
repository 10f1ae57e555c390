//! Where NOTIFYs are sent from, and how fast.

use crate::request::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// By which way phones are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The event socket if there is one, else SIP.
    Auto,
    EventSocket,
    Sip,
}

/// Where FreeSWITCH's event socket listens. The password is secret, so there is no `Debug`.
#[derive(Clone)]
pub struct EventSocketConfig {
    pub host: String,
    pub port: u16,
    pub password: Secret,
}

impl EventSocketConfig {
    /// FreeSWITCH's own port and password, which FusionPBX uses where nothing else is set.
    pub const PORT: u16 = 8021;
    pub const PASSWORD: &'static str = "ClueCon";
}

/// What answers a phone's digest challenge.
#[derive(Clone)]
pub struct Credentials {
    pub user: String,
    pub password: Secret,
}

/// How NOTIFYs are sent directly.
#[derive(Clone, Default)]
pub struct SipConfig {
    pub credentials: Option<Credentials>,
    /// Certificate authorities of the phones' certificates. `None`: any certificate is accepted.
    pub authority: Option<PathBuf>,
}

/// All settings of this room.
#[derive(Clone)]
pub struct Config {
    pub way: Way,
    /// The configured one; `None` if FusionPBX's table or nothing names one.
    pub event_socket: Option<EventSocketConfig>,
    /// Whether FusionPBX is here, whose release may name its event socket in a table.
    pub has_fusionpbx: bool,
    pub sip: SipConfig,
    /// Whether the running server notifies phones after an edit.
    pub on_change: bool,
    /// NOTIFYs per second.
    pub rate: u32,
    /// The time over which the phones of one edit are spread.
    pub spread: Duration,
}

impl Config {
    /// FreeSWITCH sends each NOTIFY at once; more phones a second than this could not fetch at once from a small server.
    pub const RATE: u32 = 10;
    pub const RATE_MAX: u64 = 1_000;
    /// A day.
    pub const SPREAD_S_MAX: u64 = 86_400;
}
