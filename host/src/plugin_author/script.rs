//! Where a script has a mistake of syntax. The tool that makes the component says only that there is one.

use super::error::AuthorError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where a plugin has its scripts.
const SOURCES: &str = "src";
/// Scripts that are checked, in folders that deep. Node takes some 40 ms for each.
const SCRIPTS_MAX: usize = 200;
const DEPTH_MAX: usize = 8;

/// Checks the syntax of a plugin's scripts.
///
/// # Errors
/// One has a mistake: its file, line and column, and what node says.
pub fn check(folder: &Path) -> Result<(), AuthorError> {
    let mut files = Vec::new();
    let place = folder.join(SOURCES);
    find(&place, DEPTH_MAX, &mut files).map_err(|source| AuthorError::Read { path: place, source })?;
    if files.len() > SCRIPTS_MAX {
        return Err(AuthorError::TooManyScripts { folder: folder.join(SOURCES), max: SCRIPTS_MAX });
    }
    files.sort();
    files.iter().try_for_each(|file| check_one(folder, file.strip_prefix(folder).unwrap_or(file)))
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && depth > 0 {
            find(&path, depth - 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "js" || ending == "mjs") {
            files.push(path);
        }
        if files.len() > SCRIPTS_MAX {
            break;
        }
    }
    Ok(())
}

/// `file` is the script's path in the folder.
fn check_one(folder: &Path, file: &Path) -> Result<(), AuthorError> {
    let mut node = Command::new("node");
    node.current_dir(folder).arg("--check").arg(file).stdin(Stdio::null());
    let output = node.output().map_err(AuthorError::NoNode)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    let (line, column, message) = mistake(&said).unwrap_or((1, 1, "node cannot read it".to_owned()));
    Err(AuthorError::Script { place: format!("{}:{line}:{column}", file.display()), message })
}

/// The line, the column and the message in node's report, which shows the line with a mark below it.
fn mistake(said: &str) -> Option<(usize, usize, String)> {
    let lines: Vec<_> = said.lines().collect();
    let line = lines.iter().find_map(|line| line.rsplit_once(':')?.1.parse().ok())?;
    let column = lines.iter().find_map(|line| {
        let mark = line.trim_start_matches([' ', '\t']);
        let is_mark = !mark.is_empty() && mark.trim_end().bytes().all(|byte| byte == b'^');
        is_mark.then(|| line.len() - mark.len() + 1)
    });
    let message = lines.iter().find(|line| line.split(':').next().is_some_and(|name| name.ends_with("Error")))?;
    Some((line, column.unwrap_or(1), (*message).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_says_where_and_what() {
        let said = "/x/src/plugin.js:3\n  const x = { a: 1,, };\n                   ^\n\nSyntaxError: Unexpected token ','\n    \
                    at checkSyntax (node:internal/main/check_syntax:74:5)\n\nNode.js v20.20.2\n";
        let expected = (3, 20, "SyntaxError: Unexpected token ','".to_owned());
        assert_eq!(mistake(said), Some(expected));
        assert_eq!(mistake("killed\n"), None);
    }
}
