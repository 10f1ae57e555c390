//! Makes header values with control bytes readable for hyper, which refuses them. Some phones send such a byte in their
//! User-Agent, and nginx and PHP take every byte but NUL, CR and LF.
//!
//! The filter changes bytes in place and never adds or removes one, so hyper alone decides where a request and its body
//! end. In a value, a control byte becomes a question mark. Where nginx refuses the request instead (in a name, in the
//! host, in a length or an encoding), the byte becomes a NUL, which hyper refuses too. hyper drops other lines that
//! are not headers (`ignore_invalid_headers`), as nginx does.
//!
//! The filter follows the lengths of bodies so that it leaves them alone. If it cannot, it leaves the rest of the
//! connection alone.

/// The longest name that the filter has to recognise: `transfer-encoding`.
const NAME_BYTES_MAX: usize = 17;
/// The end of a value that the filter has to recognise: `chunked`.
const END_BYTES: usize = 7;

/// The place in the stream of a connection's bytes.
#[derive(Default)]
pub struct HeaderBytes {
    place: Place,
    line: Line,
    body: BodyLength,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    #[default]
    RequestLine,
    Headers,
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk and of the line end after it.
    Chunk(u64),
    Trailers,
    /// The filter cannot tell where the next request begins.
    Lost,
}

/// The length of the request's body as its headers say.
#[derive(Clone, Copy, Default, PartialEq)]
enum BodyLength {
    #[default]
    None,
    Bytes(u64),
    Chunked,
    Unclear,
}

/// The line that is read.
#[derive(Default)]
struct Line {
    length: usize,
    name: [u8; NAME_BYTES_MAX],
    name_length: usize,
    in_value: bool,
    /// The last bytes of the value, in lower case, without spaces and tabs.
    end: [u8; END_BYTES],
    /// The value as a decimal number, or the line as the hexadecimal size of a chunk.
    number: Option<u64>,
    /// The size of the chunk has ended, and its extensions follow.
    size_ended: bool,
}

impl HeaderBytes {
    /// Filters the next bytes of the connection.
    pub fn filter(&mut self, bytes: &mut [u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let skipped = match &mut self.place {
                Place::Lost => return,
                Place::Body(left) | Place::Chunk(left) => {
                    let skipped = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= skipped as u64;
                    skipped
                }
                _ => {
                    self.take(&mut rest[0]);
                    1
                }
            };
            match self.place {
                Place::Body(0) => self.place = Place::RequestLine,
                Place::Chunk(0) => self.place = Place::ChunkSize,
                _ => {}
            }
            rest = &mut rest[skipped..];
        }
    }

    fn take(&mut self, byte: &mut u8) {
        if *byte == b'\n' {
            self.end_line();
            self.line = Line::default();
            return;
        }
        match self.place {
            Place::Headers => self.line.take_header_byte(byte),
            Place::ChunkSize => self.line.take_size_byte(*byte),
            _ => {}
        }
        self.line.length += usize::from(*byte != b'\r');
    }

    fn end_line(&mut self) {
        let is_blank = self.line.length == 0;
        self.place = match self.place {
            // Blank lines may precede a request.
            Place::RequestLine if is_blank => Place::RequestLine,
            Place::RequestLine => {
                self.body = BodyLength::None;
                Place::Headers
            }
            Place::Headers if is_blank => match self.body {
                BodyLength::None | BodyLength::Bytes(0) => Place::RequestLine,
                BodyLength::Bytes(length) => Place::Body(length),
                BodyLength::Chunked => Place::ChunkSize,
                BodyLength::Unclear => Place::Lost,
            },
            Place::Headers => {
                self.body = self.body.with(&self.line);
                Place::Headers
            }
            Place::ChunkSize => match self.line.number {
                Some(0) => Place::Trailers,
                Some(size) => Place::Chunk(size.saturating_add(2)),
                None => Place::Lost,
            },
            Place::Trailers if is_blank => Place::RequestLine,
            place => place,
        };
    }
}

impl BodyLength {
    /// As hyper reads them: an encoding counts more than a length.
    fn with(self, line: &Line) -> Self {
        match (line.name(), self) {
            (b"transfer-encoding", _) if &line.end == b"chunked" => Self::Chunked,
            (b"transfer-encoding", _) => Self::Unclear,
            (b"content-length", Self::None) => line.number.map_or(Self::Unclear, Self::Bytes),
            (b"content-length", Self::Bytes(length)) if line.number != Some(length) => Self::Unclear,
            (_, body) => body,
        }
    }
}

impl Line {
    fn name(&self) -> &[u8] {
        if self.in_value { self.name.get(..self.name_length).unwrap_or_default() } else { b"" }
    }

    fn take_header_byte(&mut self, byte: &mut u8) {
        if *byte == b'\r' {
            return;
        }
        if self.in_value {
            self.take_value_byte(byte);
        } else if *byte == b':' && self.length > 0 {
            self.in_value = true;
        } else {
            // nginx refuses these in a name, and a line that begins with one.
            if *byte <= b' ' || *byte == b':' || *byte == 0x7f {
                *byte = 0;
            }
            if let Some(slot) = self.name.get_mut(self.name_length) {
                *slot = byte.to_ascii_lowercase();
            }
            self.name_length += 1;
        }
    }

    fn take_value_byte(&mut self, byte: &mut u8) {
        if byte.is_ascii_control() && !matches!(*byte, b'\t' | 0) {
            let decides = matches!(self.name(), b"host" | b"content-length" | b"transfer-encoding");
            *byte = if decides { 0 } else { b'?' };
        }
        if matches!(*byte, b' ' | b'\t') {
            return;
        }
        self.end.rotate_left(1);
        self.end[END_BYTES - 1] = byte.to_ascii_lowercase();
        if self.name() == b"content-length" {
            self.take_digit(*byte, 10);
        }
    }

    fn take_size_byte(&mut self, byte: u8) {
        self.size_ended |= matches!(byte, b';' | b' ' | b'\t' | b'\r');
        if !self.size_ended {
            self.take_digit(byte, 16);
        }
    }

    /// Appends a digit. Anything else makes the number so large that no body is that long.
    fn take_digit(&mut self, byte: u8, radix: u32) {
        let digit = char::from(byte).to_digit(radix).map_or(u64::MAX, u64::from);
        let number = self.number.unwrap_or_default().saturating_mul(u64::from(radix));
        self.number = Some(number.saturating_add(digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filtered(bytes: &[u8], piece: usize) -> Vec<u8> {
        let (mut filter, mut bytes) = (HeaderBytes::default(), bytes.to_vec());
        bytes.chunks_mut(piece.max(1)).for_each(|piece| filter.filter(piece));
        bytes
    }

    /// A request line, and a blank line at the end.
    fn head(lines: &str) -> Vec<u8> {
        format!("GET /\x01 HTTP/1.1\r\n{lines}\r\n").into_bytes()
    }

    #[test]
    fn control_bytes_in_values_become_question_marks() {
        for (line, expected) in [
            ("User-Agent: AVAYA/SIP12x0\x17/04\r\n", "User-Agent: AVAYA/SIP12x0?/04\r\n"),
            ("X: \x01\x08\x0b\x0c\x1f\x7f\t\u{e9}\n", "X: ??????\t\u{e9}\n"),
            ("X:\x17\r\n", "X:?\r\n"),
            ("X: a\0b\r\n", "X: a\0b\r\n"),
            ("Content-Lengthy: 5\x01\r\n", "Content-Lengthy: 5?\r\n"),
            ("X-Host: a\x17\r\n", "X-Host: a?\r\n"),
        ] {
            assert_eq!(filtered(&head(line), 3), head(expected), "{line:?}");
        }
    }

    #[test]
    fn bytes_that_nginx_refuses_become_nul() {
        for (line, expected) in [
            ("Host: a\x17\r\n", "Host: a\0\r\n"),
            ("HOST:\x17a\r\n", "HOST:\0a\r\n"),
            ("Content-Length: 5\x0b\r\n", "Content-Length: 5\0\r\n"),
            ("Transfer-Encoding: \x0bchunked\r\n", "Transfer-Encoding: \0chunked\r\n"),
            ("Content-Length : 5\r\n", "Content-Length\0: 5\r\n"),
            ("Transfer\x0b-Encoding: chunked\r\n", "Transfer\0-Encoding: chunked\r\n"),
            (" folded: x\r\n", "\0folded: x\r\n"),
            (": x\r\n", "\0\0x\r\n"),
        ] {
            assert_eq!(filtered(&head(line), 5), head(expected), "{line:?}");
        }
    }

    #[test]
    fn body_is_unchanged_and_next_head_is_filtered() {
        let (dirty, clean) =
            ("GET / HTTP/1.1\r\nUser-Agent: a\x17\r\n\r\n", "GET / HTTP/1.1\r\nUser-Agent: a?\r\n\r\n");
        for before in [
            "",
            "\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\nX: \x01\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length:8\r\nContent-Length: 8 \r\n\r\nX: \x01\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n8\r\nX: \x01\r\n\r\n\r\n9;x=\x02\r\nX: \x03\r\n\r\n.\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\n00002\r\n\x01\n\r\n0\r\nT: \x04\r\n\r\n",
        ] {
            for piece in [1, 2, 7, 1_000] {
                let bytes = [before, dirty].concat();
                let expected = [before, clean].concat();
                let filtered = filtered(bytes.as_bytes(), piece);
                assert_eq!(String::from_utf8_lossy(&filtered), expected, "{before:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn unclear_lengths_end_the_filtering() {
        for line in ["Content-Length: x", "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: gzip"] {
            let bytes = format!("POST / HTTP/1.1\r\n{line}\r\n\r\nX\r\nA: \x01\r\n");
            assert_eq!(filtered(bytes.as_bytes(), 4), bytes.as_bytes(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn result_does_not_depend_on_pieces_and_keeps_line_ends(bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 1..50_usize) {
            let whole = filtered(&bytes, bytes.len());
            prop_assert_eq!(&whole, &filtered(&bytes, piece));
            for (before, after) in bytes.iter().zip(&whole) {
                prop_assert!(before == after || !matches!(before, b'\r' | b'\n') && matches!(after, 0 | b'?'));
            }
        }
    }
}
