//! Files with a name and a value on each line, and values of other files.

use super::hidden::Hidden;
use super::name::Kind;
use std::ops::Range;

/// The longest name. A longer text before a separator is something else.
const NAME_BYTES_MAX: usize = 100;

/// Hides what may be secret in lines such as `name = value` and `name: value`. Nothing is known of a line of another form,
/// so all of it is hidden.
pub fn hide_lines(hidden: &mut Hidden<'_>, range: Range<usize>) {
    let (text, mut start) = (hidden.text, range.start);
    for line in text[range].split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let body = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | ';' | '/' | '!'));
        let body_start = line_start + line.len() - body.len();
        let body_end = body_start + body.trim_end().len();
        if is_heading(body.trim_end()) || !body.chars().any(char::is_alphanumeric) {
            continue;
        }
        match separator(body) {
            Some(at) => {
                hide_value(hidden, body_start + at + 1..body_end, Kind::of(body[..at].trim()));
            }
            None => hidden.hide_trimmed(body_start..body_end),
        }
    }
}

/// `[section]`
fn is_heading(line: &str) -> bool {
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | ':')))
}

/// Where the name of a line ends.
fn separator(line: &str) -> Option<usize> {
    let at = line.find(['=', ':']).filter(|at| *at > 0 && *at <= NAME_BYTES_MAX)?;
    let is_part = |c: char| c.is_alphanumeric() || " ._-!$&%/[]{}()\"'".contains(c);
    line[..at].chars().all(is_part).then_some(at)
}

/// Hides a value with a name of this kind, or what looks like a secret in it.
pub fn hide_value(hidden: &mut Hidden<'_>, range: Range<usize>, kind: Kind) {
    let all = hidden.text;
    let text = &all[range.clone()];
    let is_list = text.contains('\n') && text.contains(['=', ':']);
    match kind {
        Kind::Secret | Kind::Opaque => hidden.hide_trimmed(range),
        Kind::Plain if is_list => hide_lines(hidden, range),
        // `user=101;password=secret`
        Kind::Plain if text.split(['&', ';', ',', ' ', '?']).any(is_secret_pair) => hidden.hide_trimmed(range),
        Kind::Plain => hide_account(hidden, range),
    }
}

fn is_secret_pair(part: &str) -> bool {
    part.split_once(['=', ':']).is_some_and(|(name, value)| !value.is_empty() && Kind::of(name) == Kind::Secret)
}

/// Hides the account and the query of a URL: `https://user:password@host/path?key=value`.
fn hide_account(hidden: &mut Hidden<'_>, range: Range<usize>) {
    let all = hidden.text;
    let text = &all[range.clone()];
    let Some(scheme) = text.find("://") else { return };
    let start = scheme + 3;
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |end| start + end);
    let account = text[start..end].rfind('@').map(|at| start..start + at);
    let query = text[start..end].find('?').map(|at| start + at + 1..end);
    for part in [account, query].into_iter().flatten() {
        hidden.hide(range.start + part.start..range.start + part.end);
    }
}
