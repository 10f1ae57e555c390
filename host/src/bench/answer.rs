//! The head of an HTTP/1 answer, and the sizes of chunks.

use super::failures::Failure;
use httparse::Status;

/// Far more than any of the measured servers sends.
pub const HEAD_BYTES_MAX: usize = 64 << 10;

/// Four times Dialplate's limit for a document, so that no right answer is refused.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// PHP behind nginx sends a dozen.
const HEADERS_MAX: usize = 64;

/// What the client needs of an answer's head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Its length.
    pub bytes: usize,
    pub status: u16,
    pub framing: Framing,
    /// Whether the server ends the connection after this answer.
    pub closes: bool,
    /// The values of `WWW-Authenticate`, if the status is 401.
    pub challenges: Vec<String>,
    /// The value of `Retry-After`, if the status is 503.
    pub retry_after: Option<String>,
}

/// How the end of a body is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framing {
    Length(usize),
    Chunks,
    Close,
}

/// Parses a head; `None` if it is not complete.
pub fn head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err(Failure::Malformed("its head is invalid")),
    };
    let status = response.code.unwrap_or_default();
    let mut head = Head {
        bytes: length,
        status,
        framing: Framing::Close,
        closes: response.version == Some(0),
        challenges: Vec::new(),
        retry_after: None,
    };
    for header in response.headers.iter() {
        head.take(header.name, header.value)?;
    }
    if matches!(status, 204 | 304) {
        head.framing = Framing::Length(0);
    }
    head.closes |= head.framing == Framing::Close;
    Ok(Some(head))
}

impl Head {
    fn take(&mut self, name: &str, value: &[u8]) -> Result<(), Failure> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let text = || str::from_utf8(value).unwrap_or_default().trim();
        if is("content-length") && self.framing != Framing::Chunks {
            let length = text().parse().map_err(|_| Failure::Malformed("its length is no number"))?;
            if length > BODY_BYTES_MAX {
                return Err(Failure::TooLarge(BODY_BYTES_MAX));
            }
            self.framing = Framing::Length(length);
        } else if is("transfer-encoding") {
            if !text().eq_ignore_ascii_case("chunked") {
                return Err(Failure::Malformed("its transfer encoding is unknown"));
            }
            self.framing = Framing::Chunks;
        } else if is("connection") {
            self.closes =
                text().eq_ignore_ascii_case("close") || self.closes && !text().eq_ignore_ascii_case("keep-alive");
        } else if self.status == 401 && is("www-authenticate") {
            self.challenges.push(text().to_owned());
        } else if self.status == 503 && is("retry-after") {
            self.retry_after = Some(text().to_owned());
        }
        Ok(())
    }
}

/// The length of a chunk's first line, and the chunk's size; `None` if the line is not complete.
pub fn chunk(bytes: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    match httparse::parse_chunk_size(bytes) {
        Ok(Status::Complete((line, size))) => match usize::try_from(size) {
            Ok(size) if size <= BODY_BYTES_MAX => Ok(Some((line, size))),
            _ => Err(Failure::TooLarge(BODY_BYTES_MAX)),
        },
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err(Failure::Malformed("a chunk has no size")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Option<Head>, Failure> {
        head(text.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn head_tells_how_the_body_ends() {
        for (text, framing, closes) in [
            ("HTTP/1.1 200 OK\nContent-Length: 5\n\n", Framing::Length(5), false),
            ("HTTP/1.1 200 OK\ncontent-length: 5\nconnection: close\n\n", Framing::Length(5), true),
            ("HTTP/1.0 200 OK\nContent-Length: 5\nConnection: keep-alive\n\n", Framing::Length(5), false),
            ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 5\n\n", Framing::Chunks, false),
            ("HTTP/1.1 200 OK\n\n", Framing::Close, true),
            ("HTTP/1.1 304 Not Modified\n\n", Framing::Length(0), false),
        ] {
            let head = parsed(text).unwrap().unwrap();
            assert_eq!(
                (head.framing, head.closes, head.bytes),
                (framing, closes, text.len() + text.matches('\n').count())
            );
        }
        assert_eq!(parsed("HTTP/1.1 200 OK\nContent-"), Ok(None));
        assert!(parsed("SSH-2.0-x\n\n").is_err());
        assert!(parsed("HTTP/1.1 200 OK\nContent-Length: 99999999999\n\n").is_err());
    }

    #[test]
    fn challenges_and_retry_after_are_kept() {
        let head =
            parsed("HTTP/1.1 401 X\nWWW-Authenticate: Basic\nwww-authenticate: Digest a=b\nContent-Length: 0\n\n");
        assert_eq!(head.unwrap().unwrap().challenges, ["Basic", "Digest a=b"]);
        let head = parsed("HTTP/1.1 503 X\nRetry-After: 5\nContent-Length: 0\n\n").unwrap().unwrap();
        assert_eq!(head.retry_after.as_deref(), Some("5"));
    }
}
