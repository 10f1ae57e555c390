//! Verifies phones' certificates. A handshake accepts each certificate whose key the phone has; what it is worth is
//! decided after the handshake, so that a request gets an answer with a reason and not a broken connection.

use super::version1;
use crate::facts::{CertificateFault, PhoneCertificate};
use crate::http::subject;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved, RootCertStore, SignatureScheme,
};
use std::sync::Arc;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// The verifier of one load of the authorities.
#[derive(Debug)]
pub struct PhoneVerifier {
    inner: Arc<dyn ClientCertVerifier>,
    /// Those that can have signed certificates of version 1.
    authorities: Vec<Certificate>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PhoneVerifier {
    /// # Errors
    /// One of the certificates is no authority, or there is none.
    pub fn new(roots: &[CertificateDer<'static>]) -> Result<Self, String> {
        let provider = Arc::new(ring::default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root.clone()).map_err(|error| format!("is no authority that can be used: {error}"))?;
        }
        let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider).build();
        let inner = inner.map_err(|error| error.to_string())?;
        let authorities = roots.iter().filter_map(|root| Certificate::from_der(root).ok()).collect();
        Ok(Self { inner, authorities, algorithms })
    }

    /// Judges the certificates that a phone presented, its own one first. A resumed session has those of its first
    /// handshake.
    pub fn judge(&self, presented: Option<&[CertificateDer<'static>]>, now: UnixTime) -> PhoneCertificate {
        let Some([own, intermediates @ ..]) = presented else { return PhoneCertificate::Absent };
        let verified = match version1::parse(own) {
            Some(old) => version1::verify(&old, &self.authorities, &self.algorithms, now),
            None => self.inner.verify_client_cert(own, intermediates, now).map(|_| ()).map_err(|error| fault(&error)),
        };
        let read = |()| subject::of_certificate(own).ok_or(CertificateFault::Malformed);
        verified.and_then(read).unwrap_or_else(PhoneCertificate::Invalid)
    }
}

impl PhoneVerifier {
    fn verify_old(
        &self,
        certificate: &Certificate,
        message: &[u8],
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        version1::verify_handshake(certificate, message, signed, &self.algorithms)?;
        Ok(HandshakeSignatureValid::assertion())
    }
}

fn fault(error: &Error) -> CertificateFault {
    let Error::InvalidCertificate(error) = error else { return CertificateFault::Unverified };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        CertificateError::UnknownIssuer => CertificateFault::UnknownAuthority,
        CertificateError::BadEncoding => CertificateFault::Malformed,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => CertificateFault::Purpose,
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => CertificateFault::Algorithm,
        // rustls has no variant of its own for an authority's certificate that a client presents.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            CertificateFault::Purpose
        }
        _ => CertificateFault::Unverified,
    }
}

impl ClientCertVerifier for PhoneVerifier {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match version1::parse(certificate) {
            Some(old) => self.verify_old(&old, message, signed),
            None => self.inner.verify_tls12_signature(message, certificate, signed),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match version1::parse(certificate) {
            Some(_) if !version1::is_of_tls13(signed.scheme) => {
                Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
            }
            Some(old) => self.verify_old(&old, message, signed),
            None => self.inner.verify_tls13_signature(message, certificate, signed),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
