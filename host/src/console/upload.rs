//! The form of an import, which may carry a file (`multipart/form-data`).

use super::form::{Form, TOKEN};
use crate::http::{PartsError, read_parts};
use crate::operator::IMPORT_BYTES_MAX;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};

/// Bytes of a form without a file: each byte of the text may be written with three.
const BYTES_MAX: usize = 3 * IMPORT_BYTES_MAX + (16 << 10);

/// Bytes of a text. Browsers send the end of a line with two.
const TEXT_BYTES_MAX: u64 = 2 * IMPORT_BYTES_MAX as u64;

/// The fields, and the bytes of each: a token and a digest have 64 digits, a domain's name at most 253 characters.
const FIELDS: [(&str, u64); 7] = [
    (TOKEN, 256),
    ("digest", 256),
    ("domain", 1_024),
    ("update", 16),
    ("do", 16),
    ("text", TEXT_BYTES_MAX),
    ("file", TEXT_BYTES_MAX),
];

/// Why a form cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableForm {
    #[error("the form is incomplete, or larger than {BYTES_MAX} bytes; split the file")]
    Large,
    #[error(transparent)]
    Parts(#[from] PartsError),
    #[error("the file is not UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
}

impl UnreadableForm {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Large | Self::Parts(PartsError::TooLarge { .. } | PartsError::FormTooLarge(_)) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Parts(_) => StatusCode::BAD_REQUEST,
            Self::NotUtf8 => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// Reads the fields of a form, of either encoding. A file is a field with its text.
///
/// # Errors
/// The body is too large, or no form.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Form, UnreadableForm> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let bytes = to_bytes(body, BYTES_MAX).await.map_err(|_| UnreadableForm::Large)?;
        return Ok(Form::parse(&bytes));
    }
    let parts = read_parts(headers, body, &FIELDS).await?;
    if parts.iter().any(|part| std::str::from_utf8(&part.bytes).is_err()) {
        return Err(UnreadableForm::NotUtf8);
    }
    Ok(Form::of(parts))
}
