//! AES by single blocks (ECB), for phones that decrypt nothing else. Equal blocks of the content stay equal, so this hides
//! less than every other mode.

use super::length::length;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockCipher, BlockEncryptMut, KeyInit};
use aes::{Aes128, Aes256};
use ecb::Encryptor;
use sha2::{Digest as _, Sha256};

const BLOCK_BYTES: usize = 16;

/// The characters of a derived key.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Encrypts with AES-128 or AES-256, by the length of the key: 16 or 32 bytes. Blanks fill the last block, so a plain text
/// needs no padding to be taken off. `None` if the key has another length.
///
/// ```
/// use dialplate_cipher::ecb;
///
/// let file = ecb(b"0123456789abcdef", b"account.1.enable = 1\n").expect("a key of 16 bytes");
/// assert_eq!(file.len(), 32);
/// assert!(ecb(b"short", b"").is_none());
/// ```
pub fn ecb(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => encrypted::<Aes128>(key, plain),
        32 => encrypted::<Aes256>(key, plain),
        _ => None,
    }
}

fn encrypted<C: BlockCipher + BlockEncryptMut + KeyInit>(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let mut filled = plain.to_vec();
    filled.resize(plain.len().next_multiple_of(BLOCK_BYTES), b' ');
    Some(Encryptor::<C>::new_from_slice(key).ok()?.encrypt_padded_vec_mut::<NoPadding>(&filled))
}

/// A key of letters and digits, as long as the secret and at most 32 characters, that differs between owners. Whoever has the key
/// of one owner knows neither the secret nor another key.
pub fn derived_key(secret: &[u8], owner: &[u8]) -> String {
    let hash = Sha256::new().chain_update(length(secret)).chain_update(secret).chain_update(owner);
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    hash.finalize().iter().take(secret.len()).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_those_of_the_standard() {
        // FIPS 197, appendices C.1 and C.3.
        let plain: Vec<u8> = (0..16).map(|digit| digit * 0x11).collect();
        let key: Vec<u8> = (0..32).collect();
        for (length, expected) in [(16, "69c4e0d86a7b0430d8cdb78070b4c55a"), (32, "8ea2b7ca516745bfeafc49904b496089")] {
            let file = ecb(&key[..length], &plain).unwrap();
            assert_eq!(file.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), expected);
        }
        assert!(ecb(&key[..24], &plain).is_none());
    }

    #[test]
    fn blanks_fill_the_last_block() {
        let key = [7; 16];
        assert_eq!(ecb(&key, b"a"), ecb(&key, b"a               "));
        assert_eq!(ecb(&key, b"").unwrap().len(), 0);
        assert_eq!(ecb(&key, &[b'a'; 17]).unwrap().len(), 32);
    }

    #[test]
    fn derived_keys_differ_by_owner_and_secret() {
        let key = derived_key(b"0123456789abcdef", b"001565000001");
        assert_eq!((key.len(), key.clone()), (16, derived_key(b"0123456789abcdef", b"001565000001")));
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
        assert_ne!(key, derived_key(b"0123456789abcdef", b"001565000002"));
        assert_ne!(key, derived_key(b"0123456789abcdeg", b"001565000001"));
        assert_eq!(derived_key(&[b'a'; 32], b"x").len(), 32);
    }
}
