//! Names of included and extended files.

use crate::error::Problem;

/// Checks the name of a file, and takes off `file:`. The rest is for the caller's [`crate::Templates`] to
/// find; a name that leads out of its folder does not get that far.
pub(crate) fn check(name: &[u8]) -> Result<&[u8], Problem> {
    let name = name.strip_prefix(b"file:").unwrap_or(name);
    if let Some(resource) = resource(name) {
        let resource = String::from_utf8_lossy(resource);
        return Err(Problem::refused(format!(
            "\"{resource}:\" is refused: only files beside the template can be included"
        )));
    }
    let leads_out = name.starts_with(b"/")
        || name.contains(&b'\\')
        || name.contains(&0)
        || name.split(|&b| b == b'/').any(|part| part == b"..");
    if leads_out {
        let name = String::from_utf8_lossy(name);
        return Err(Problem::refused(format!(
            "\"{name}\" is refused: only files beside the template can be included"
        )));
    }
    Ok(name)
}

/// The type before a colon: `string:`, `eval:`, `extends:`; a single letter is a drive, not a type.
fn resource(name: &[u8]) -> Option<&[u8]> {
    let len = name.iter().position(|&b| b == b':')?;
    let word = name[..len].iter().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(b));
    (len >= 2 && word).then(|| &name[..len])
}

/// A file's name as asked for by another: `./x` is beside the file that says so.
pub(crate) fn resolve(name: &[u8], from: &str) -> Vec<u8> {
    let Some(beside) = name.strip_prefix(b"./") else {
        return name.to_vec();
    };
    match from.rfind('/') {
        Some(slash) => [&from.as_bytes()[..=slash], beside].concat(),
        None => beside.to_vec(),
    }
}
