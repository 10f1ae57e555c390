//! Versions of a device's documents, and what differs between two of them.

use super::lines::{Output, ended};
use crate::admin_command::aligned;
use crate::facts::DeviceAddress;
use crate::journal::{Reader, StoredDocument, StoredVersion, time_of, unified};
use anyhow::{Context, Result, anyhow, bail};
use std::io::Write;

/// Digits of a hash that are shown in columns.
const HASH_DIGITS: usize = 12;

/// Which versions to compare.
pub struct Choice<'a> {
    pub device: &'a DeviceAddress,
    /// The name of the template file, or that by which the phone asks for it.
    pub file: &'a str,
    /// Numbers of versions; the last two if they are absent.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub with_secrets: bool,
}

/// Prints the stored versions of a device's files.
///
/// # Errors
/// The journal cannot be read, or has no version.
pub async fn versions(mut reader: Reader, device: &DeviceAddress, output: Output, out: &mut impl Write) -> Result<()> {
    let found = stored(&mut reader, device).await?;
    reader.close().await;
    let text = match output {
        Output::Json => {
            let objects = found.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
            objects.join("\n") + "\n"
        }
        Output::Columns => {
            let heads = ["VERSION", "TIME", "FILE", "PARAMETERS", "BYTES", "SHA256"].map(str::to_owned);
            let row = |version: &StoredVersion| {
                let hash = version.sha256.get(..HASH_DIGITS).unwrap_or_default().to_owned();
                let (id, bytes) = (version.id.to_string(), version.bytes.to_string());
                [id, time(version), version.file.clone(), version.parameters.clone(), bytes, hash]
            };
            aligned(&std::iter::once(heads).chain(found.iter().map(row)).collect::<Vec<_>>())
        }
    };
    ended(out.write_all(text.as_bytes()))
}

/// Prints what differs between two versions, as a unified diff.
///
/// # Errors
/// The journal cannot be read, or has not two such versions.
pub async fn diff(mut reader: Reader, choice: &Choice<'_>, out: &mut impl Write) -> Result<()> {
    let all = stored(&mut reader, choice.device).await?;
    let (old, new) = chosen(&all, choice)?;
    let documents = (document(&mut reader, old).await?, document(&mut reader, new).await?);
    reader.close().await;
    let text = match unified(&documents.0, &documents.1, choice.with_secrets) {
        _ if old.sha256 == new.sha256 => "both versions are the same\n".to_owned(),
        Some(lines) => format!("{}{}{lines}", head("---", old), head("+++", new)),
        None => format!(
            "{}{}the files differ, and cannot be shown, because one of them is encrypted or no text\n",
            head("---", old),
            head("+++", new)
        ),
    };
    ended(out.write_all(text.as_bytes()))
}

fn head(mark: &str, version: &StoredVersion) -> String {
    let StoredVersion { id, file, bytes, .. } = version;
    format!("{mark} {file}\tversion {id}, {}, {bytes} bytes\n", time(version))
}

fn time(version: &StoredVersion) -> String {
    time_of(version.at_us).to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn stored(reader: &mut Reader, device: &DeviceAddress) -> Result<Vec<StoredVersion>> {
    let found = reader.versions(device).await?;
    if found.is_empty() {
        bail!(
            "no file of {device} is stored; with journal_documents = \"changed\", the server stores each file from its next fetch on"
        );
    }
    Ok(found)
}

async fn document(reader: &mut Reader, version: &StoredVersion) -> Result<StoredDocument> {
    let found = reader.document(version.id).await?;
    found.with_context(|| format!("version {} was removed meanwhile, or is damaged", version.id))
}

/// The two versions to compare, the older one first.
fn chosen<'a>(all: &'a [StoredVersion], choice: &Choice<'_>) -> Result<(&'a StoredVersion, &'a StoredVersion)> {
    let of_file: Vec<_> = all.iter().filter(|version| is_named(&version.file, choice)).collect();
    if of_file.is_empty() {
        let mut files: Vec<_> = all.iter().map(|version| version.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        bail!("no file {:?} of {} is stored; the stored files are {}", choice.file, choice.device, files.join(", "));
    }
    let numbered = |id: i64| {
        let found = of_file.iter().copied().find(|version| version.id == id);
        found.ok_or_else(|| {
            let ids: Vec<_> = of_file.iter().map(|version| version.id.to_string()).collect();
            anyhow!("{} has no version {id}; its versions are {}", choice.file, ids.join(", "))
        })
    };
    let new = match choice.to {
        Some(id) => numbered(id)?,
        None => of_file[of_file.len() - 1],
    };
    let is_before = |version: &&&StoredVersion| {
        version.id < new.id && version.parameters == new.parameters && version.domain == new.domain
    };
    let old = match choice.from {
        Some(id) => numbered(id)?,
        None => of_file.iter().rev().find(is_before).copied().ok_or_else(|| {
            anyhow!("only version {} of {} is stored, so there is nothing to compare it with yet", new.id, choice.file)
        })?,
    };
    Ok((old, new))
}

/// Whether a template file is the wanted one, by its own name or by the one that the phone asks for: in `{$mac}.cfg`, the
/// braces stand for the address.
fn is_named(file: &str, choice: &Choice<'_>) -> bool {
    if file == choice.file {
        return true;
    }
    let Some((before, rest)) = file.split_once('{') else { return false };
    let Some((_, after)) = rest.split_once('}') else { return false };
    let middle = choice.file.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|middle| DeviceAddress::parse(middle).is_ok_and(|address| address == *choice.device))
}
