//! Reads the keys of the journal and of the request's id.

use super::folders::in_data;
use super::source::ConfigSource;
use crate::journal;
use axum::http::{HeaderName, header};
use std::path::PathBuf;

/// Headers that the server or the protocol sets itself.
const TAKEN: [HeaderName; 17] = [
    header::ACCEPT_RANGES,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::SET_COOKIE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::WWW_AUTHENTICATE,
];

pub fn read_journal(source: &mut ConfigSource) -> journal::Config {
    let file: Option<PathBuf> = source.value("journal", |text| match text {
        "off" => Ok(None),
        "" => Err("is empty; write the path of a file, or `off`".to_owned()),
        path => Ok(Some(path.into())),
    });
    let is_default = !source.is_given("journal") && source.is_given("data");
    journal::Config {
        file: file.map(|file| if is_default { in_data(source, "journal", &file) } else { file }),
        bytes_max: source.number("journal_bytes_max"),
        days_max: source.number("journal_days_max"),
        documents: source.value("journal_documents", |text| match text {
            "off" => Ok(false),
            "changed" => Ok(true),
            other => Err(format!("`{other}` is neither `off` nor `changed`")),
        }),
    }
}

pub fn read_request_id_header(source: &mut ConfigSource) -> Option<HeaderName> {
    source.optional("request_id_header", |text| {
        let name: HeaderName = text
            .parse()
            .map_err(|_| format!("`{text}` is not the name of a header; write for instance X-Request-ID"))?;
        if TAKEN.contains(&name) {
            return Err(format!("answers have a header {text} already; write for instance X-Request-ID"));
        }
        Ok(name)
    })
}
