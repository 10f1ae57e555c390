//! Forms that may carry a file (`multipart/form-data`).

use super::form::Form;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};

/// Fields of such a form: more than any of the console's has.
const FIELDS_MAX: usize = 20;

/// Why a form cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableForm {
    #[error("the form is larger than this page takes, or incomplete; split the file")]
    Large,
    #[error("the form cannot be read: {0}")]
    Malformed(String),
    #[error("the file is not UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
}

impl UnreadableForm {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NotUtf8 => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn of(error: &MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::Large } else { Self::Malformed(error.body_text()) }
    }
}

/// Reads the fields of a form, of either encoding. A file is a field with its text.
///
/// # Errors
/// The body is too large, or no form.
pub async fn read(request: Request) -> Result<Form, UnreadableForm> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let bytes = Bytes::from_request(request, &()).await.map_err(|_| UnreadableForm::Large)?;
        return Ok(Form::parse(&bytes));
    }
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart.map_err(|error| UnreadableForm::Malformed(error.body_text()))?;
    let mut fields = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| UnreadableForm::of(&error))? {
        if fields.len() == FIELDS_MAX {
            return Err(UnreadableForm::Malformed(format!("it has more than {FIELDS_MAX} fields")));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| UnreadableForm::of(&error))?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| UnreadableForm::NotUtf8)?;
        fields.push((name, text));
    }
    Ok(Form::of(fields))
}
