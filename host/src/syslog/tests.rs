//! Log lines as the daemon receives them.

use super::*;
use crate::facts::DeviceAddress;
use crate::gate::Challenge;

/// The line that a daemon receives for a refusal; `None` if there is none.
fn received(client: &str, mac: Option<&str>, claim: &DeviceIdentifier, refusal: &Refusal) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let daemon = UnixDatagram::bind(&path).unwrap();
    daemon.set_nonblocking(true).unwrap();
    Syslog::open(path).unwrap().refused(client.parse().unwrap(), mac, claim, refusal);
    let mut bytes = [0; 1024];
    let length = daemon.recv(&mut bytes).ok()?;
    Some(String::from_utf8(bytes[..length].to_vec()).unwrap())
}

fn phone() -> DeviceIdentifier {
    address("001565aabbcc")
}

fn address(text: &str) -> DeviceIdentifier {
    DeviceIdentifier::Address(DeviceAddress::parse(text).unwrap())
}

fn challenge(error: Option<CredentialError>) -> Refusal {
    Refusal::Challenge(Challenge { headers: Vec::new(), error })
}

/// A line without its time.
fn text(line: Option<String>) -> Option<String> {
    let line = line?;
    let (priority, rest) = line.split_once('>').unwrap();
    let (time, rest) = rest.split_at("Jul  1 12:00:00".len());
    assert!(jiff::fmt::strtime::parse("%b %e %H:%M:%S", time).is_ok(), "{line}");
    Some(format!("{priority}>{rest}"))
}

#[test]
fn bad_passwords_of_every_kind_match_the_filter() {
    for refusal in [Refusal::BadPassword, challenge(Some(CredentialError::BadPassword))] {
        let line = text(received("192.0.2.7", Some("00:15:65:aa:bb:cc"), &phone(), &refusal));
        let expected = "<36> FusionPBX: [192.0.2.7] provision attempt bad password for 00:15:65:aa:bb:cc";
        assert_eq!(line.as_deref(), Some(expected));
    }
    let line = text(received("::ffff:192.0.2.7", None, &phone(), &Refusal::BadPassword)).unwrap();
    assert!(line.contains("[192.0.2.7]") && line.ends_with("for 001565aabbcc"), "{line}");
}

#[test]
fn other_refusals_use_fusionpbxs_text_or_none() {
    let process = std::process::id();
    for (claim, refusal, words) in [
        (phone(), Refusal::ProvisioningOff, "provision attempt but provisioning is not enabled for 001565aabbcc"),
        (phone(), Refusal::ClientNetwork, "provision attempt but failed CIDR check for 001565aabbcc"),
        (phone(), Refusal::AuthServer, "provision attempt but the remote auth server said no for 001565aabbcc"),
        (DeviceIdentifier::Invalid, Refusal::UnknownDevice, "invalid mac address 001565aabbcc"),
        (DeviceIdentifier::Invalid, Refusal::InvalidAddress, "invalid mac address 001565aabbcc"),
        (address("0015"), Refusal::UnknownDevice, "invalid mac address 001565aabbcc"),
    ] {
        let line = text(received("2001:db8::7", Some("001565aabbcc"), &claim, &refusal));
        assert_eq!(line, Some(format!("<132> FusionPBX[{process}]: [2001:db8::7] {words}")));
    }
    for refusal in
        [challenge(None), challenge(Some(CredentialError::Stale)), Refusal::UnknownDevice, Refusal::DeviceDisabled]
    {
        assert_eq!(received("192.0.2.7", Some("001565aabbcc"), &phone(), &refusal), None);
    }
}

#[test]
fn client_cannot_inject_log_lines() {
    let mac = "x\n<36>Jul  1 12:00:00 FusionPBX: [198.51.100.1] provision attempt bad password for é\0y";
    let line = received("192.0.2.7", Some(mac), &phone(), &Refusal::BadPassword).unwrap();
    assert!(!line.contains(['\n', '\0']) && line.matches('[').count() == 1, "{line}");
    let named = line.rsplit(' ').next().unwrap();
    assert_eq!(named, "x36Jul112:00:00FusionPBX:198.51.100.");
}

#[test]
fn absent_full_or_restarted_daemon_blocks_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let syslog = Syslog::open(path.clone()).unwrap();
    let write = || syslog.refused("192.0.2.7".parse().unwrap(), None, &phone(), &Refusal::BadPassword);
    write();
    for _ in 0..2 {
        let daemon = UnixDatagram::bind(&path).unwrap();
        daemon.set_nonblocking(true).unwrap();
        (0..5_000).for_each(|_| write());
        assert!(syslog.is_losing.load(Ordering::Relaxed), "nobody reads, and still all was written");
        assert!(daemon.recv(&mut [0; 1024]).is_ok());
        write();
        assert!(!syslog.is_losing.load(Ordering::Relaxed));
        std::fs::remove_file(&path).unwrap();
    }
}
