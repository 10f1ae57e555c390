//! Parses a pattern to a syntax tree.

use super::class::{Class, ClassItem};
use super::error::{PatternError, fail, unavailable};
use super::options::RegexOptions;
use super::syntax::{Assert, Node, Repeat};

/// The maximum nesting of groups, on which the compiler and the look-arounds recurse.
const NESTING_MAX: usize = 64;
/// PCRE's own limit for `{n,m}`.
const REPEAT_MAX: u32 = 65_535;

pub struct ParsedPattern {
    pub node: Node,
    pub groups: usize,
    pub names: Vec<(Vec<u8>, usize)>,
}

pub(super) struct PatternParser<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) options: RegexOptions,
    pub(super) groups: usize,
    names: Vec<(Vec<u8>, usize)>,
    depth: usize,
}

pub fn parse(pattern: &[u8], options: RegexOptions) -> Result<ParsedPattern, PatternError> {
    if options.utf8 && std::str::from_utf8(pattern).is_err() {
        return fail("UTF-8 error in the pattern");
    }
    let mut parser = PatternParser { text: pattern, at: 0, options, groups: 1, names: Vec::new(), depth: 0 };
    let node = parser.alternatives()?;
    if parser.at < pattern.len() {
        return fail("unmatched closing parenthesis");
    }
    Ok(ParsedPattern { node, groups: parser.groups, names: parser.names })
}

impl PatternParser<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    pub(super) fn accept(&mut self, prefix: &[u8]) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// The next character with `u`, else the next byte.
    pub(super) fn next_char(&mut self) -> Result<u32, PatternError> {
        let Some(byte) = self.peek() else {
            return fail("\\ at end of pattern");
        };
        if !self.options.utf8 || byte < 0x80 {
            self.at += 1;
            return Ok(byte.into());
        }
        let text = std::str::from_utf8(self.rest()).unwrap_or_default();
        let c = text.chars().next().unwrap_or('?');
        self.at += c.len_utf8();
        Ok(c.into())
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return unavailable("parentheses are too deeply nested");
        }
        // Options set inside a group, (?i), end with it.
        let outer = self.options;
        let mut branches = vec![self.concatenation()?];
        while self.accept(b"|") {
            branches.push(self.concatenation()?);
        }
        self.options = outer;
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternate(branches) })
    }

    fn concatenation(&mut self) -> Result<Node, PatternError> {
        let mut parts = Vec::new();
        loop {
            self.skip_extended();
            match self.peek() {
                None | Some(b'|' | b')') => break,
                _ => {}
            }
            if self.accept(b"\\Q") {
                self.quoted(&mut parts)?;
                continue;
            }
            if self.accept(b"\\E") {
                continue;
            }
            let Some(atom) = self.atom()? else { continue };
            let atom = self.quantified(atom)?;
            parts.push(atom);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.remove(0),
            _ => Node::Concat(parts),
        })
    }

    fn skip_extended(&mut self) {
        while self.options.extended {
            match self.peek() {
                Some(b) if b.is_ascii_whitespace() || b == 0x0b => self.at += 1,
                Some(b'#') => {
                    let line = self.rest().iter().position(|b| *b == b'\n');
                    self.at = line.map_or(self.text.len(), |n| self.at + n + 1);
                }
                _ => return,
            }
        }
    }

    fn quoted(&mut self, parts: &mut Vec<Node>) -> Result<(), PatternError> {
        while self.at < self.text.len() && !self.accept(b"\\E") {
            let c = self.next_char()?;
            let node = self.quantified(Node::Char(c, self.options.caseless))?;
            parts.push(node);
        }
        Ok(())
    }

    fn atom(&mut self) -> Result<Option<Node>, PatternError> {
        let utf8 = self.options.utf8;
        let Some(byte) = self.peek() else {
            return Ok(None);
        };
        Ok(Some(match byte {
            b'(' => {
                self.at += 1;
                return self.group();
            }
            b'[' => {
                self.at += 1;
                Node::Class(self.class()?)
            }
            b'.' => {
                self.at += 1;
                let all = self.options.dot_all;
                Node::Class(if all {
                    Class::of(ClassItem::Range(0, u32::MAX), false, utf8)
                } else {
                    Class::of(ClassItem::Newline, true, utf8)
                })
            }
            b'^' => {
                self.at += 1;
                Node::Assert(if self.options.multiline { Assert::LineStart } else { Assert::Start })
            }
            b'$' => {
                self.at += 1;
                Node::Assert(match (self.options.multiline, self.options.dollar_end_only) {
                    (true, _) => Assert::LineEnd,
                    (_, true) => Assert::End,
                    _ => Assert::EndOrNewline,
                })
            }
            b'\\' => {
                self.at += 1;
                self.escape()?
            }
            b'*' | b'+' | b'?' => return fail("quantifier does not follow a repeatable item"),
            _ => Node::Char(self.next_char()?, self.options.caseless),
        }))
    }

    fn group(&mut self) -> Result<Option<Node>, PatternError> {
        if self.rest().starts_with(b"*") {
            return unavailable("verbs like (*ACCEPT) are not available");
        }
        if !self.accept(b"?") {
            return self.capture(None).map(Some);
        }
        for (mark, ahead, negative) in
            [(&b"="[..], true, false), (b"!", true, true), (b"<=", false, false), (b"<!", false, true)]
        {
            if self.accept(mark) {
                let body = Box::new(self.closed()?);
                return Ok(Some(Node::Look { body, ahead, negative }));
            }
        }
        if self.accept(b"#") {
            let Some(end) = self.rest().iter().position(|b| *b == b')') else {
                return fail("missing ) after (?#");
            };
            self.at += end + 1;
            return Ok(None);
        }
        if self.accept(b">") {
            return Ok(Some(Node::Atomic(Box::new(self.closed()?))));
        }
        for (open, close) in [(&b"P<"[..], b'>'), (b"<", b'>'), (b"'", b'\'')] {
            if self.accept(open) {
                let name = self.name(close)?;
                return self.capture(Some(name)).map(Some);
            }
        }
        if self.accept(b"P=") {
            let name = self.name(b')')?;
            return self.named_reference(&name).map(Some);
        }
        self.option_group()
    }

    /// `(?i)`, `(?i-s:…)`, `(?:…)`.
    fn option_group(&mut self) -> Result<Option<Node>, PatternError> {
        let mut options = self.options;
        let mut on = true;
        loop {
            let Some(letter) = self.peek() else {
                return fail("missing closing parenthesis");
            };
            self.at += 1;
            match letter {
                b'-' => on = false,
                b'i' => options.caseless = on,
                b'm' => options.multiline = on,
                b's' => options.dot_all = on,
                b'x' => options.extended = on,
                b'U' => options.ungreedy = on,
                b')' => {
                    self.options = options;
                    return Ok(None);
                }
                b':' => break,
                _ => return unavailable("this kind of group (?… is not available"),
            }
        }
        let outer = std::mem::replace(&mut self.options, options);
        let body = self.closed()?;
        self.options = outer;
        Ok(Some(body))
    }

    fn closed(&mut self) -> Result<Node, PatternError> {
        let body = self.alternatives()?;
        if self.accept(b")") { Ok(body) } else { fail("missing closing parenthesis") }
    }

    fn capture(&mut self, name: Option<Vec<u8>>) -> Result<Node, PatternError> {
        let number = self.groups;
        self.groups += 1;
        if let Some(name) = name {
            if self.names.iter().any(|(other, _)| *other == name) {
                return fail("two named subpatterns have the same name");
            }
            self.names.push((name, number));
        }
        Ok(Node::Group(Box::new(self.closed()?), number))
    }

    pub(super) fn name(&mut self, close: u8) -> Result<Vec<u8>, PatternError> {
        let length = self.rest().iter().position(|b| *b == close);
        let name = length.map(|n| self.rest()[..n].to_vec());
        let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        match name {
            Some(name) if !name.is_empty() && name.iter().all(word) && !name[0].is_ascii_digit() => {
                self.at += name.len() + 1;
                Ok(name)
            }
            _ => fail("subpattern name expected"),
        }
    }

    pub(super) fn named_reference(&self, name: &[u8]) -> Result<Node, PatternError> {
        match self.names.iter().find(|(known, _)| known == name) {
            Some((_, number)) => Ok(Node::BackReference(*number, self.options.caseless)),
            None => fail("reference to non-existent subpattern"),
        }
    }

    fn quantified(&mut self, atom: Node) -> Result<Node, PatternError> {
        let mut node = atom;
        loop {
            self.skip_extended();
            let (min, max) = match self.peek() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => match self.counted() {
                    Some(range) => range,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            self.at += 1;
            if min > REPEAT_MAX || max.is_some_and(|max| max > REPEAT_MAX) {
                return fail("number too big in {} quantifier");
            }
            if max.is_some_and(|max| max < min) {
                return fail("numbers out of order in {} quantifier");
            }
            let lazy = self.accept(b"?");
            let possessive = !lazy && self.accept(b"+");
            let greedy = lazy == self.options.ungreedy;
            let repeat = Repeat { min, max, greedy: greedy || possessive, possessive };
            node = Node::Repeat(Box::new(node), repeat);
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`, without the closing brace; anything else is text.
    fn counted(&mut self) -> Option<(u32, Option<u32>)> {
        let end = self.rest().iter().position(|b| *b == b'}')?;
        let inside = std::str::from_utf8(&self.rest()[1..end]).ok()?;
        let number = |text: &str| -> Option<u32> {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u32::MAX))
        };
        let range = match inside.split_once(',') {
            None => number(inside).map(|n| (n, Some(n)))?,
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        self.at += end;
        Some(range)
    }
}
