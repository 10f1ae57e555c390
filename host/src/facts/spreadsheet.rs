//! CSV files as spreadsheets write them: UTF-8 with or without a byte order mark, with commas, semicolons or tabs.

use csv::{Reader, ReaderBuilder};
use std::io::Cursor;

/// The separators that spreadsheets write.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The separator of a file: the most frequent one in its first line, or a comma.
pub fn separator(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| head.bytes().filter(|byte| byte == separator).count();
    SEPARATORS.into_iter().max_by_key(|separator| (count(separator), *separator == b',')).unwrap_or(b',')
}

/// The name of a column, from its cell in the first line: `Serial Number` is `serial_number`.
pub fn column_name(cell: &str) -> String {
    cell.trim().to_lowercase().replace([' ', '-'], "_")
}

/// A reader of the rows.
///
/// # Errors
/// The file is not UTF-8; the message has the line.
pub fn read_spreadsheet(bytes: &[u8]) -> Result<Reader<Cursor<Vec<u8>>>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8; save the file as \"CSV UTF-8\"")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text);
    // The reader counts lines wrongly where they end as Windows writes them.
    let text = text.replace("\r\n", "\n").into_bytes();
    Ok(ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(Cursor::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separator_is_the_most_frequent_one_or_a_comma() {
        for (text, found) in [("a;b;c,d\n1,2,3,4", b';'), ("a\tb", b'\t'), ("a,b;c", b','), ("a\n1;2", b',')] {
            assert_eq!(separator(text), found, "{text:?}");
        }
    }

    #[test]
    fn rows_have_their_lines_whatever_ends_them() {
        for text in ["a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "\u{feff}a;b\r\n1;2\r\n3;4"] {
            let mut reader = read_spreadsheet(text.as_bytes()).unwrap();
            assert_eq!(reader.headers().unwrap(), vec!["a", "b"]);
            let lines: Vec<_> = reader.records().map(|record| record.unwrap().position().unwrap().line()).collect();
            assert_eq!(lines, [2, 3], "{text:?}");
        }
    }
}
