//! The text form of a configuration file, as phones export it.

/// How such a file begins.
const HEADER: &[u8] = b"<<VOIP CONFIG FILE>>";
/// The length of its first line with the line end; spaces fill it.
const HEADER_BYTES: usize = 64;
const LINE_END: &[u8] = b"\r\n";

/// Whether a document is a configuration file in text form.
pub fn is_config(body: &[u8]) -> bool {
    body.starts_with(HEADER)
}

/// The document with the header's full length and the line ends of the exports.
pub fn framed(body: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(body.len() + body.len() / 16);
    for (at, line) in body.trim_ascii_end().split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        framed.extend_from_slice(line);
        if at == 0 {
            framed.resize(framed.len().max(HEADER_BYTES - LINE_END.len()), b' ');
        }
        framed.extend_from_slice(LINE_END);
    }
    framed
}
