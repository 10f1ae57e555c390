//! The client certificate of a phone in front of a proxy that terminates TLS: headers whose names the configuration gives,
//! and which count only from a trusted proxy.

use super::subject;
use crate::facts::{CertificateFault, PhoneCertificate};
use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The names of the headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateHeaders {
    /// The outcome of the proxy's verification, nginx's `$ssl_client_verify`.
    pub verify: HeaderName,
    /// The subject, nginx's `$ssl_client_s_dn`.
    pub subject: Option<HeaderName>,
    /// The certificate, nginx's `$ssl_client_escaped_cert`.
    pub certificate: Option<HeaderName>,
}

impl CertificateHeaders {
    /// What a trusted proxy says of its client. A header that comes twice says nothing: the client may have sent one.
    pub fn read(&self, headers: &HeaderMap) -> PhoneCertificate {
        let names = [Some(&self.verify), self.subject.as_ref(), self.certificate.as_ref()];
        let is_doubled = |name: &HeaderName| headers.get_all(name).iter().count() > 1;
        if names.into_iter().flatten().any(is_doubled) {
            return PhoneCertificate::Invalid(CertificateFault::Unverified);
        }
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        match text(&self.verify) {
            None | Some("" | "NONE") => PhoneCertificate::Absent,
            Some("SUCCESS") => {
                let of_certificate = |name| subject::of_certificate(&decode(text(name)?)?);
                let of_subject = |name| subject::of_text(text(name)?);
                let found = self.certificate.as_ref().and_then(of_certificate);
                let found = found.or_else(|| self.subject.as_ref().and_then(of_subject));
                found.unwrap_or(PhoneCertificate::Invalid(CertificateFault::Malformed))
            }
            Some(failure) => PhoneCertificate::Invalid(fault(failure)),
        }
    }
}

/// The fault in the words of OpenSSL, which nginx and Apache pass on: `FAILED:certificate has expired`.
fn fault(failure: &str) -> CertificateFault {
    let says = |words: &str| failure.to_ascii_lowercase().contains(words);
    if says("has expired") {
        CertificateFault::Expired
    } else if says("not yet valid") {
        CertificateFault::NotYetValid
    } else if says("issuer") || says("self-signed") || says("self signed") || says("first certificate") {
        CertificateFault::UnknownAuthority
    } else {
        CertificateFault::Unverified
    }
}

/// The DER of a certificate as proxies send it: PEM with percent-encoding (nginx), PEM with blanks for line ends (Apache),
/// or bare base64 (HAProxy).
fn decode(text: &str) -> Option<Vec<u8>> {
    let pem = percent_decoded(text)?;
    let body = match pem.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----")?.0,
        None => &pem,
    };
    let base64: String = body.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    STANDARD.decode(base64).ok()
}

fn percent_decoded(text: &str) -> Option<String> {
    let (mut decoded, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('%') {
        decoded.extend(before.bytes());
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    decoded.extend(rest.bytes());
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn names() -> CertificateHeaders {
        CertificateHeaders {
            verify: HeaderName::from_static("x-ssl-client-verify"),
            subject: Some(HeaderName::from_static("x-ssl-client-s-dn")),
            certificate: Some(HeaderName::from_static("x-ssl-client-cert")),
        }
    }

    fn read(pairs: &[(&'static str, &str)]) -> PhoneCertificate {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        names().read(&headers)
    }

    #[test]
    fn verified_subject_names_the_phone() {
        let dn = ("x-ssl-client-s-dn", "CN=001565aabbcc,O=maker");
        let of = PhoneCertificate::Of(crate::facts::MacAddress::parse("001565aabbcc").unwrap());
        assert_eq!(read(&[("x-ssl-client-verify", "SUCCESS"), dn]), of);
        let generic = ("x-ssl-client-s-dn", "CN=maker");
        assert_eq!(read(&[("x-ssl-client-verify", "SUCCESS"), generic]), PhoneCertificate::Generic);
        for verify in ["NONE", ""] {
            assert_eq!(read(&[("x-ssl-client-verify", verify), dn]), PhoneCertificate::Absent);
        }
        assert_eq!(read(&[dn]), PhoneCertificate::Absent, "the subject alone proves nothing");
    }

    #[test]
    fn failed_verification_names_the_fault() {
        for (verify, expected) in [
            ("FAILED:certificate has expired", CertificateFault::Expired),
            ("FAILED:certificate is not yet valid", CertificateFault::NotYetValid),
            ("FAILED:unable to get local issuer certificate", CertificateFault::UnknownAuthority),
            ("FAILED:self-signed certificate", CertificateFault::UnknownAuthority),
            ("FAILED:unable to verify the first certificate", CertificateFault::UnknownAuthority),
            ("FAILED", CertificateFault::Unverified),
            ("success", CertificateFault::Unverified),
            ("0", CertificateFault::Unverified),
        ] {
            let found = read(&[("x-ssl-client-verify", verify), ("x-ssl-client-s-dn", "CN=001565aabbcc")]);
            assert_eq!(found, PhoneCertificate::Invalid(expected), "{verify}");
        }
    }

    #[test]
    fn doubled_or_unreadable_header_proves_nothing() {
        let dn = ("x-ssl-client-s-dn", "CN=001565aabbcc");
        let success = ("x-ssl-client-verify", "SUCCESS");
        for pairs in [&[success, success, dn][..], &[success, dn, dn], &[success, ("x-ssl-client-verify", "NONE"), dn]]
        {
            assert_eq!(read(pairs), PhoneCertificate::Invalid(CertificateFault::Unverified));
        }
        for pairs in [&[success][..], &[success, ("x-ssl-client-cert", "%zz")], &[success, ("x-ssl-client-s-dn", "x")]]
        {
            assert_eq!(read(pairs), PhoneCertificate::Invalid(CertificateFault::Malformed));
        }
    }

    #[test]
    fn certificate_is_decoded_in_each_proxys_form() {
        for text in [
            "-----BEGIN%20CERTIFICATE-----%0AAQID%0A%2B%2F%2F%2F%0A-----END%20CERTIFICATE-----%0A",
            "-----BEGIN CERTIFICATE----- AQID +/// -----END CERTIFICATE-----",
            "AQID+///",
        ] {
            assert_eq!(decode(text), Some(vec![1, 2, 3, 0xfb, 0xff, 0xff]), "{text}");
        }
        for text in ["%", "%4", "%+4", "%ff", "-----BEGIN CERTIFICATE-----AQID", "=", "é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
