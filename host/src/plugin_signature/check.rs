//! Whether a signature is one of these bytes by a trusted key.

use super::fault::SignatureFault;
use super::key::{KeyId, TrustedKeys};
use super::statement::Statement;
use jiff::Timestamp;
use jiff::civil::Date;
use minisign_verify::Signature;

/// What is known about a component that may serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureState {
    Unsigned,
    /// The operator trusts no key, so no signature is looked at.
    Unchecked,
    Valid(Signed),
}

/// A valid signature by a trusted key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub key: KeyId,
    pub statement: Statement,
}

/// Checks the bytes of a component against those of its signature file. Without a signature the component is unsigned,
/// which is no fault here.
///
/// # Errors
/// The signature cannot be parsed, is by no trusted key, does not match the bytes, or has expired.
pub fn check(
    component: &[u8],
    signature: Option<&[u8]>,
    keys: &TrustedKeys,
    now: Timestamp,
) -> Result<SignatureState, SignatureFault> {
    let Some(signature) = signature else { return Ok(SignatureState::Unsigned) };
    let (key, signature) = parse(signature)?;
    let mut candidates = keys.of_id(key).peekable();
    if candidates.peek().is_none() {
        return Err(SignatureFault::UnknownKey { key });
    }
    // minisign wrote signatures of the file itself before it wrote those of the file's hash; both are as strong.
    const ALLOWS_LEGACY: bool = true;
    if !candidates.any(|trusted| trusted.key.verify(component, &signature, ALLOWS_LEGACY).is_ok()) {
        return Err(SignatureFault::Changed { key });
    }
    let statement = Statement::parse(signature.trusted_comment())
        .map_err(|why| SignatureFault::Malformed(format!("in its trusted comment {why}")))?;
    match statement.ended(now) {
        Some(last) => Err(SignatureFault::Expired { key, last }),
        None => Ok(SignatureState::Valid(Signed { key, statement })),
    }
}

/// A signature and the number of its key.
fn parse(signature: &[u8]) -> Result<(KeyId, Signature), SignatureFault> {
    let malformed = || SignatureFault::Malformed("it is not in minisign's format".to_owned());
    let text = std::str::from_utf8(signature).map_err(|_| malformed())?;
    let parsed = Signature::decode(text).map_err(|error| match error {
        minisign_verify::Error::UnsupportedAlgorithm => {
            SignatureFault::Malformed("its algorithm is not one of minisign's".to_owned())
        }
        _ => malformed(),
    })?;
    let key = text.lines().nth(1).and_then(KeyId::of_line).ok_or_else(malformed)?;
    Ok((key, parsed))
}

impl SignatureState {
    /// One phrase for a log line or a table; `None` if signatures are not looked at.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Unchecked => None,
            Self::Unsigned => Some("unsigned".to_owned()),
            Self::Valid(Signed { key, statement: Statement { expires: None, .. } }) => Some(format!("key {key}")),
            Self::Valid(Signed { key, statement: Statement { expires: Some(last), .. } }) => {
                Some(format!("key {key}, expires after {last}"))
            }
        }
    }

    /// The last day of a signature that was valid and has ended by now.
    pub fn ended(&self, now: Timestamp) -> Option<Date> {
        match self {
            Self::Valid(signed) => signed.statement.ended(now),
            Self::Unsigned | Self::Unchecked => None,
        }
    }

    /// Whether the component may be this plugin and version. Only a valid signature names one.
    ///
    /// # Errors
    /// It is for another one.
    pub fn check_subject(&self, name: &str, version: &str) -> Result<(), SignatureFault> {
        match self {
            Self::Valid(signed) => signed.check_subject(name, version),
            Self::Unsigned | Self::Unchecked => Ok(()),
        }
    }

    /// The number of the key that a signature claims to be by, whether the key is trusted or not.
    ///
    /// # Errors
    /// The signature cannot be parsed.
    pub fn claimed_key(signature: &[u8]) -> Result<KeyId, SignatureFault> {
        Ok(parse(signature)?.0)
    }
}

impl Signed {
    /// Whether the signature is for this plugin and version, if it names them.
    ///
    /// # Errors
    /// It is for another one.
    pub fn check_subject(&self, name: &str, version: &str) -> Result<(), SignatureFault> {
        let Statement { plugin, version: signed, .. } = &self.statement;
        let is_other = |stated: &Option<String>, found: &str| stated.as_ref().is_some_and(|stated| stated != found);
        if !is_other(plugin, name) && !is_other(signed, version) {
            return Ok(());
        }
        let signed = format!("{} {}", plugin.as_deref().unwrap_or(name), signed.as_deref().unwrap_or(version));
        Err(SignatureFault::Other { key: self.key, signed, found: format!("{name} {version}") })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SigningKey, TrustedKey, generate};
    use super::*;

    const COMPONENT: &[u8] = b"the bytes of a component";

    /// A signature of the component, and the keys that trust it.
    fn signed(statement: &str) -> (Vec<u8>, TrustedKeys) {
        let pair = generate(None).unwrap();
        let statement = Statement::parse(statement).unwrap();
        let (id, text) = SigningKey::parse(pair.secret).unwrap().sign(None, COMPONENT, &statement).unwrap();
        let key = TrustedKey::find(&pair.key).unwrap();
        assert_eq!(id, key.id);
        (text.into_bytes(), TrustedKeys::new(vec![key]))
    }

    fn now() -> Timestamp {
        "2026-07-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn only_signed_bytes_are_accepted() {
        let (signature, keys) = signed("plugin:acme version:1.0.0 expires:2026-07-01");
        let Ok(SignatureState::Valid(found)) = check(COMPONENT, Some(&signature), &keys, now()) else {
            panic!("it is valid");
        };
        assert_eq!(found.statement.plugin.as_deref(), Some("acme"));
        assert!(found.check_subject("acme", "1.0.0").is_ok());
        assert!(found.check_subject("acme", "1.0.1").is_err() && found.check_subject("beta", "1.0.0").is_err());
        let changed = check(b"other bytes", Some(&signature), &keys, now());
        assert!(matches!(changed, Err(SignatureFault::Changed { .. })));
        let tomorrow = "2026-07-02T00:00:00Z".parse().unwrap();
        assert!(matches!(check(COMPONENT, Some(&signature), &keys, tomorrow), Err(SignatureFault::Expired { .. })));
        let state = SignatureState::Valid(found.clone());
        assert_eq!((state.ended(now()), state.ended(tomorrow)), (None, found.statement.expires));
        let (_, others) = signed("");
        let foreign = check(COMPONENT, Some(&signature), &others, now());
        assert!(matches!(foreign, Err(SignatureFault::UnknownKey { .. })));
        assert_eq!(check(COMPONENT, None, &keys, now()).unwrap(), SignatureState::Unsigned);
    }

    #[test]
    fn no_changed_or_shortened_signature_says_something_else() {
        let (signature, keys) = signed("plugin:acme version:1.0.0 expires:2099-01-01");
        let original = check(COMPONENT, Some(&signature), &keys, now()).unwrap();
        let mut refused = 0;
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            for text in [&changed[..], &signature[..at]] {
                match check(COMPONENT, Some(text), &keys, now()) {
                    Ok(state) => assert_eq!(state, original, "byte {at}"),
                    Err(_) => refused += 1,
                }
            }
        }
        // The first line is not signed, nor is the end of the last one.
        assert!(refused > signature.len() * 3 / 2, "{refused} of {}", signature.len() * 2);
    }
}
