//! The format of `sscanf`.

use crate::php::PhpError;
use crate::php::convert::is_space;

/// PHP's limit for the number in `%1$s`.
const PLACES_MAX: usize = 255;

pub enum Item<'a> {
    /// Any white space, or none.
    Space,
    Literal(u8),
    Conversion(Conversion<'a>),
}

pub struct Conversion<'a> {
    pub kind: Kind<'a>,
    /// The value's place among the results; `None` for `%*d`.
    pub place: Option<usize>,
    /// 0 for any.
    pub width: usize,
}

pub enum Kind<'a> {
    /// `%n`: the count of bytes so far.
    Position,
    /// An integer of this base; 0 for any.
    Int(u32),
    Unsigned,
    Float,
    Word,
    Chars,
    Set(Set<'a>),
}

/// `[a-z]`, without its brackets.
pub struct Set<'a> {
    excludes: bool,
    members: &'a [u8],
}

impl Set<'_> {
    pub fn has(&self, b: u8) -> bool {
        self.lists(b) != self.excludes
    }

    fn lists(&self, b: u8) -> bool {
        let mut rest = self.members;
        // A dash that comes first is itself.
        if let [b'-', tail @ ..] = rest {
            if b == b'-' {
                return true;
            }
            rest = tail;
        }
        loop {
            match rest {
                [from, b'-', to, tail @ ..] => {
                    // C compares signed bytes.
                    let (from, to) = (*from as i8, *to as i8);
                    if (from.min(to)..=from.max(to)).contains(&(b as i8)) {
                        return true;
                    }
                    rest = tail;
                }
                [one, tail @ ..] => {
                    if *one == b {
                        return true;
                    }
                    rest = tail;
                }
                [] => return false,
            }
        }
    }
}

struct Format<'a> {
    rest: &'a [u8],
}

impl<'a> Format<'a> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// A number at the start, and its length.
    fn number(&self) -> Option<(usize, usize)> {
        let length = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(&self.rest[..length]).ok().filter(|text| !text.is_empty())?;
        Some((text.parse().unwrap_or(usize::MAX), length))
    }

    /// The number of `%1$s`.
    fn place(&mut self) -> Option<usize> {
        let (number, length) = self.number()?;
        (self.rest.get(length) == Some(&b'$')).then(|| {
            self.rest = &self.rest[length + 1..];
            number
        })
    }

    fn width(&mut self) -> usize {
        let Some((width, length)) = self.number() else { return 0 };
        self.rest = &self.rest[length..];
        width
    }

    fn kind(&mut self) -> Result<Kind<'a>, PhpError> {
        if let [b'l' | b'L' | b'h', rest @ ..] = self.rest {
            self.rest = rest;
        }
        let letter = self.next().unwrap_or(0);
        Ok(match letter {
            b'n' => Kind::Position,
            b'd' | b'D' => Kind::Int(10),
            b'i' => Kind::Int(0),
            b'o' => Kind::Int(8),
            b'x' | b'X' => Kind::Int(16),
            b'u' => Kind::Unsigned,
            b'f' | b'e' | b'E' | b'g' => Kind::Float,
            b's' => Kind::Word,
            b'c' => Kind::Chars,
            b'[' => Kind::Set(self.set()?),
            _ => {
                let letter = char::from(letter);
                return Err(PhpError::value_error(format!("Bad scan conversion character \"{letter}\"")));
            }
        })
    }

    fn set(&mut self) -> Result<Set<'a>, PhpError> {
        let excludes = self.rest.first() == Some(&b'^');
        let members = &self.rest[usize::from(excludes)..];
        // A bracket that comes first is itself.
        let end = members.iter().skip(1).position(|b| *b == b']').map(|end| end + 1);
        let end = end.ok_or_else(|| PhpError::value_error("Unmatched [ in format string"))?;
        self.rest = &members[end + 1..];
        Ok(Set { excludes, members: &members[..end] })
    }
}

/// The items of a format, and the count of its results; `variables` is the count of variables, or 0.
pub fn parse(format: &[u8], variables: usize) -> Result<(Vec<Item<'_>>, usize), PhpError> {
    let mut format = Format { rest: format };
    let mut items = Vec::new();
    let mut assigned: Vec<u32> = vec![0; variables];
    let (mut next, mut numbered, mut sequential) = (0, 0, false);
    while let Some(b) = format.next() {
        if b != b'%' {
            items.push(if is_space(b) { Item::Space } else { Item::Literal(b) });
            continue;
        }
        if let [b'%', rest @ ..] = format.rest {
            format.rest = rest;
            items.push(Item::Literal(b'%'));
            continue;
        }
        let ignored = format.rest.first() == Some(&b'*');
        if ignored {
            format.next();
        } else if let Some(number) = format.place() {
            let range = if variables == 0 { PLACES_MAX } else { variables };
            if !sequential && !(1..=range).contains(&number) {
                return Err(PhpError::value_error("\"%n$\" argument index out of range"));
            }
            numbered = numbered.max(number);
            next = number.wrapping_sub(1);
        } else {
            sequential = true;
        }
        if numbered > 0 && sequential {
            return Err(PhpError::value_error("cannot mix \"%\" and \"%n$\" conversion specifiers"));
        }
        let width = format.width();
        if !ignored && variables > 0 && next >= variables {
            return Err(PhpError::value_error("Different numbers of variable names and field specifiers"));
        }
        let kind = format.kind()?;
        items.push(Item::Conversion(Conversion { kind, place: (!ignored).then_some(next), width }));
        if !ignored {
            assigned.resize(assigned.len().max(next + 1), 0);
            assigned[next] += 1;
            next += 1;
        }
    }
    check(&assigned, numbered > 0)?;
    let count = if variables == 0 && numbered > 0 { numbered } else { assigned.len() };
    Ok((items, count))
}

fn check(assigned: &[u32], is_numbered: bool) -> Result<(), PhpError> {
    if assigned.iter().any(|count| *count > 1) {
        return Err(PhpError::value_error("Variable is assigned by multiple \"%n$\" conversion specifiers"));
    }
    if !is_numbered && assigned.contains(&0) {
        return Err(PhpError::value_error("Variable is not assigned by any conversion specifiers"));
    }
    Ok(())
}
