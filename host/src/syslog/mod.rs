//! Refusals for fail2ban, in the words that FusionPBX writes to syslog and that its filters read.
//!
//! One datagram to the machine's own socket, in the form that the C library's `syslog()` gives it: RFC 3164 without
//! the host's name, which the daemon adds. The crate `syslog` would bring four others along to write that line and
//! would wait for a daemon that is slow; here a request waits for nobody, and a line that is not taken is lost.

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

/// Where every daemon listens.
pub const SOCKET: &str = "/dev/log";

/// The program that FusionPBX says it is.
const PROGRAM: &str = "FusionPBX";
/// Severity `warning` of the facilities `auth` and `local0`: FusionPBX writes bad passwords to the one, which ends up
/// in `auth.log`, and everything else to the other.
const AUTH_WARNING: u8 = (4 << 3) | 4;
const LOCAL0_WARNING: u8 = (16 << 3) | 4;

/// An address with separators has 17 characters.
const NAME_CHARS_MAX: usize = 32;

/// The socket of the syslog daemon.
pub struct Syslog {
    socket: UnixDatagram,
    path: PathBuf,
    is_losing: AtomicBool,
}

impl Syslog {
    /// `path` is the daemon's socket. A daemon that is not there yet is no error: it may start later, or again.
    ///
    /// # Errors
    /// The system gives no socket.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        if let Err(error) = UnixDatagram::unbound()?.connect(&path) {
            tracing::warn!(file = %path.display(), %error, "no syslog daemon is there now; refusals will be tried all the same");
        }
        Ok(Self { socket, path, is_losing: AtomicBool::new(false) })
    }

    /// Writes the line of a refusal, where FusionPBX writes one. `mac` is what the phone sent under that name; without
    /// it the address counts that the request was found to be about.
    pub fn refused(&self, client: IpAddr, mac: Option<&str>, claim: &DeviceIdentifier, refusal: &Refusal) {
        let Some((priority, words)) = words(refusal, claim) else { return };
        let named = mac.map(str::to_owned).or_else(|| claim.address().map(|address| address.to_string()));
        let named = clean(&named.unwrap_or_default());
        // FusionPBX opens the facility of bad passwords without its process id, and the filter relies on that.
        let process = if priority == AUTH_WARNING { String::new() } else { format!("[{}]", std::process::id()) };
        let time = Zoned::now().strftime("%b %e %H:%M:%S");
        let client = client.to_canonical();
        let line = format!("<{priority}>{time} {PROGRAM}{process}: [{client}] {words} {named}");
        match self.socket.send_to(line.as_bytes(), &self.path) {
            Ok(_) => self.is_losing.store(false, Ordering::Relaxed),
            Err(error) if !self.is_losing.swap(true, Ordering::Relaxed) => {
                tracing::warn!(file = %self.path.display(), %error, "syslog does not take refusals; fail2ban misses them");
            }
            Err(_) => {}
        }
    }
}

/// The words for a refusal; `None` where FusionPBX is silent.
fn words(refusal: &Refusal, claim: &DeviceIdentifier) -> Option<(u8, &'static str)> {
    match refusal {
        Refusal::BadPassword => Some((AUTH_WARNING, "provision attempt bad password for")),
        // FusionPBX says nothing of a bad digest, and of a bad basic password what no filter of its installers reads.
        Refusal::Challenge(challenge) if challenge.error == Some(CredentialError::BadPassword) => {
            Some((AUTH_WARNING, "provision attempt bad password for"))
        }
        // FusionPBX adds the number of a line of its source.
        Refusal::ProvisioningOff => Some((LOCAL0_WARNING, "provision attempt but provisioning is not enabled for")),
        Refusal::ClientNetwork => Some((LOCAL0_WARNING, "provision attempt but failed CIDR check for")),
        Refusal::AuthServer => Some((LOCAL0_WARNING, "provision attempt but the remote auth server said no for")),
        // Older releases wrote this, and the installers' filter `fusionpbx-mac` still reads it.
        Refusal::InvalidAddress => Some((LOCAL0_WARNING, "invalid mac address")),
        Refusal::UnknownDevice if *claim == DeviceIdentifier::Invalid => Some((LOCAL0_WARNING, "invalid mac address")),
        _ => None,
    }
}

/// What an address may be written with. Nothing else gets into the line: with blanks and brackets anyone could have
/// somebody else banned.
fn clean(name: &str) -> String {
    name.chars().filter(|char| char.is_ascii_alphanumeric() || ":-.".contains(*char)).take(NAME_CHARS_MAX).collect()
}
