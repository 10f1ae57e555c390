//! Values in files of lines: `name = value`, `name: "value"`, `SET NAME "a=value;b=value"`.

/// How far before a value its name or its neighbours are looked for, in bytes. Longer names than any phone has.
const LOOK_BACK: usize = 256;

/// What phones may take for the end of a line: beside the control characters, Unicode's own.
const LINE_ENDS: [&[u8]; 3] = ["\u{85}".as_bytes(), "\u{2028}".as_bytes(), "\u{2029}".as_bytes()];

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

/// The line up to here, its end where it is longer than what is looked at.
fn current(out: &[u8]) -> &[u8] {
    let near = &out[out.len().saturating_sub(LOOK_BACK)..];
    memchr::memrchr2(b'\n', b'\r', near).map_or(near, |end| &near[end + 1..])
}

/// Whether a name is being written: `linekey.`, `sip line`. A word has begun and nothing has ended a name before.
fn is_name(line: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-%[]".contains(byte);
    line.len() < LOOK_BACK
        && line.last().is_some_and(is_word)
        && line.iter().all(|byte| is_word(byte) || matches!(byte, b' ' | b'\t'))
        && line.iter().any(u8::is_ascii_alphabetic)
}

/// Whether the value is one of several in its line: `;Label=`.
fn is_list(line: &[u8]) -> bool {
    let Some((b'=', before)) = line.split_last() else { return false };
    let name = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name > 0 && before[..before.len() - name].ends_with(b";")
}
