//! The inside of a tag.

use super::{Kind, Lexer, Mode, Scanned};

const CAST_TYPES: [&str; 11] =
    ["int", "integer", "bool", "boolean", "float", "double", "real", "string", "binary", "array", "object"];

const WORD_OPERATORS: [&str; 13] = ["eq", "ne", "neq", "gt", "ge", "gte", "lt", "le", "lte", "mod", "and", "or", "xor"];

impl Lexer<'_> {
    pub(super) fn body(&mut self) -> Scanned {
        let at = self.at;
        if let Some(end) = self.closing(at) {
            self.pop();
            return Scanned::Token(Kind::Rdel, end);
        }
        match self.byte(at) {
            Some(b'{') => {
                self.push(Mode::Tag);
                return Scanned::Again;
            }
            Some(b'"') => {
                self.push(Mode::Quoted);
                return Scanned::Token(Kind::Quote, at + 1);
            }
            Some(b'`') => {
                self.pop();
                return Scanned::Token(Kind::Backtick, at + 1);
            }
            _ => {}
        }
        let spaced = self.spaced_word(at);
        let found = spaced.or_else(|| self.operator(at));
        let found = found.or_else(|| self.operand(at));
        let (kind, end) = found.or_else(|| self.punctuation(at)).unwrap_or((Kind::Text, at + 1));
        Scanned::Token(kind, end)
    }

    /// Words that need white space on both sides.
    fn spaced_word(&self, at: usize) -> Option<(Kind, usize)> {
        let start = self.spaces1(at)?;
        if let Some(is) = self.word_spaces(start, "is") {
            if let Some(end) = self.word_spaces(is, "in") {
                return Some((Kind::IsIn, end));
            }
            if let Some(found) = self.condition(is) {
                return Some(found);
            }
        }
        let words = [("as", Kind::As), ("to", Kind::To), ("step", Kind::Step), ("instanceof", Kind::Instanceof)];
        for (word, kind) in words {
            if let Some(end) = self.word_spaces(start, word) {
                return Some((kind, end));
            }
        }
        let word = WORD_OPERATORS.iter().find_map(|word| self.word_spaces(start, word));
        word.map(|end| (Kind::WordOp, end))
    }

    /// The word after `is`.
    fn condition(&self, at: usize) -> Option<(Kind, usize)> {
        // "not" is optional; the word after it decides, so that `is not even` and `is even` both arrive here.
        let at = self.word_spaces(at, "not").unwrap_or(at);
        for word in ["odd", "even", "div"] {
            let by = self.word_spaces(at, word);
            if let Some(end) = by.and_then(|end| self.word_spaces(end, "by")) {
                return Some((Kind::DivBy, end));
            }
        }
        let end = self.word(at, "odd").or_else(|| self.word(at, "even"))?;
        Some((Kind::SingleCond, end))
    }

    fn operator(&self, at: usize) -> Option<(Kind, usize)> {
        let start = self.spaces(at);
        let first = self.byte(start)?;
        let second = self.byte(start + 1);
        if let Some(len) = self.comparison(start, first, second) {
            return Some((Kind::LogOp, self.spaces(start + len)));
        }
        if start == at && first == b'!' {
            return Some((Kind::Not, self.spaces(at + 1)));
        }
        if start == at
            && let Some(end) = self.word_spaces(at, "not")
        {
            return Some((Kind::Not, end));
        }
        if start == at
            && let Some(end) = self.typecast(at)
        {
            return Some((Kind::Typecast, end));
        }
        let one = |kind| Some((kind, self.spaces(start + 1)));
        match (first, second) {
            (b'(', _) => one(Kind::OpenP),
            (b')', _) => Some((Kind::CloseP, start + 1)),
            (b'[', _) if start == at => one(Kind::OpenB),
            (b']', _) => Some((Kind::CloseB, start + 1)),
            (b'-', Some(b'>')) => Some((Kind::Ptr, self.spaces(start + 2))),
            (b'=', Some(b'>')) => Some((Kind::Aptr, self.spaces(start + 2))),
            (b'=', _) => one(Kind::Equal),
            (b'+' | b'-', Some(b'+' | b'-')) if start == at => Some((Kind::IncDec, at + 2)),
            (b'+' | b'-', _) => one(Kind::UniMath),
            (b'*', Some(b'*')) => Some((Kind::Math, self.spaces(start + 2))),
            (b'*' | b'%' | b'/' | b'^' | b'&', _) => one(Kind::Math),
            _ => None,
        }
    }

    /// The length of `==`, `!==`, `<=`, `&&` … at `start`.
    fn comparison(&self, start: usize, first: u8, second: Option<u8>) -> Option<usize> {
        match (first, second) {
            (b'!' | b'=', Some(b'=')) if self.is(start + 2, b'=') => Some(3),
            (b'!' | b'=', Some(b'=')) => Some(2),
            (b'<', Some(b'=' | b'>')) | (b'>', Some(b'=')) => Some(2),
            (b'<' | b'>', _) => Some(1),
            (b'&' | b'|', Some(b'&' | b'|')) => Some(2),
            _ => None,
        }
    }

    fn typecast(&self, at: usize) -> Option<usize> {
        if !self.is(at, b'(') {
            return None;
        }
        CAST_TYPES.iter().find_map(|name| {
            let end = self.word(at + 1, name)?;
            self.is(end, b')').then(|| self.spaces(end + 1))
        })
    }

    fn operand(&self, at: usize) -> Option<(Kind, usize)> {
        let first = self.byte(at)?;
        match first {
            b'\'' => self.single_quoted(at).map(|end| (Kind::SingleQuoted, end)),
            b'$' => Some(match self.name(at + 1) {
                Some(end) => (Kind::DollarId, end),
                None => (Kind::Dollar, at + 1),
            }),
            b'@' => Some((Kind::At, at + 1)),
            b'#' => Some((Kind::Hatch, at + 1)),
            _ => self.word_operand(at, first),
        }
    }

    fn word_operand(&self, at: usize, first: u8) -> Option<(Kind, usize)> {
        if let Some(end) = self.word(at, "array") {
            let open = self.spaces(end);
            if self.is(open, b'(') {
                return Some((Kind::ArrayOpen, self.spaces(open + 1)));
            }
        }
        if let Some(end) = self.attribute(at) {
            return Some((Kind::Attr, end));
        }
        let name = self.name(at);
        let mut end = name.unwrap_or(at);
        while self.is(end, b'\\')
            && let Some(next) = self.name(end + 1)
        {
            end = next;
        }
        if end > name.unwrap_or(at) {
            return Some((Kind::Namespace, end));
        }
        if let Some(end) = name {
            return Some((Kind::Id, end));
        }
        if first.is_ascii_digit() {
            let digits = self.src[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            return Some((Kind::Integer, at + digits));
        }
        None
    }

    /// ` name=`, where the name may contain `-` and `:`.
    fn attribute(&self, at: usize) -> Option<usize> {
        let mut end = self.name(self.spaces1(at)?)?;
        while self.byte(end).is_some_and(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b)) {
            end += 1;
        }
        let equal = self.spaces(end);
        self.is(equal, b'=').then(|| self.spaces(equal + 1))
    }

    fn single_quoted(&self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        loop {
            match self.byte(end)? {
                b'\'' => return Some(end + 1),
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
    }

    fn punctuation(&self, at: usize) -> Option<(Kind, usize)> {
        match self.byte(at)? {
            b'|' if self.is(at + 1, b'@') => return Some((Kind::Vert, at + 2)),
            b'|' => return Some((Kind::Vert, at + 1)),
            b'.' => return Some((Kind::Dot, at + 1)),
            b':' if self.is(at + 1, b':') => return Some((Kind::DoubleColon, at + 2)),
            _ => {}
        }
        let start = self.spaces(at);
        let kind = match self.byte(start) {
            Some(b',') => Kind::Comma,
            Some(b';') => Kind::Semicolon,
            Some(b':') => Kind::Colon,
            Some(b'?') => Kind::QMark,
            _ if start > at => return Some((Kind::Space, start)),
            _ => return None,
        };
        Some((kind, self.spaces(start + 1)))
    }
}
