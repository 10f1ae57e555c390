//! Rights of files: what the server has to read and write, and what nobody else may read.

use super::account::Account;
use super::examinee::Examinee;
use super::finding::Finding;
use crate::config::ValueOrigin;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Everybody may read.
const OTHERS_READ: u32 = 0o004;

/// The keys that name a file with a secret.
const SECRET_FILES: [&str; 3] = ["database_password_file", "pin_secret_file", "nonce_key"];

pub fn check(examinee: &Examinee, account: &Account) -> Vec<Finding> {
    let config = &examinee.config;
    let mut findings = Vec::new();
    if let Some(file) = &examinee.file {
        let holds_secret = examinee
            .values
            .iter()
            .any(|value| value.is_secret && matches!(&value.origin, ValueOrigin::File(origin) if origin == file));
        findings.extend(readable(file, account));
        findings.extend(private(file, holds_secret));
    }
    for file in SECRET_FILES.iter().filter_map(|key| examinee.value(key)).filter(|value| value.contains('/')) {
        findings.extend(readable(Path::new(file), account));
        findings.extend(private(Path::new(file), true));
    }
    let cache = config.plugin.cache.as_deref();
    for folder in [Some(&*config.data), cache, Some(&config.uploads.folder)].into_iter().flatten() {
        findings.push(writable(folder, account));
    }
    if let Some(file) = config.database.url.file() {
        findings.extend(writable_file(&file, account));
    }
    for folder in config.templates.roots.iter().chain(&config.templates.custom).chain([&config.plugins]) {
        findings.extend(readable(folder, account));
    }
    findings
}

/// A finding if the server cannot read it.
fn readable(path: &Path, account: &Account) -> Option<Finding> {
    let (shown, user) = (path.display(), &account.name);
    match fs::metadata(path) {
        Ok(metadata) if account.may_read(&metadata) => None,
        Ok(_) => Some(Finding::error(
            "files",
            format!("{user} may not read {shown}"),
            format!("run `chgrp {user} {shown} && chmod g+r {shown}`"),
        )),
        Err(error) => Some(Finding::error("files", format!("{shown}: {error}"), "create it, or name another one")),
    }
}

/// A finding if others than the server can read a secret.
fn private(path: &Path, holds_secret: bool) -> Option<Finding> {
    let metadata = fs::metadata(path).ok().filter(|metadata| holds_secret && metadata.mode() & OTHERS_READ != 0)?;
    let shown = path.display();
    let message = format!("every user can read the secret in {shown} (mode {:o})", metadata.mode() & 0o7777);
    Some(Finding::warning("files", message, format!("run `chmod o-r {shown}`")))
}

fn writable(folder: &Path, account: &Account) -> Finding {
    let (shown, user) = (folder.display(), &account.name);
    // The server creates a folder that does not exist.
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    if fs::metadata(existing).is_ok_and(|metadata| metadata.is_dir() && account.may_write(&metadata)) {
        return Finding::ok("files", format!("{user} may write to {shown}"));
    }
    let advice = format!("run `install -d -o {user} -m 0750 {shown}`");
    Finding::error("files", format!("{user} may not write to {shown}"), advice)
}

fn writable_file(file: &Path, account: &Account) -> Option<Finding> {
    let metadata = fs::metadata(file).ok().filter(|metadata| !account.may_write(metadata))?;
    let (shown, user) = (file.display(), &account.name);
    let message = format!("{user} may not write to {shown} (owner {}), so nothing is recorded there", metadata.uid());
    Some(Finding::warning("files", message, format!("run `chown {user} {shown}`")))
}
