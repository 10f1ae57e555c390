//! A length as it goes into a hash.

/// The number of bytes, in 32 bits on every machine: a `usize` has 32 in a component and 64 in a test.
pub fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}
