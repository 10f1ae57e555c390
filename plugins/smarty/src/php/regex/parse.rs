//! Pattern text to tree.

use super::class::{Class, Item, posix};
use super::syntax::{Assert, Node, Repeat};
use super::{Options, PatternError, fail, unicode};

/// Groups inside groups: the compiler and the look-arounds recurse on them.
const NESTING_MAX: usize = 64;
/// PCRE's own bound for `{n,m}`.
const REPEAT_MAX: u32 = 65_535;

pub struct Parsed {
    pub node: Node,
    pub groups: usize,
    pub names: Vec<(Vec<u8>, usize)>,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    options: Options,
    groups: usize,
    names: Vec<(Vec<u8>, usize)>,
    depth: usize,
}

pub fn parse(pattern: &[u8], options: Options) -> Result<Parsed, PatternError> {
    if options.utf8 && std::str::from_utf8(pattern).is_err() {
        return fail("UTF-8 error in the pattern");
    }
    let mut parser = Parser {
        text: pattern,
        at: 0,
        options,
        groups: 1,
        names: Vec::new(),
        depth: 0,
    };
    let node = parser.alternatives()?;
    if parser.at < pattern.len() {
        return fail("unmatched closing parenthesis");
    }
    Ok(Parsed {
        node,
        groups: parser.groups,
        names: parser.names,
    })
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn accept(&mut self, prefix: &[u8]) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// The next character: a whole one with `u`, else a byte.
    fn next_char(&mut self) -> Result<u32, PatternError> {
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
            return fail("parentheses are too deeply nested");
        }
        // Options set inside, (?i), end with the group.
        let outer = self.options;
        let mut branches = vec![self.concatenation()?];
        while self.accept(b"|") {
            branches.push(self.concatenation()?);
        }
        self.options = outer;
        self.depth -= 1;
        Ok(if branches.len() == 1 {
            branches.remove(0)
        } else {
            Node::Alternate(branches)
        })
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
                    Class::of(Item::Range(0, u32::MAX), false, utf8)
                } else {
                    Class::of(Item::Newline, true, utf8)
                })
            }
            b'^' => {
                self.at += 1;
                Node::Assert(if self.options.multiline {
                    Assert::LineStart
                } else {
                    Assert::Start
                })
            }
            b'$' => {
                self.at += 1;
                Node::Assert(
                    match (self.options.multiline, self.options.dollar_end_only) {
                        (true, _) => Assert::LineEnd,
                        (_, true) => Assert::End,
                        _ => Assert::EndOrNewline,
                    },
                )
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
            return fail("verbs like (*ACCEPT) are not available");
        }
        if !self.accept(b"?") {
            return self.capture(None).map(Some);
        }
        for (mark, ahead, negative) in [
            (&b"="[..], true, false),
            (b"!", true, true),
            (b"<=", false, false),
            (b"<!", false, true),
        ] {
            if self.accept(mark) {
                let body = Box::new(self.closed()?);
                return Ok(Some(Node::Look {
                    body,
                    ahead,
                    negative,
                }));
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
                _ => return fail("this kind of group (?… is not available"),
            }
        }
        let outer = std::mem::replace(&mut self.options, options);
        let body = self.closed()?;
        self.options = outer;
        Ok(Some(body))
    }

    fn closed(&mut self) -> Result<Node, PatternError> {
        let body = self.alternatives()?;
        if self.accept(b")") {
            Ok(body)
        } else {
            fail("missing closing parenthesis")
        }
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

    fn name(&mut self, close: u8) -> Result<Vec<u8>, PatternError> {
        let length = self.rest().iter().position(|b| *b == close);
        let name = length.map(|n| self.rest()[..n].to_vec());
        let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        match name {
            Some(name)
                if !name.is_empty() && name.iter().all(word) && !name[0].is_ascii_digit() =>
            {
                self.at += name.len() + 1;
                Ok(name)
            }
            _ => fail("subpattern name expected"),
        }
    }

    fn named_reference(&self, name: &[u8]) -> Result<Node, PatternError> {
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
            let repeat = Repeat {
                min,
                max,
                greedy: greedy || possessive,
                possessive,
            };
            node = Node::Repeat(Box::new(node), repeat);
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`, leaving the closing brace; anything else is text.
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

    /// What follows a backslash outside a class.
    fn escape(&mut self) -> Result<Node, PatternError> {
        let utf8 = self.options.utf8;
        if let Some(node) = self.assertion() {
            return Ok(node);
        }
        if let Some((item, negated)) = self.shorthand()? {
            return Ok(Node::Class(Class::of(item, negated, utf8)));
        }
        match self.peek() {
            Some(b'1'..=b'9') => {
                let start = self.at;
                let digits = self
                    .rest()
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                let number: usize = self.text[start..start + digits]
                    .iter()
                    .fold(0_usize, |n, d| {
                        n.saturating_mul(10).saturating_add(usize::from(d - b'0'))
                    });
                if number < 10 || number < self.groups {
                    self.at += digits;
                    return Ok(Node::BackReference(number, self.options.caseless));
                }
            }
            Some(b'k' | b'g') => {
                self.at += 1;
                return self.reference();
            }
            Some(b'R') => {
                self.at += 1;
                let crlf = Node::Concat(vec![Node::Char(13, false), Node::Char(10, false)]);
                let one = Node::Class(Class::of(Item::Vertical, false, utf8));
                return Ok(Node::Atomic(Box::new(Node::Alternate(vec![crlf, one]))));
            }
            Some(b'K') => {
                self.at += 1;
                return Ok(Node::Keep);
            }
            _ => {}
        }
        Ok(Node::Char(self.escaped_char(false)?, self.options.caseless))
    }

    fn assertion(&mut self) -> Option<Node> {
        let assert = match self.peek()? {
            b'b' => Assert::WordBoundary,
            b'B' => Assert::NoWordBoundary,
            b'A' => Assert::Start,
            b'z' => Assert::End,
            b'Z' => Assert::EndOrNewline,
            b'G' => Assert::SearchStart,
            _ => return None,
        };
        self.at += 1;
        Some(Node::Assert(assert))
    }

    /// `\k<name>`, `\g{2}`, `\g2`, `\g{-1}`.
    fn reference(&mut self) -> Result<Node, PatternError> {
        let close = match self.peek() {
            Some(b'<') => Some(b'>'),
            Some(b'{') => Some(b'}'),
            Some(b'\'') => Some(b'\''),
            _ => None,
        };
        self.at += usize::from(close.is_some());
        let back = self.accept(b"-");
        let digits = self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if digits == 0 || digits > 4 {
            let Some(close) = close else {
                return fail("a reference needs a name or number");
            };
            let name = self.name(close)?;
            return self.named_reference(&name);
        }
        let number = self.rest()[..digits]
            .iter()
            .fold(0, |n, d| n * 10 + usize::from(d - b'0'));
        self.at += digits;
        if close.is_some_and(|close| !self.accept(&[close])) {
            return fail("a reference is not closed");
        }
        let number = if back {
            self.groups.checked_sub(number)
        } else {
            Some(number)
        };
        match number {
            Some(number) if number > 0 => Ok(Node::BackReference(number, self.options.caseless)),
            _ => fail("reference to non-existent subpattern"),
        }
    }

    /// `\d`, `\W`, `\pL` …: the set, and whether it is turned round.
    fn shorthand(&mut self) -> Result<Option<(Item, bool)>, PatternError> {
        let Some(letter) = self.peek() else {
            return Ok(None);
        };
        let item = match letter {
            b'd' | b'D' => Item::Digit,
            b'w' | b'W' => Item::Word,
            b's' | b'S' => Item::Space,
            b'h' | b'H' => Item::Horizontal,
            b'v' | b'V' => Item::Vertical,
            b'N' => Item::Newline,
            b'p' | b'P' => {
                self.at += 1;
                return self.property(letter == b'P').map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some((item, letter.is_ascii_uppercase())))
    }

    fn property(&mut self, negated: bool) -> Result<(Item, bool), PatternError> {
        let mut negated = negated;
        let name = if self.accept(b"{") {
            negated ^= self.accept(b"^");
            let Some(end) = self.rest().iter().position(|b| *b == b'}') else {
                return fail("malformed \\P or \\p sequence");
            };
            let name = String::from_utf8_lossy(&self.rest()[..end]).into_owned();
            self.at += end + 1;
            name
        } else {
            let letter = self.next_char()?;
            char::from_u32(letter).map(String::from).unwrap_or_default()
        };
        match unicode::property(&name) {
            Some(test) => Ok((Item::Property(test), negated)),
            None => fail(format!("unknown property name after \\P or \\p: {name}")),
        }
    }

    fn digits(&mut self, radix: u32, max: usize) -> u32 {
        let is_digit = |b: &u8| char::from(*b).is_digit(radix);
        let count = self
            .rest()
            .iter()
            .take(max)
            .take_while(|b| is_digit(b))
            .count();
        let value = self.rest()[..count]
            .iter()
            .filter_map(|b| char::from(*b).to_digit(radix));
        let value = value.fold(0_u32, |n, d| n.saturating_mul(radix).saturating_add(d));
        self.at += count;
        value
    }

    /// A single character after a backslash.
    fn escaped_char(&mut self, in_class: bool) -> Result<u32, PatternError> {
        let c = self.next_char()?;
        Ok(match u8::try_from(c).unwrap_or(0) {
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'f' => 12,
            b'a' => 7,
            b'e' => 27,
            b'b' if in_class => 8,
            b'c' => {
                let letter = self.next_char()?;
                u32::from(u8::try_from(letter).unwrap_or(0).to_ascii_uppercase() ^ 64)
            }
            b'x' if self.accept(b"{") => {
                let code = self.digits(16, 8);
                let limit = if self.options.utf8 { 0x10_ffff } else { 0xff };
                if !self.accept(b"}") || code > limit {
                    return fail("character code point value in \\x{} or \\o{} is too large");
                }
                code
            }
            b'x' => self.digits(16, 2),
            b'0' => self.digits(8, 2),
            b'1'..=b'7' => {
                self.at -= 1;
                self.digits(8, 3) & 0xff
            }
            b if b.is_ascii_alphanumeric() => {
                return fail(format!(
                    "unrecognized character follows \\: {}",
                    char::from(b)
                ));
            }
            _ => c,
        })
    }

    fn class(&mut self) -> Result<Class, PatternError> {
        let mut class = Class {
            items: Vec::new(),
            negated: self.accept(b"^"),
            caseless: self.options.caseless,
            utf8: self.options.utf8,
        };
        let mut first = true;
        loop {
            let Some(byte) = self.peek() else {
                return fail("missing terminating ] for character class");
            };
            if byte == b']' && !first {
                self.at += 1;
                return Ok(class);
            }
            first = false;
            if let Some(item) = self.posix_class()? {
                class.items.push(item);
                continue;
            }
            let Some(low) = self.class_char(&mut class)? else {
                continue;
            };
            let is_range = matches!(self.rest(), [b'-', next, ..] if *next != b']');
            if !is_range {
                class.items.push((Item::Range(low, low), false));
                continue;
            }
            self.at += 1;
            match self.class_char(&mut class)? {
                Some(high) if high < low => return fail("range out of order in character class"),
                Some(high) => class.items.push((Item::Range(low, high), false)),
                // `[a-\d]`: the hyphen is text.
                None => class
                    .items
                    .extend([(Item::Range(low, low), false), (Item::Range(45, 45), false)]),
            }
        }
    }

    fn posix_class(&mut self) -> Result<Option<(Item, bool)>, PatternError> {
        let rest = self.rest();
        let Some(inside) = rest.strip_prefix(b"[:") else {
            return Ok(None);
        };
        let Some(end) = inside.windows(2).position(|w| w == b":]") else {
            return Ok(None);
        };
        let (negated, name) = match &inside[..end] {
            [b'^', name @ ..] => (true, name),
            name => (false, name),
        };
        if !name.iter().all(u8::is_ascii_alphabetic) {
            return Ok(None);
        }
        let Some(item) = posix(name) else {
            return fail("unknown POSIX class name");
        };
        self.at += end + 4;
        Ok(Some((item, negated)))
    }

    /// One character of a class; a set like `\d` goes into the class itself.
    fn class_char(&mut self, class: &mut Class) -> Result<Option<u32>, PatternError> {
        if !self.accept(b"\\") {
            return self.next_char().map(Some);
        }
        if self.accept(b"E") {
            return Ok(None);
        }
        if let Some(item) = self.shorthand()? {
            class.items.push(item);
            return Ok(None);
        }
        self.escaped_char(true).map(Some)
    }
}
