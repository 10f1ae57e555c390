//! Comparing bytes with the file that holds the expected ones.

use similar::TextDiff;
use std::path::Path;

/// Lines of context around a difference.
const CONTEXT_LINES: usize = 3;

/// Compares `actual` with the file at `path`, or writes the file where the environment variable `BLESS` is set.
///
/// # Errors
/// The file differs or cannot be read. The message holds a diff.
pub fn check(path: &Path, actual: &[u8]) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, actual).map_err(|error| format!("cannot write {}: {error}", path.display()));
    }
    compare(path, actual)
}

fn compare(path: &Path, actual: &[u8]) -> Result<(), String> {
    let hint = "run the test again with BLESS=1 to write it";
    let expected = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}; {hint}", path.display()))?;
    if expected == actual {
        return Ok(());
    }
    let (expected, actual) = (visible(&expected), visible(actual));
    let diff = TextDiff::from_lines(&expected, &actual);
    let diff = diff.unified_diff().context_radius(CONTEXT_LINES).header("expected", "actual").to_string();
    Err(format!("{} differs:\n{diff}If the new text is right, {hint}.", path.display()))
}

/// The text with control characters written as escapes, so that a diff shows them.
fn visible(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '\t' => shown.push(character),
                _ if character.is_control() => shown.extend(character.escape_default()),
                _ => shown.push(character),
            }
        }
        chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_reported_with_context_and_control_characters() {
        let folder = std::env::temp_dir().join(format!("dialplate-snapshot-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temporary folder");
        let path = folder.join("expected");
        std::fs::write(&path, "a\nb\nc\n").expect("temporary file");
        let same = compare(&path, b"a\nb\nc\n");
        let different = compare(&path, b"a\nb\r\nc\n").expect_err("the second line differs");
        std::fs::remove_dir_all(&folder).expect("temporary folder");
        assert_eq!(same, Ok(()));
        assert!(different.contains(" a\n-b\n+b\\r\n c\n"), "{different}");
        assert!(different.contains("BLESS=1"), "{different}");
    }

    #[test]
    fn missing_file_is_reported_with_next_step() {
        let error = compare(Path::new("/nonexistent/expected"), b"").expect_err("no such file");
        assert!(error.contains("/nonexistent/expected") && error.contains("BLESS=1"), "{error}");
    }
}
