//! Tracks the position in a document, byte by byte.

/// A position in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only white space so far.
    Start,
    /// Only white space so far, in a file whose name ends with `.xml`.
    StartXml,
    /// The file's first character is `<`; the next decides.
    StartOpen,
    /// In a line of a file of lines.
    Bare,
    /// In a line, after an odd number of `"`.
    Quoted,
    /// Between tags.
    Text,
    /// After `<`.
    Open,
    /// In a tag outside of its attributes' values, or in a declaration.
    Tag,
    /// In an attribute's value between `"`.
    Double,
    /// In an attribute's value between `'`.
    Single,
    /// After `<!`.
    Bang,
    /// After `<!-`.
    BangDash,
    /// After `<![` and this many characters of `CDATA[`.
    Section(u8),
    /// In a CDATA section, after this many `]`, two at most.
    Cdata(u8),
    /// In a comment, after this many `-`, two at most.
    Comment(u8),
    /// In a processing instruction; whether after a `?`.
    Instruction(bool),
}

const SECTION: &[u8] = b"CDATA[";

impl State {
    /// The state after these further bytes of the document.
    pub fn after(self, bytes: &[u8]) -> Self {
        let mut state = self;
        let mut rest = bytes;
        loop {
            rest = state.skip(rest);
            let Some((&byte, next)) = rest.split_first() else { return state };
            state = state.step(byte);
            rest = next;
        }
    }

    /// Skips bytes that cannot change the state, which are most of a file.
    fn skip(self, bytes: &[u8]) -> &[u8] {
        let found = match self {
            Self::Text => memchr::memchr(b'<', bytes),
            Self::Double | Self::Bare => memchr::memchr(b'"', bytes),
            Self::Single => memchr::memchr(b'\'', bytes),
            Self::Quoted => memchr::memchr2(b'"', b'\n', bytes),
            Self::Tag => memchr::memchr3(b'>', b'"', b'\'', bytes),
            Self::Comment(0) => memchr::memchr(b'-', bytes),
            Self::Cdata(0) => memchr::memchr(b']', bytes),
            Self::Instruction(false) => memchr::memchr(b'?', bytes),
            _ => return bytes,
        };
        &bytes[found.unwrap_or(bytes.len())..]
    }

    fn step(self, byte: u8) -> Self {
        match self {
            Self::Start | Self::StartXml => self.start(byte),
            // `<<` and `< ` start no element.
            Self::StartOpen if byte == b'<' || byte.is_ascii_whitespace() => Self::Bare,
            Self::Bare if byte == b'"' => Self::Quoted,
            Self::Quoted if matches!(byte, b'"' | b'\n') => Self::Bare,
            Self::Text if byte == b'<' => Self::Open,
            Self::Double if byte == b'"' => Self::Tag,
            Self::Single if byte == b'\'' => Self::Tag,
            Self::Open | Self::StartOpen => open(byte),
            Self::Tag => tag(byte),
            Self::Bang if byte == b'-' => Self::BangDash,
            Self::Bang if byte == b'[' => Self::Section(0),
            Self::BangDash if byte == b'-' => Self::Comment(0),
            Self::Section(5) if byte == b'[' => Self::Cdata(0),
            Self::Section(at @ 0..5) if SECTION[usize::from(at)] == byte => Self::Section(at + 1),
            Self::Bang | Self::BangDash | Self::Section(_) => tag(byte),
            Self::Comment(2) | Self::Cdata(2) | Self::Instruction(true) if byte == b'>' => Self::Text,
            Self::Comment(dashes) => Self::Comment(if byte == b'-' { (dashes + 1).min(2) } else { 0 }),
            Self::Cdata(brackets) => Self::Cdata(if byte == b']' { (brackets + 1).min(2) } else { 0 }),
            Self::Instruction(_) => Self::Instruction(byte == b'?'),
            inside => inside,
        }
    }

    fn start(self, byte: u8) -> Self {
        match byte {
            // White space and the three bytes of a byte order mark.
            b' ' | b'\t' | b'\n' | b'\r' | 0xef | 0xbb | 0xbf => self,
            b'<' => Self::StartOpen,
            b'"' if self == Self::Start => Self::Quoted,
            _ if self == Self::Start => Self::Bare,
            _ => Self::Text,
        }
    }
}

fn open(byte: u8) -> State {
    match byte {
        b'!' => State::Bang,
        b'?' => State::Instruction(false),
        b'<' => State::Open,
        b'=' | b'>' => State::Text,
        _ if byte.is_ascii_whitespace() => State::Text,
        _ => State::Tag,
    }
}

fn tag(byte: u8) -> State {
    match byte {
        b'>' => State::Text,
        b'"' => State::Double,
        b'\'' => State::Single,
        _ => State::Tag,
    }
}
