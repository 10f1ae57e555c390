//! Client certificates instead of credentials.

use super::*;
use crate::facts::{CertificateFault, MacAddress};
use CertificateRefusal::{Absent, Generic, Invalid, OtherAddress};
use ClientCertificates::{Accept, Off, Require};

const OTHER: &str = "001565be5fd8";

fn of(address: &str) -> PhoneCertificate {
    PhoneCertificate::Of(MacAddress::parse(address).unwrap())
}

/// The refusal of a visit, in the words of the log; empty if it is admitted.
fn refusal(policy: ClientCertificates, certificate: PhoneCertificate, visit: Visit<'_>) -> String {
    let keeper = keeper().with_policy(Policy { client_certificates: policy, ..Policy::default() });
    let visit = Visit { certificate, ..visit };
    visit.at(&keeper, NOW).err().map(|refusal| refusal.to_string()).unwrap_or_default()
}

#[test]
fn certificate_of_the_phone_stands_for_credentials() {
    let password = [("provision password", "text", "pass1")];
    for policy in [Accept, Require] {
        assert_eq!(refusal(policy, of(KNOWN), known().with(DIGEST)), "");
        assert_eq!(refusal(policy, of(KNOWN), known().with(&password)), "");
    }
    assert_eq!(refusal(Off, of(KNOWN), known().with(DIGEST)), "no credentials");
    assert_eq!(refusal(Off, of(OTHER), known()), "");
}

#[test]
fn admitted_certificate_counts_as_authentication() {
    let keeper = keeper().with_policy(Policy { client_certificates: Accept, ..Policy::default() });
    let visit = |certificate| Visit { certificate, ..known() };
    let is_authenticated = |certificate| match visit(certificate).at(&keeper, NOW) {
        Ok(Permit::Known(permit)) => permit.is_authenticated(),
        _ => panic!("a known device is admitted"),
    };
    assert!(is_authenticated(of(KNOWN)) && !is_authenticated(PhoneCertificate::Absent));
}

#[test]
fn certificate_of_another_phone_is_always_refused() {
    let expected = OtherAddress(MacAddress::parse(OTHER).unwrap()).to_string();
    for policy in [Accept, Require] {
        assert_eq!(refusal(policy, of(OTHER), known()), expected);
        assert_eq!(refusal(policy, of(OTHER), known().with(DIGEST)), expected);
    }
}

#[test]
fn required_certificate_must_be_there_and_valid() {
    for (certificate, why) in [
        (PhoneCertificate::Absent, Absent),
        (PhoneCertificate::Generic, Generic),
        (PhoneCertificate::Invalid(CertificateFault::Expired), Invalid(CertificateFault::Expired)),
    ] {
        assert_eq!(refusal(Require, certificate, known()), why.to_string());
    }
}

#[test]
fn doubtful_certificate_needs_credentials_if_accepted() {
    for (certificate, why) in [
        (PhoneCertificate::Generic, Generic),
        (PhoneCertificate::Invalid(CertificateFault::UnknownAuthority), Invalid(CertificateFault::UnknownAuthority)),
    ] {
        assert_eq!(refusal(Accept, certificate, known()), why.to_string());
        assert_eq!(refusal(Accept, certificate, known().with(DIGEST)), format!("no credentials, and {why}"));
        let password = [("provision password", "text", "pass1")];
        let visit = |query: &str| Visit { query: format!("mac={KNOWN}&{query}"), ..known() }.with(&password);
        assert_eq!(refusal(Accept, certificate, visit("password=pass1")), "");
        assert_eq!(refusal(Accept, certificate, visit("password=pass2")), "bad password");
    }
    assert_eq!(refusal(Accept, PhoneCertificate::Absent, known()), "");
    assert_eq!(refusal(Accept, PhoneCertificate::Absent, known().with(DIGEST)), "no credentials");
}

#[test]
fn certificate_passes_no_other_check() {
    for (visit, expected) in [
        (Visit { enabled: false, ..known() }, Refusal::DeviceDisabled),
        (Visit { accepted: false, ..known() }, Refusal::AuthServer),
        (known().with(&[("provision cidr", "array", "10.0.0.0/8")]), Refusal::ClientNetwork),
    ] {
        assert_eq!(refusal(Accept, of(KNOWN), visit), expected.to_string());
    }
    assert_eq!(refusal(Accept, of(UNKNOWN), unknown()), Refusal::UnknownDevice.to_string());
}
