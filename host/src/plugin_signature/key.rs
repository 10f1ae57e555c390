//! Public keys that an operator trusts.

use crate::files::read_bounded;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minisign_verify::PublicKey;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

/// The file of a public key has two lines; the first is a comment.
const FILE_BYTES_MAX: u64 = 4096;
/// In front of the number in the bytes of a key or a signature: the name of the algorithm.
const ALGORITHM_BYTES: usize = 2;

/// The number that minisign draws for a key pair. It says which key to try and proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(u64);

impl KeyId {
    /// The number in the bytes of a key or a signature.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let number = bytes.get(ALGORITHM_BYTES..)?.first_chunk()?;
        Some(Self(u64::from_le_bytes(*number)))
    }

    /// The number in a line of base64.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        Self::of(&BASE64_STANDARD.decode(line).ok()?)
    }
}

/// As minisign prints it.
impl Display for KeyId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

/// Why a text is no public key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("`{0}` is neither a public key of minisign nor a file that can be read: {1}")]
    Neither(String, std::io::Error),
    #[error("`{0}` is not a file of a public key; `dialplate plugin keygen` and `minisign -G` write one")]
    File(String),
}

#[derive(Clone, Debug)]
pub struct TrustedKey {
    pub id: KeyId,
    pub(super) key: PublicKey,
}

impl TrustedKey {
    /// A key in base64, or the path of the file that `minisign -G` writes.
    ///
    /// # Errors
    /// It is neither.
    pub fn find(text: &str) -> Result<Self, KeyError> {
        if let Some(key) = Self::of_line(text) {
            return Ok(key);
        }
        let content = read_bounded(Path::new(text), FILE_BYTES_MAX);
        let content = content.map_err(|error| KeyError::Neither(text.to_owned(), error))?;
        let of_file = |content: Vec<u8>| Self::of_line(String::from_utf8(content).ok()?.lines().nth(1)?);
        content.and_then(of_file).ok_or_else(|| KeyError::File(text.to_owned()))
    }

    fn of_line(line: &str) -> Option<Self> {
        let line = line.trim();
        Some(Self { id: KeyId::of_line(line)?, key: PublicKey::from_base64(line).ok()? })
    }
}

/// All keys that an operator trusts.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys(Vec<TrustedKey>);

impl TrustedKeys {
    pub fn new(keys: Vec<TrustedKey>) -> Self {
        Self(keys)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key of this number is among them.
    pub fn has(&self, id: KeyId) -> bool {
        self.of_id(id).next().is_some()
    }

    /// The keys of a number. Two keys can have the same one, because a number proves nothing.
    pub(super) fn of_id(&self, id: KeyId) -> impl Iterator<Item = &TrustedKey> {
        self.0.iter().filter(move |key| key.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// minisign's own key.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn key_is_base64_or_a_file() {
        assert_eq!(TrustedKey::find(KEY).unwrap().id.to_string(), "E7620F1842B4E81F");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendor.pub");
        let path = file.to_str().unwrap();
        for content in [format!("untrusted comment: a key\n{KEY}\n"), format!("\n{KEY}")] {
            std::fs::write(&file, content).unwrap();
            assert_eq!(TrustedKey::find(path).unwrap().id.to_string(), "E7620F1842B4E81F");
        }
        for content in ["", "untrusted comment: a key\n", "a\nb\n", &format!("a\n{}", &KEY[4..]), &"x\n".repeat(9_000)]
        {
            std::fs::write(&file, content).unwrap();
            assert!(TrustedKey::find(path).unwrap_err().to_string().contains("is not a file of a public key"));
        }
        let error = TrustedKey::find(&KEY[1..]).unwrap_err().to_string();
        assert!(error.contains("neither a public key of minisign nor a file"), "{error}");
    }
}
