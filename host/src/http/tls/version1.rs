//! Certificates of X.509 version 1, which have no extensions. `openssl x509 -req` makes them, and so did some makers;
//! rustls reads none. One counts if an authority of the configuration has signed it itself.

use crate::facts::CertificateFault;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use rustls::{DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme};
use std::time::Duration;
use x509_cert::der::{Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::{Certificate, Version};

/// The certificate, if it is one of version 1.
pub fn parse(der: &CertificateDer<'_>) -> Option<Certificate> {
    let certificate = Certificate::from_der(der).ok()?;
    (certificate.tbs_certificate.version == Version::V1).then_some(certificate)
}

/// Checks that one of the authorities has signed it, and that it holds at this time.
///
/// # Errors
/// The first check that fails.
pub fn verify(
    certificate: &Certificate,
    authorities: &[Certificate],
    algorithms: &WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> Result<(), CertificateFault> {
    let inner = &certificate.tbs_certificate;
    let now = Duration::from_secs(now.as_secs());
    if now > inner.validity.not_after.to_unix_duration() {
        return Err(CertificateFault::Expired);
    }
    if now < inner.validity.not_before.to_unix_duration() {
        return Err(CertificateFault::NotYetValid);
    }
    let signed = inner.to_der().map_err(|_| CertificateFault::Malformed)?;
    let signature = certificate.signature.as_bytes().ok_or(CertificateFault::Malformed)?;
    let algorithm = content(&certificate.signature_algorithm).ok_or(CertificateFault::Malformed)?;
    let fitting = || algorithms.all.iter().filter(|it| *it.signature_alg_id() == *algorithm);
    if fitting().next().is_none() {
        return Err(CertificateFault::Algorithm);
    }
    let issuers = authorities.iter().filter(|it| it.tbs_certificate.subject == inner.issuer);
    let has_signed = |issuer: &Certificate| {
        let key = &issuer.tbs_certificate.subject_public_key_info;
        fitting().any(|algorithm| is_signature(*algorithm, key, &signed, signature))
    };
    let is_signed = issuers.into_iter().any(has_signed);
    if is_signed { Ok(()) } else { Err(CertificateFault::UnknownAuthority) }
}

/// Checks that the client has the key of the certificate.
///
/// # Errors
/// The signature is not of this key, or of a scheme that was not offered.
pub fn verify_handshake(
    certificate: &Certificate,
    message: &[u8],
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), Error> {
    let offered = algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme).map(|(_, all)| *all);
    let offered = offered.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    let key = &certificate.tbs_certificate.subject_public_key_info;
    let is_right = offered.iter().any(|algorithm| is_signature(*algorithm, key, message, signed.signature()));
    if is_right { Ok(()) } else { Err(Error::InvalidCertificate(rustls::CertificateError::BadSignature)) }
}

/// Whether TLS 1.3 allows a scheme for handshakes.
pub fn is_of_tls13(scheme: SignatureScheme) -> bool {
    use SignatureScheme as S;
    !matches!(scheme, S::RSA_PKCS1_SHA1 | S::RSA_PKCS1_SHA256 | S::RSA_PKCS1_SHA384 | S::RSA_PKCS1_SHA512)
}

fn is_signature(
    algorithm: &dyn SignatureVerificationAlgorithm,
    key: &SubjectPublicKeyInfoOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let is_of_key = content(&key.algorithm).is_some_and(|id| *algorithm.public_key_alg_id() == *id);
    let bits = key.subject_public_key.as_bytes().filter(|_| is_of_key);
    bits.is_some_and(|bits| algorithm.verify_signature(bits, message, signature).is_ok())
}

/// The content of a sequence in DER, without its tag and its length of one byte. No algorithm that is supported is longer.
fn content(value: &impl Encode) -> Option<Vec<u8>> {
    let der = value.to_der().ok()?;
    let (head, content) = der.split_first_chunk::<2>()?;
    (usize::from(head[1]) == content.len() && head[1] < 0x80).then(|| content.to_vec())
}
