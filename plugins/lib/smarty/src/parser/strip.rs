//! `{strip}`: removes white space from text.
//!
//! Line breaks are removed together with the blanks around them. In text with a `<`, white space between tags and
//! between attributes is normalized first, and `<script>`, `<textarea>` and `<pre>` elements stay unchanged. The passes
//! are Smarty's, in its order.

/// A stretch of text, or an element that stays unchanged.
enum Piece<'t> {
    Text(Vec<u8>),
    Kept(&'t [u8]),
}

pub(super) fn strip(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'<') {
        return without_breaks(text);
    }
    let mut pieces = pieces(text);
    for pass in [blanks_between, breaks_between, attributes, blanks_at_end, breaks_at_end] {
        pass(&mut pieces);
    }
    let mut out = Vec::with_capacity(text.len());
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.extend_from_slice(&without_breaks(&text)),
            Piece::Kept(element) => out.extend_from_slice(element),
        }
    }
    out
}

/// Removes `[\t ]*[\r
/// ]+[\t ]*`.
fn without_breaks(text: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if is_break(text[at]) {
            while out.last().copied().is_some_and(is_blank) {
                out.pop();
            }
            while at < text.len() && is_break(text[at]) {
                at += 1;
            }
            while at < text.len() && is_blank(text[at]) {
                at += 1;
            }
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// Splits off `<script…>…</script…>` and the like.
fn pieces(text: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut at = 0;
    // An element without an end is not searched again, so that the search stays linear.
    let mut missing = [false; 3];
    while at < text.len() {
        let names = ["script", "textarea", "pre"];
        let found = names.iter().zip(&mut missing).find_map(|(name, missing)| {
            if *missing || !starts(text, at, name, false) {
                return None;
            }
            let end = element_end(text, at, name);
            *missing = end.is_none();
            end
        });
        match found {
            Some(end) => {
                pieces.push(Piece::Text(text[from..at].to_vec()));
                pieces.push(Piece::Kept(&text[at..end]));
                from = end;
                at = end;
            }
            None => at += 1,
        }
    }
    pieces.push(Piece::Text(text[from..].to_vec()));
    pieces
}

fn starts(text: &[u8], at: usize, name: &str, closing: bool) -> bool {
    let open: &[u8] = if closing { b"</" } else { b"<" };
    text[at..]
        .strip_prefix(open)
        .is_some_and(|rest| rest.len() >= name.len() && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes()))
}

/// The offset after `<name[^>]*>.*?</name[^>]*>`.
fn element_end(text: &[u8], at: usize, name: &str) -> Option<usize> {
    let open_end = at + memchr::memchr(b'>', &text[at..])? + 1;
    let mut close = open_end;
    loop {
        close += memchr::memchr(b'<', &text[close..])?;
        if starts(text, close, name, true) {
            return Some(close + memchr::memchr(b'>', &text[close..])? + 1);
        }
        close += 1;
    }
}

/// Rewrites runs of white space that `run` accepts. It gets the text, the start of the run, and whether kept elements
/// surround the piece; it returns the end of the run and the replacement.
fn rewrite(pieces: &mut [Piece<'_>], run: impl Fn(&[u8], usize, Sides) -> Option<(usize, &'static [u8])>) {
    let last = pieces.len() - 1;
    for (i, piece) in pieces.iter_mut().enumerate() {
        let Piece::Text(text) = piece else { continue };
        let sides = Sides { kept_before: i > 0, kept_after: i < last };
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            if is_space(text[at])
                && let Some((end, replacement)) = run(text, at, sides)
            {
                out.extend_from_slice(replacement);
                at = end;
            } else {
                out.push(text[at]);
                at += 1;
            }
        }
        *text = out;
    }
}

#[derive(Clone, Copy)]
struct Sides {
    kept_before: bool,
    kept_after: bool,
}

impl Sides {
    fn tag_before(self, text: &[u8], at: usize) -> bool {
        match at.checked_sub(1) {
            Some(before) => text[before] == b'>',
            None => self.kept_before,
        }
    }

    fn tag_after(self, text: &[u8], at: usize) -> bool {
        match text.get(at) {
            Some(&byte) => byte == b'<',
            None => self.kept_after,
        }
    }
}

fn end_of(text: &[u8], at: usize, class: fn(u8) -> bool) -> usize {
    at + text[at..].iter().take_while(|&&b| class(b)).count()
}

/// Reduces several blanks between tags to one.
fn blanks_between(pieces: &mut Vec<Piece<'_>>) {
    rewrite(pieces, |text, at, sides| {
        // The side before is checked first, so that each run is examined once.
        if !sides.tag_before(text, at) {
            return None;
        }
        let end = end_of(text, at, is_blank);
        (end > at && sides.tag_after(text, end)).then_some((end, b" ".as_slice()))
    });
}

/// Removes a line break between tags.
fn breaks_between(pieces: &mut Vec<Piece<'_>>) {
    rewrite(pieces, |text, at, sides| {
        if !sides.tag_before(text, at) {
            return None;
        }
        let end = end_of(text, at, is_space);
        (sides.tag_after(text, end) && breaks_first(text, at)).then_some((end, b"".as_slice()))
    });
}

/// `[\040\011]*[
/// ]`
fn breaks_first(text: &[u8], at: usize) -> bool {
    text.get(end_of(text, at, is_blank)) == Some(&b'\n')
}

/// Reduces white space after a tag's name or an attribute to one blank.
fn attributes(pieces: &mut Vec<Piece<'_>>) {
    for piece in pieces {
        let Piece::Text(text) = piece else { continue };
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            match attribute_end(text, at) {
                Some(end) => {
                    let next = end_of(text, end, is_space);
                    out.extend_from_slice(&text[at..end]);
                    out.push(b' ');
                    out.push(text[next]);
                    at = next + 1;
                }
                None => {
                    out.push(text[at]);
                    at += 1;
                }
            }
        }
        *text = out;
    }
}

/// The end of the text that may precede the white space: `[a-z0-9]\s*=\s*"…"`, `'…'` or `<name`, followed by white
/// space and `[a-z/>]`.
fn attribute_end(text: &[u8], at: usize) -> Option<usize> {
    let end = match text[at] {
        b'<' => {
            let end = end_of(text, at + 1, |b| b.is_ascii_alphanumeric() || b == b'_');
            (end > at + 1).then_some(end)?
        }
        b'\'' => quoted_end(text, at)?,
        b if b.is_ascii_alphanumeric() => {
            let equal = end_of(text, at + 1, is_space);
            let quote = (text.get(equal) == Some(&b'=')).then(|| end_of(text, equal + 1, is_space))?;
            (text.get(quote) == Some(&b'"')).then(|| quoted_end(text, quote))??
        }
        _ => return None,
    };
    let next = end_of(text, end, is_space);
    let follows = text.get(next).is_some_and(|b| b.is_ascii_alphabetic() || b"/>".contains(b));
    (next > end && follows).then_some(end)
}

fn quoted_end(text: &[u8], at: usize) -> Option<usize> {
    let len = memchr::memchr(text[at], &text[at + 1..])?;
    Some(at + 1 + len + 1)
}

/// Reduces blanks after a final `>` to one.
fn blanks_at_end(pieces: &mut Vec<Piece<'_>>) {
    at_end(pieces, |text, at| end_of(text, at, is_blank) == text.len(), b" ");
}

/// Removes a line break after a final `>`.
fn breaks_at_end(pieces: &mut Vec<Piece<'_>>) {
    let all_space = |text: &[u8], at| end_of(text, at, is_space) == text.len();
    at_end(pieces, |text, at| breaks_first(text, at) && all_space(text, at), b"");
}

fn at_end(pieces: &mut Vec<Piece<'_>>, matches: impl Fn(&[u8], usize) -> bool, replacement: &[u8]) {
    let Some(Piece::Text(text)) = pieces.last_mut() else { return };
    let Some(tag) = text.iter().rposition(|&b| b == b'>') else { return };
    if tag + 1 < text.len() && matches(text, tag + 1) {
        text.truncate(tag + 1);
        text.extend_from_slice(replacement);
    }
}
