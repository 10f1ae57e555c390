//! Forms with files (`multipart/form-data`) that operators send, with a limit for each field.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use multer::{Constraints, Error, Multipart, SizeLimit};
use std::time::Duration;
use tokio::time::timeout;

/// The largest component over a line of 2 Mbit/s.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Bytes of the heads of all fields, and of what is between them.
const FRAME_BYTES_MAX: u64 = 64 << 10;

/// One field. It may hold a secret, so there is no `Debug`.
pub struct Part {
    pub name: String,
    /// The name of the sender's file.
    pub file_name: Option<String>,
    pub bytes: Bytes,
}

/// Why a form cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PartsError {
    #[error("send a form of the type multipart/form-data")]
    NoForm,
    #[error("the form has a field {0:?}, which is unknown or there twice")]
    UnexpectedField(String),
    #[error("the field {field} is larger than {bytes_max} bytes")]
    TooLarge { field: String, bytes_max: u64 },
    #[error("the form is larger than {0} bytes")]
    FormTooLarge(u64),
    #[error("the form is incomplete or malformed")]
    Malformed,
    #[error("the form was not complete within {max} s", max = TIMEOUT.as_secs())]
    TooSlow,
}

/// Reads a form that has at most these fields, with the bytes that each may have.
///
/// # Errors
/// The form is malformed, incomplete or too slow, or a field is unknown or too large.
pub async fn read_parts(headers: &HeaderMap, body: Body, fields: &[(&str, u64)]) -> Result<Vec<Part>, PartsError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| PartsError::NoForm)?;
    let whole = fields.iter().map(|(_, bytes_max)| bytes_max).sum::<u64>() + FRAME_BYTES_MAX;
    let sizes = fields
        .iter()
        .fold(SizeLimit::new().whole_stream(whole), |sizes, (name, bytes_max)| sizes.for_field(*name, *bytes_max));
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let constraints = Constraints::new().allowed_fields(names).size_limit(sizes);
    let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    timeout(TIMEOUT, all(form)).await.unwrap_or(Err(PartsError::TooSlow))
}

async fn all(mut form: Multipart<'_>) -> Result<Vec<Part>, PartsError> {
    let mut parts: Vec<Part> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(PartsError::of)? {
        let (name, file_name) = (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
        if parts.iter().any(|part| part.name == name) {
            return Err(PartsError::UnexpectedField(name));
        }
        parts.push(Part { name, file_name, bytes: field.bytes().await.map_err(PartsError::of)? });
    }
    Ok(parts)
}

impl PartsError {
    fn of(error: Error) -> Self {
        match error {
            Error::UnknownField { field_name } => Self::UnexpectedField(field_name.unwrap_or_default()),
            Error::FieldSizeExceeded { limit, field_name } => {
                Self::TooLarge { field: field_name.unwrap_or_default(), bytes_max: limit }
            }
            Error::StreamSizeExceeded { limit } => Self::FormTooLarge(limit),
            _ => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const FIELDS: [(&str, u64); 2] = [("token", 8), ("file", 20)];

    async fn read(body: &str) -> Result<Vec<Part>, PartsError> {
        let value = HeaderValue::from_static("multipart/form-data; boundary=x");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
        read_parts(&headers, Body::from(body.to_owned()), &FIELDS).await
    }

    fn field(name: &str, value: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.wasm\"\r\n\r\n{value}\r\n")
    }

    #[tokio::test]
    async fn fields_are_read_with_the_name_of_the_file() {
        let parts = read(&(field("token", "t") + &field("file", "one\r\ntwo") + "--x--\r\n")).await.ok().unwrap();
        let [token, file] = &*parts else { panic!("{} parts", parts.len()) };
        assert_eq!((&*token.name, &token.bytes[..]), ("token", &b"t"[..]));
        assert_eq!((file.file_name.as_deref(), &file.bytes[..]), (Some("a.wasm"), &b"one\r\ntwo"[..]));
    }

    #[tokio::test]
    async fn forms_beyond_a_limit_are_refused() {
        let long = "x".repeat(21);
        for (body, error) in [
            (field("file", &long) + "--x--\r\n", PartsError::TooLarge { field: "file".into(), bytes_max: 20 }),
            (field("other", "1") + "--x--\r\n", PartsError::UnexpectedField("other".into())),
            (field("file", "1") + &field("file", "2") + "--x--\r\n", PartsError::UnexpectedField("file".into())),
            (field("file", "1"), PartsError::Malformed),
        ] {
            assert_eq!(read(&body).await.err(), Some(error), "{body}");
        }
        let plain = read_parts(&HeaderMap::new(), Body::from("a=1"), &FIELDS).await;
        assert_eq!(plain.err(), Some(PartsError::NoForm));
    }
}
