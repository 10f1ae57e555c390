//! Names of included and extended files.

use crate::error::Problem;

/// Checks the name of a file and removes the prefix `file:`.
pub(crate) fn check(name: &[u8]) -> Result<&[u8], Problem> {
    let name = name.strip_prefix(b"file:").unwrap_or(name);
    if let Some(resource) = resource(name) {
        let resource = String::from_utf8_lossy(resource);
        return Err(Problem::refused(format!(
            "\"{resource}:\" is refused: a template can only include files below the template root"
        )));
    }
    match name.starts_with(b"/") || name.contains(&b'\\') || name.contains(&0) {
        true => Err(outside(name)),
        false => Ok(name),
    }
}

fn outside(name: &[u8]) -> Problem {
    let name = String::from_utf8_lossy(name);
    Problem::refused(format!(
        "\"{name}\" is refused: it is outside of the template root, below which a template can include files"
    ))
}

/// The resource type before a colon: `string:`, `eval:`, `extends:`. A single letter is a drive and not a type.
fn resource(name: &[u8]) -> Option<&[u8]> {
    let len = name.iter().position(|&b| b == b':')?;
    let word = name[..len].iter().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(b));
    (len >= 2 && word).then(|| &name[..len])
}

/// The path of a file that `from` names: `./x` and `../x` are relative to the folder of `from`, and any other name to
/// `folder`. A name that leads out of the tree is refused.
pub(crate) fn resolve(name: &[u8], from: &str, folder: &str) -> Result<Vec<u8>, Problem> {
    let relative = name.starts_with(b"./") || name.starts_with(b"../");
    let base = if relative { from.rfind('/').map_or("", |slash| &from[..slash]) } else { folder };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in base.as_bytes().split(|&b| b == b'/').chain(name.split(|&b| b == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop().ok_or_else(|| outside(name))?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join(b"/".as_slice()))
}
