//! Escaping in files of lines: `name = value`, `name: "value"`, `SET NAME "a=value;b=value"`.

/// How far before a value its name and its neighbours are searched, in bytes. No phone has a longer name.
const LOOK_BACK: usize = 256;

/// Unicode's line ends, which phones may take for the end of a line, as they may take control characters.
const LINE_ENDS: [&[u8]; 3] = ["\u{85}".as_bytes(), "\u{2028}".as_bytes(), "\u{2029}".as_bytes()];

/// Appends `value` to `out`. `quoted` says whether the value is within double quotes.
pub fn write(value: &[u8], quoted: bool, out: &mut Vec<u8>) {
    let line = current(out);
    let in_name = !quoted && is_name(line);
    let in_list = is_list(line);
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\t' => out.push(byte),
            0..=0x1f | 0x7f => out.push(b' '),
            b'"' if quoted || in_name => out.push(b'\''),
            b'=' | b':' if in_name => out.push(b'_'),
            b';' if in_list => out.push(b','),
            0xc2 | 0xe2 => {
                match LINE_ENDS.iter().find_map(|end| rest.strip_prefix(&end[1..]).filter(|_| end[0] == byte)) {
                    Some(after) => {
                        out.push(b' ');
                        rest = after;
                    }
                    None => out.push(byte),
                }
            }
            _ => out.push(byte),
        }
    }
}

/// The current line so far; of a longer line, its last [`LOOK_BACK`] bytes.
fn current(out: &[u8]) -> &[u8] {
    let near = &out[out.len().saturating_sub(LOOK_BACK)..];
    memchr::memrchr2(b'\n', b'\r', near).map_or(near, |end| &near[end + 1..])
}

/// Whether the line so far is an unfinished name, such as `linekey.` or `sip line`.
fn is_name(line: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-%[]".contains(byte);
    line.len() < LOOK_BACK
        && line.last().is_some_and(is_word)
        && line.iter().all(|byte| is_word(byte) || matches!(byte, b' ' | b'\t'))
        && line.iter().any(u8::is_ascii_alphabetic)
}

/// Whether the value is one of several in its line, as after `;Label=`.
fn is_list(line: &[u8]) -> bool {
    let Some((b'=', before)) = line.split_last() else { return false };
    let name = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name > 0 && before[..before.len() - name].ends_with(b";")
}
