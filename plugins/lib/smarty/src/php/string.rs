//! PHP's strings: immutable, shared bytes of any encoding.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A PHP string: bytes of any encoding, shared by its clones.
///
/// The *untrusted* bit marks text that people without the right to edit templates can edit; it is escaped for the
/// file's format where it is printed. Equality, order and hash ignore the bit, so that templates cannot observe it.
///
/// # Examples
/// ```
/// use dialplate_smarty::php::Str;
///
/// let label = Str::from("Anna").untrusted();
/// assert!(label.is_untrusted());
/// assert_eq!(label, Str::from("Anna"));
/// ```
#[derive(Clone)]
pub struct Str {
    bytes: Rc<[u8]>,
    untrusted: bool,
}

impl Str {
    /// A trusted string of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Str {
        Str { bytes: Rc::from(bytes), untrusted: false }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// True if there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// True if the string is escaped where it is printed.
    #[must_use]
    pub fn is_untrusted(&self) -> bool {
        self.untrusted
    }

    /// The same string, escaped where it is printed.
    #[must_use]
    pub fn untrusted(mut self) -> Str {
        self.untrusted = true;
        self
    }

    /// The same string, printed as it is.
    #[must_use]
    pub fn trusted(mut self) -> Str {
        self.untrusted = false;
        self
    }

    /// The same string with the untrusted bit set to `untrusted`.
    #[must_use]
    pub fn with_trust_of(mut self, untrusted: bool) -> Str {
        self.untrusted = untrusted;
        self
    }

    /// The string for messages, with invalid UTF-8 replaced.
    #[must_use]
    pub fn to_lossy(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Default for Str {
    fn default() -> Str {
        Str::new(b"")
    }
}

impl std::ops::Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Str {
        Str::new(bytes)
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Str {
        Str { bytes: Rc::from(bytes), untrusted: false }
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str::new(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str::from(text.into_bytes())
    }
}

impl<const N: usize> From<&[u8; N]> for Str {
    fn from(bytes: &[u8; N]) -> Str {
        Str::new(bytes)
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Str) -> bool {
        Rc::ptr_eq(&self.bytes, &other.bytes) || self.bytes == other.bytes
    }
}

impl Eq for Str {}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.bytes);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.bytes), f)
    }
}
