//! The text mode of TFTP: a line ends with CR LF, and a bare CR is followed by NUL.

/// The bytes on the wire. No state is needed between pieces: each byte stands for itself.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for byte in bytes {
        match byte {
            b'\n' => encoded.extend(b"\r\n"),
            b'\r' => encoded.extend(b"\r\0"),
            other => encoded.push(*other),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #[test]
    fn line_ends_are_encoded() {
        assert_eq!(super::encode(b"a\nb\r\nc\r"), b"a\r\nb\r\0\r\nc\r\0");
    }
}
