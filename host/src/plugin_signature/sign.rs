//! Key pairs, and signatures that are made with them.

use super::key::KeyId;
use super::statement::Statement;
use crate::request::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use minisign::{ErrorKind, PublicKey, SecretKey, SecretKeyBox};

const UNTRUSTED_COMMENT: &str = "signature from a dialplate secret key";
const SECRET_COMMENT: &str = "dialplate secret key";

#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("is not the file of a secret key; `dialplate plugin keygen` and `minisign -G` write one")]
    NoKey,
    #[error("is protected by another password")]
    Password,
    #[error("cannot be used: {0}")]
    Key(#[source] minisign::PError),
}

/// The texts of a new key pair's two files.
pub struct KeyPair {
    pub id: KeyId,
    pub secret: Secret,
    pub public: String,
    /// The public key alone, as the configuration takes it.
    pub key: String,
}

/// Makes a key pair. The secret key is encrypted with the password if there is one.
///
/// # Errors
/// The system gives no random numbers, or too little memory for the encryption.
pub fn generate(password: Option<&Secret>) -> Result<KeyPair, SignError> {
    let pair = match password {
        Some(password) => minisign::KeyPair::generate_encrypted_keypair(Some(password.expose().to_owned())),
        None => minisign::KeyPair::generate_unencrypted_keypair(),
    };
    let pair = pair.map_err(SignError::Key)?;
    let secret: String = pair.sk.to_box(Some(SECRET_COMMENT)).map_err(SignError::Key)?.into();
    let public: String = pair.pk.to_box().map_err(SignError::Key)?.into();
    let id = KeyId::of(&pair.pk.to_bytes()).ok_or(SignError::NoKey)?;
    Ok(KeyPair { id, secret: Secret::new(secret), public, key: pair.pk.to_base64() })
}

/// A secret key as its file has it.
pub struct SigningKey {
    text: Secret,
    stored: SecretKey,
}

impl SigningKey {
    /// # Errors
    /// The text is not one of a secret key.
    pub fn parse(text: Secret) -> Result<Self, SignError> {
        let line = text.expose().lines().nth(1).ok_or(SignError::NoKey)?;
        let bytes = BASE64_STANDARD.decode(line.trim()).map_err(|_| SignError::NoKey)?;
        let stored = SecretKey::from_bytes(&bytes).map_err(|_| SignError::NoKey)?;
        Ok(Self { text, stored })
    }

    /// Whether a password is needed.
    pub fn is_encrypted(&self) -> bool {
        self.stored.is_encrypted()
    }

    /// The text of the signature file for a component.
    ///
    /// # Errors
    /// The password is missing or wrong, the key is damaged, or the system gives no random numbers.
    pub fn sign(
        &self,
        password: Option<&Secret>,
        component: &[u8],
        statement: &Statement,
    ) -> Result<(KeyId, String), SignError> {
        let key = self.unlocked(password)?;
        // The signature is checked with it, because minisign writes no checksum into a key without a password.
        let public = PublicKey::from_secret_key(&key).map_err(SignError::Key)?;
        let comment = statement.to_comment(Timestamp::now());
        let signature = minisign::sign(Some(&public), &key, component, Some(&comment), Some(UNTRUSTED_COMMENT));
        let id = KeyId::of(&public.to_bytes()).ok_or(SignError::NoKey)?;
        Ok((id, signature.map_err(SignError::Key)?.into_string()))
    }

    fn unlocked(&self, password: Option<&Secret>) -> Result<SecretKey, SignError> {
        if !self.is_encrypted() {
            return Ok(self.stored.clone());
        }
        // Without a password the crate would ask for one itself.
        let password = password.ok_or(SignError::Password)?.expose().to_owned();
        let text = SecretKeyBox::from(self.text.expose().to_owned());
        SecretKey::from_box(text, Some(password)).map_err(|error| match error.kind() {
            ErrorKind::Verify => SignError::Password,
            _ => SignError::Key(error),
        })
    }
}
