//! Compression of stored documents: the zlib format.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// zlib's own default: a tenth of a configuration file's size is left, in about a millisecond.
const LEVEL: u8 = 6;

pub fn zip(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec_zlib(bytes, LEVEL)
}

/// `None` if the bytes are damaged, or become more than `bytes_max`.
pub fn unzip(bytes: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    decompress_to_vec_zlib_with_limit(bytes, bytes_max).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_same_after_both() {
        let text = "account.1.enable = 1\n".repeat(1_000);
        let zipped = zip(text.as_bytes());
        assert!(zipped.len() < text.len() / 10);
        assert_eq!(unzip(&zipped, text.len()).as_deref(), Some(text.as_bytes()));
        assert_eq!(unzip(&zipped, text.len() - 1), None);
        assert_eq!(unzip(&zipped[..10], text.len()), None);
    }
}
