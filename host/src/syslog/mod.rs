//! Refusals for fail2ban, in the words that FusionPBX writes to syslog and its filters match.
//!
//! One datagram to the machine's own socket, in the format of the C library's `syslog()`: RFC 3164 without the
//! host name, which the daemon adds. The crate `syslog` would add four dependencies for this line, and would block on a
//! slow daemon. Here a request never waits; a line that the daemon does not accept is lost.

#[cfg(test)]
mod tests;

use crate::gate::{CredentialError, Refusal};
use crate::request::DeviceIdentifier;
use jiff::Zoned;
use std::io;
use std::net::IpAddr;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The usual socket of syslog daemons.
pub const SOCKET: &str = "/dev/log";

/// The program name that FusionPBX uses.
const PROGRAM: &str = "FusionPBX";
/// Severity `warning` of the facilities `auth` and `local0`: FusionPBX writes bad passwords to `auth`, which ends
/// up in `auth.log`, and everything else to `local0`.
const AUTH_WARNING: u8 = (4 << 3) | 4;
const LOCAL0_WARNING: u8 = (16 << 3) | 4;

/// A MAC address with separators has 17 characters, a softphone's UUID has 36.
const NAME_CHARS_MAX: usize = 36;

/// The socket of the syslog daemon.
pub struct Syslog {
    socket: UnixDatagram,
    path: PathBuf,
    is_losing: AtomicBool,
}

impl Syslog {
    /// `path` is the daemon's socket. An absent daemon is not an error: it may start later.
    ///
    /// # Errors
    /// The system cannot create a socket.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        if let Err(error) = UnixDatagram::unbound()?.connect(&path) {
            tracing::warn!(file = %path.display(), %error, "no syslog daemon listens yet; refusals are still sent");
        }
        Ok(Self { socket, path, is_losing: AtomicBool::new(false) })
    }

    /// Writes the line of a refusal if FusionPBX writes one. `mac` is the parameter of that name; without it, the line has
    /// the address that the request was resolved to.
    pub fn refused(&self, client: IpAddr, mac: Option<&str>, claim: &DeviceIdentifier, refusal: &Refusal) {
        let Some((priority, words)) = words(refusal, claim) else { return };
        let named = mac.map(str::to_owned).or_else(|| claim.address().map(|address| address.to_string()));
        let named = clean(&named.unwrap_or_default());
        // FusionPBX logs bad passwords without its process id, and the filter relies on that.
        let process = if priority == AUTH_WARNING { String::new() } else { format!("[{}]", std::process::id()) };
        let time = Zoned::now().strftime("%b %e %H:%M:%S");
        let client = client.to_canonical();
        let line = format!("<{priority}>{time} {PROGRAM}{process}: [{client}] {words} {named}");
        match self.socket.send_to(line.as_bytes(), &self.path) {
            Ok(_) => self.is_losing.store(false, Ordering::Relaxed),
            Err(error) if !self.is_losing.swap(true, Ordering::Relaxed) => {
                tracing::warn!(file = %self.path.display(), %error, "the syslog daemon does not accept refusals; fail2ban misses them");
            }
            Err(_) => {}
        }
    }
}

/// The text for a refusal; `None` if FusionPBX logs nothing.
fn words(refusal: &Refusal, claim: &DeviceIdentifier) -> Option<(u8, &'static str)> {
    match refusal {
        Refusal::BadPassword | Refusal::BadLogin => Some((AUTH_WARNING, "provision attempt bad password for")),
        // FusionPBX logs nothing for a bad digest, and a text that no installer's filter matches for a bad basic password.
        Refusal::Challenge(challenge) if challenge.error == Some(CredentialError::BadPassword) => {
            Some((AUTH_WARNING, "provision attempt bad password for"))
        }
        // FusionPBX appends a line number of its source.
        Refusal::ProvisioningOff => Some((LOCAL0_WARNING, "provision attempt but provisioning is not enabled for")),
        Refusal::ClientNetwork => Some((LOCAL0_WARNING, "provision attempt but failed CIDR check for")),
        Refusal::AuthServer => Some((LOCAL0_WARNING, "provision attempt but the remote auth server said no for")),
        // Older releases wrote this, and the installers' filter `fusionpbx-mac` still matches it.
        Refusal::InvalidAddress => Some((LOCAL0_WARNING, "invalid mac address")),
        Refusal::UnknownDevice if is_no_mac(claim) => Some((LOCAL0_WARNING, "invalid mac address")),
        _ => None,
    }
}

/// Whether the request names an address that is no MAC address.
fn is_no_mac(claim: &DeviceIdentifier) -> bool {
    match claim {
        DeviceIdentifier::Address(address) => address.mac().is_none(),
        DeviceIdentifier::Invalid => true,
        DeviceIdentifier::Extension { .. } | DeviceIdentifier::Missing => false,
    }
}

/// The characters of an address. All others are removed: with blanks and brackets, a client could get another one
/// banned.
fn clean(name: &str) -> String {
    name.chars().filter(|char| char.is_ascii_alphanumeric() || ":-.".contains(*char)).take(NAME_CHARS_MAX).collect()
}
