//! The files of the folder and their hashes, for an operator. The calls may block.

use super::name::FirmwareName;
use crate::facts::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The list of hashes.
const SUMS: &str = "SHA256SUMS";

/// Folders within folders, as in a name.
const DEPTH_MAX: usize = 4;

/// A thousand files with long names.
const SUMS_BYTES_MAX: u64 = 1 << 20;

/// What is read at once.
const PIECE_BYTES: usize = 256 << 10;

/// Phones and proxies read it.
const FILE_MODE: u32 = 0o644;

/// A file of the folder.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct ListedFile {
    pub name: String,
    pub bytes: u64,
    /// As the list says; `None` if the list does not have the file.
    pub sha256: Option<String>,
}

/// The result of the comparison of one name.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    Intact,
    /// It has another hash than the list says.
    Changed,
    /// The list has it, and the folder does not.
    Absent,
    /// The folder has it, and the list does not.
    Unlisted,
}

/// The files, by name.
///
/// # Errors
/// The folder or the list cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<ListedFile>> {
    let sums = read_sums(folder)?;
    let mut files = Vec::new();
    walk(folder, "", DEPTH_MAX, &mut files)?;
    files.sort();
    let file = |(name, bytes): (String, u64)| ListedFile { sha256: sums.get(&name).cloned(), name, bytes };
    Ok(files.into_iter().map(file).collect())
}

/// Copies a file into the folder, or, if it is there already, takes it as it is, and lists its hash. `name` is its name in the
/// folder.
///
/// # Errors
/// The file cannot be read, or the folder cannot be written.
pub fn add(folder: &Path, source: &Path, name: &FirmwareName) -> io::Result<ListedFile> {
    let target = folder.join(name.as_str());
    let parent = target.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    let is_there = source.canonicalize().ok().zip(target.canonicalize().ok()).is_some_and(|(one, other)| one == other);
    if !is_there {
        // Phones see the old file or the new one.
        let mut draft = tempfile::Builder::new().prefix(".firmware-").tempfile_in(parent)?;
        io::copy(&mut File::open(source)?, draft.as_file_mut())?;
        draft.as_file().set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
        draft.as_file().sync_data()?;
        draft.persist(&target).map_err(|failed| failed.error)?;
    }
    let (sha256, bytes) = hash(&target)?;
    let mut sums = read_sums(folder)?;
    sums.insert(name.as_str().to_owned(), sha256.clone());
    write_sums(folder, &sums)?;
    Ok(ListedFile { name: name.as_str().to_owned(), bytes, sha256: Some(sha256) })
}

/// Compares every file with the list.
///
/// # Errors
/// The folder or the list cannot be read.
pub fn check(folder: &Path) -> io::Result<BTreeMap<String, Checked>> {
    let mut checked: BTreeMap<_, _> = read_sums(folder)?.into_keys().map(|name| (name, Checked::Absent)).collect();
    for file in list(folder)? {
        let state = match &file.sha256 {
            None => Checked::Unlisted,
            Some(listed) if *listed == hash(&folder.join(&file.name))?.0 => Checked::Intact,
            Some(_) => Checked::Changed,
        };
        checked.insert(file.name, state);
    }
    Ok(checked)
}

/// The files below a folder that phones can fetch, with their sizes.
fn walk(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<(String, u64)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(own) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let name = format!("{prefix}{own}");
        let metadata = fs::metadata(entry.path())?;
        if metadata.is_dir() && depth > 1 && !own.starts_with('.') {
            walk(&entry.path(), &format!("{name}/"), depth - 1, files)?;
        } else if metadata.is_file() && name != SUMS && FirmwareName::parse(&name).is_some() {
            files.push((name, metadata.len()));
        }
    }
    Ok(())
}

/// The SHA-256 in hexadecimal digits, and the number of bytes.
fn hash(path: &Path) -> io::Result<(String, u64)> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((hex(&hash.finalize()), bytes));
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
}

/// Hashes by name. A line that is no hash and name does not count, as with `sha256sum`.
fn read_sums(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut text = String::new();
    match File::open(folder.join(SUMS)) {
        Ok(file) => file.take(SUMS_BYTES_MAX).read_to_string(&mut text).map(drop)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let of_line = |line: &str| {
        let (sum, name) = line.split_once(' ')?;
        let name = name.strip_prefix([' ', '*'])?;
        let is_sum = sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_sum.then(|| (name.to_owned(), sum.to_ascii_lowercase()))
    };
    Ok(text.lines().filter_map(of_line).collect())
}

fn write_sums(folder: &Path, sums: &BTreeMap<String, String>) -> io::Result<()> {
    let mut draft = tempfile::Builder::new().prefix(".sums-").tempfile_in(folder)?;
    for (name, sum) in sums {
        writeln!(draft, "{sum}  {name}")?;
    }
    draft.as_file().set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
    draft.persist(folder.join(SUMS)).map_err(|failed| failed.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_files_are_listed_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join(".source");
        fs::write(&source, "firmware").unwrap();
        let root = folder.path();
        for name in ["a.rom", "vendor/b.bin"] {
            add(root, &source, &FirmwareName::parse(name).unwrap()).unwrap();
        }
        fs::write(root.join("c.ld"), "unlisted").unwrap();
        let listed = list(root).unwrap();
        let names: Vec<_> = listed.iter().map(|file| (file.name.as_str(), file.bytes, file.sha256.is_some())).collect();
        assert_eq!(names, [("a.rom", 8, true), ("c.ld", 8, false), ("vendor/b.bin", 8, true)]);
        fs::write(root.join("a.rom"), "Firmware").unwrap();
        fs::remove_file(root.join("vendor/b.bin")).unwrap();
        let checked = check(root).unwrap();
        let states: Vec<_> = checked.values().collect();
        assert_eq!(states, [&Checked::Changed, &Checked::Unlisted, &Checked::Absent]);
        add(root, &root.join("a.rom"), &FirmwareName::parse("a.rom").unwrap()).unwrap();
        assert_eq!(check(root).unwrap()["a.rom"], Checked::Intact);
    }
}
