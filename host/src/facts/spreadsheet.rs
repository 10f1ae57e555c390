//! CSV files as spreadsheets write them: UTF-8 with or without a byte order mark, with commas, semicolons or tabs.

use csv::{Reader, ReaderBuilder};
use std::io::Cursor;

/// The separators that spreadsheets write.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A reader of the rows; the separator is the most frequent one in the first line.
///
/// # Errors
/// The file is not UTF-8; the message has the line.
pub fn read_spreadsheet(bytes: &[u8]) -> Result<Reader<Cursor<Vec<u8>>>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8; save the file as \"CSV UTF-8\"")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| head.bytes().filter(|byte| byte == separator).count();
    let separator =
        SEPARATORS.into_iter().max_by_key(|separator| (count(separator), *separator == b',')).unwrap_or(b',');
    // The reader counts lines wrongly where they end as Windows writes them.
    let text = text.replace("\r\n", "\n").into_bytes();
    Ok(ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(Cursor::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
