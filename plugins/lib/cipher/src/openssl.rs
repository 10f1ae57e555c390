//! The form of `openssl enc -aes-256-cbc -k PASSWORD`.

use super::length::length;
use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockEncryptMut, KeyIvInit};
use md5::Md5;
use sha2::digest::FixedOutput;
use sha2::{Digest as _, Sha256};

/// The first bytes of a file with a salt.
const MAGIC: &[u8; 8] = b"Salted__";
const SALT_BYTES: usize = 8;
const KEY_BYTES: usize = 32;
const IV_BYTES: usize = 16;

/// The digest by which OpenSSL derives the key from the password: its option `-md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Digest {
    /// OpenSSL's default up to 1.0.2.
    Md5,
    /// OpenSSL's default since 1.1.0.
    Sha256,
}

/// Encrypts with AES-256-CBC. `openssl enc -d -aes-256-cbc -md DIGEST -k PASSWORD` decrypts the result.
///
/// ```
/// use dialplate_cipher::{Digest, openssl};
///
/// let file = openssl(b"secret", Digest::Md5, b"<gs_provision/>");
/// assert!(file.starts_with(b"Salted__"));
/// assert_eq!(file, openssl(b"secret", Digest::Md5, b"<gs_provision/>"));
/// ```
pub fn openssl(password: &[u8], digest: Digest, plain: &[u8]) -> Vec<u8> {
    let salt = salt(password, plain);
    let (key, iv) = match digest {
        Digest::Md5 => derive::<Md5>(password, &salt),
        Digest::Sha256 => derive::<Sha256>(password, &salt),
    };
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let mut file = [MAGIC.as_slice(), &salt].concat();
    file.append(&mut cipher.encrypt_padded_vec_mut::<Pkcs7>(plain));
    file
}

/// A salt that differs between contents and between passwords. The length keeps the end of a password apart from the
/// beginning of a content.
fn salt(password: &[u8], plain: &[u8]) -> [u8; SALT_BYTES] {
    let hash = Sha256::new().chain_update(length(password)).chain_update(password).chain_update(plain);
    let mut salt = [0; SALT_BYTES];
    salt.copy_from_slice(&hash.finalize()[..SALT_BYTES]);
    salt
}

/// OpenSSL's `EVP_BytesToKey` with one iteration: each block is the digest of the previous block, password and salt.
fn derive<D: sha2::Digest + FixedOutput>(password: &[u8], salt: &[u8]) -> ([u8; KEY_BYTES], [u8; IV_BYTES]) {
    let mut derived = Vec::with_capacity(KEY_BYTES + IV_BYTES);
    let mut block: Vec<u8> = Vec::new();
    while derived.len() < KEY_BYTES + IV_BYTES {
        block = D::new().chain_update(&block).chain_update(password).chain_update(salt).finalize().to_vec();
        derived.extend_from_slice(&block);
    }
    let (mut key, mut iv) = ([0; KEY_BYTES], [0; IV_BYTES]);
    key.copy_from_slice(&derived[..KEY_BYTES]);
    iv.copy_from_slice(&derived[KEY_BYTES..KEY_BYTES + IV_BYTES]);
    (key, iv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_iv_are_those_of_openssl() {
        // `openssl enc -aes-256-cbc -k secret -S 0001020304050607 -md DIGEST -P`, OpenSSL 3.0.
        let salt = [0, 1, 2, 3, 4, 5, 6, 7];
        let shown = |(key, iv): ([u8; KEY_BYTES], [u8; IV_BYTES])| {
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
            (hex(&key), hex(&iv))
        };
        assert_eq!(shown(derive::<Md5>(b"secret", &salt)), (MD5_KEY.into(), MD5_IV.into()));
        assert_eq!(shown(derive::<Sha256>(b"secret", &salt)), (SHA256_KEY.into(), SHA256_IV.into()));
    }

    #[test]
    fn salt_depends_on_content_and_password() {
        let salt_of = |password: &[u8], plain: &[u8]| openssl(password, Digest::Md5, plain)[8..16].to_vec();
        assert_eq!(salt_of(b"a", b"bc"), salt_of(b"a", b"bc"));
        assert_ne!(salt_of(b"a", b"bc"), salt_of(b"a", b"bd"));
        assert_ne!(salt_of(b"a", b"bc"), salt_of(b"ab", b"c"));
    }

    #[test]
    fn content_is_padded_to_whole_blocks() {
        for (plain, blocks) in [(0, 1), (15, 1), (16, 2), (17, 2)] {
            assert_eq!(openssl(b"a", Digest::Sha256, &vec![b'x'; plain]).len(), 16 + 16 * blocks, "{plain}");
        }
    }
    const MD5_KEY: &str = "035FB8145B73CF111570DC936112BE9C375A5D3D8B915BC213BDBEF9DBFB7851";
    const MD5_IV: &str = "1D112C3C48B1D30DBCEEAFF080816BE4";
    const SHA256_KEY: &str = "9407A397F39FD21FFE27F6FAA71ED3F0B2CF77F4319AD49B0C3BE4F1D8E34491";
    const SHA256_IV: &str = "90DB0C64E023A2DC02BF53C56837D1F0";
}
