//! Cuts what the event socket sends into frames. It may arrive in any pieces.

/// Headers of one frame: `auth/request` and replies have a few hundred bytes, and this client asks for no events.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// The body of one frame: FreeSWITCH prints some 700 bytes for a registration, so this is fifty thousand phones.
const BODY_BYTES_MAX: usize = 32 << 20;

/// A frame. Names of headers are compared in any case.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Frame {
    headers: Vec<(String, String)>,
    pub body: String,
}

/// What arrived cannot be a frame.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("it sent headers of more than {HEAD_BYTES_MAX} bytes")]
    LongHead,
    #[error("it announced a body of {0} bytes, and {BODY_BYTES_MAX} are allowed")]
    LongBody(String),
    #[error("it sent a line that is no header")]
    NoHeader,
}

/// The bytes that have arrived, and what they are known to be.
#[derive(Default)]
pub struct Decoder {
    arrived: Vec<u8>,
    /// The headers of a frame whose body has not arrived whole, and the length of the body.
    begun: Option<(Frame, usize)>,
    /// So far no empty line was found.
    searched: usize,
}

impl Frame {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn content_type(&self) -> &str {
        self.header("Content-Type").unwrap_or_default()
    }

    fn parse(head: &[u8]) -> Result<Self, FrameError> {
        let text = String::from_utf8_lossy(head);
        let mut frame = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(FrameError::NoHeader)?;
            frame.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(frame)
    }

    fn body_bytes(&self) -> Result<usize, FrameError> {
        let Some(text) = self.header("Content-Length") else { return Ok(0) };
        let length = text.parse().ok().filter(|length| *length <= BODY_BYTES_MAX);
        length.ok_or_else(|| FrameError::LongBody(text.chars().take(20).collect()))
    }
}

impl Decoder {
    pub fn push(&mut self, bytes: &[u8]) {
        self.arrived.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` until more bytes have arrived.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if self.begun.is_none() {
            let Some(head) = self.take_head()? else { return Ok(None) };
            let frame = Frame::parse(&head)?;
            let length = frame.body_bytes()?;
            self.begun = Some((frame, length));
        }
        match self.begun.take() {
            Some((mut frame, length)) if self.arrived.len() >= length => {
                let body: Vec<u8> = self.arrived.drain(..length).collect();
                frame.body = String::from_utf8_lossy(&body).into_owned();
                Ok(Some(frame))
            }
            begun => {
                self.begun = begun;
                Ok(None)
            }
        }
    }

    /// Cuts off everything up to the first empty line after a header.
    fn take_head(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        // Empty lines before a frame are not part of it.
        let blank = self.arrived.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if blank > 0 {
            self.arrived.drain(..blank);
            self.searched = 0;
        }
        let from = self.searched.saturating_sub(1);
        let ends = |pair: &[u8]| pair == b"\n\n" || pair == b"\n\r";
        if let Some(at) = self.arrived[from..].windows(2).position(ends) {
            let end = from + at + 2;
            // After CRLF an LF follows.
            let end = if self.arrived[end - 1] == b'\r' { end + 1 } else { end };
            if end <= self.arrived.len() {
                self.searched = 0;
                return Ok(Some(self.arrived.drain(..end).collect()));
            }
            return Ok(None);
        }
        self.searched = self.arrived.len();
        if self.arrived.len() > HEAD_BYTES_MAX { Err(FrameError::LongHead) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] = b"Content-Type: auth/request\n\nContent-Type: api/response\nContent-Length: 6\n\n+OK \xc3\xa4Content-Type: command/reply\r\nReply-Text: +OK accepted\r\n\r\n";

    fn frames(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<(String, String)> {
        let (mut decoder, mut frames) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.push(&piece);
            while let Some(frame) = decoder.next_frame().unwrap() {
                frames.push((frame.content_type().to_owned(), frame.body));
            }
        }
        frames
    }

    #[test]
    fn frames_are_the_same_in_any_pieces() {
        let whole = frames(std::iter::once(TWO.to_vec()));
        let kinds: Vec<_> = whole.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["auth/request", "api/response", "command/reply"]);
        assert_eq!(whole[1].1, "+OK ä");
        for size in 1..TWO.len() {
            assert_eq!(frames(TWO.chunks(size).map(<[u8]>::to_vec)), whole, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn incomplete_frame_is_awaited() {
        let mut decoder = Decoder::default();
        for piece in ["Content-Length: 3\n", "\n", "ab"] {
            decoder.push(piece.as_bytes());
            assert_eq!(decoder.next_frame(), Ok(None));
        }
        decoder.push(b"c");
        assert_eq!(decoder.next_frame().unwrap().unwrap().body, "abc");
    }

    #[test]
    fn endless_head_and_body_are_refused() {
        let mut decoder = Decoder::default();
        decoder.push(&vec![b'x'; HEAD_BYTES_MAX + 1]);
        assert_eq!(decoder.next_frame(), Err(FrameError::LongHead));
        for length in ["33554433", "-1", "x", "99999999999999999999999"] {
            let mut decoder = Decoder::default();
            decoder.push(format!("Content-Length: {length}\n\n").as_bytes());
            assert!(matches!(decoder.next_frame(), Err(FrameError::LongBody(_))), "{length}");
        }
        let mut decoder = Decoder::default();
        decoder.push(b"HTTP/1.1 400 Bad Request\n\n");
        assert_eq!(decoder.next_frame(), Err(FrameError::NoHeader));
    }
}
