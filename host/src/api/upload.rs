//! Forms with a component and its signature, as programs and the console's pages send them.

use crate::http::{Part, PartsError, read_parts};
use crate::operator::PluginTurn;
use crate::plugin_install::Upload;
use crate::plugin_signature::SIGNATURE_BYTES_MAX;
use axum::body::Body;
use axum::http::HeaderMap;

/// The fields of the files.
pub const COMPONENT: &str = "component";
pub const SIGNATURE: &str = "signature";

/// A form with a component.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it is the form in the OpenAPI document")]
pub struct UploadForm {
    /// The component (`*.wasm`).
    #[schema(format = Binary, value_type = String)]
    component: Vec<u8>,
    /// Its signature in minisign's format.
    #[schema(format = Binary, value_type = Option<String>)]
    signature: Option<Vec<u8>>,
}

/// The component of a form, if it has one, and the fields in `more`, each with its limit.
///
/// # Errors
/// The form is malformed, or a field is unknown or too large.
pub async fn read_upload(
    turn: &PluginTurn,
    headers: &HeaderMap,
    body: Body,
    more: &[(&str, u64)],
) -> Result<(Option<Upload>, Vec<Part>), PartsError> {
    let files = [(COMPONENT, turn.component_bytes_max()), (SIGNATURE, SIGNATURE_BYTES_MAX)];
    let mut parts = read_parts(headers, body, &[&files, more].concat()).await?;
    // Browsers send a field without a chosen file as an empty one.
    let mut file = |name: &str| parts.extract_if(.., |part| part.name == name).find(|part| !part.bytes.is_empty());
    let (component, signature) = (file(COMPONENT), file(SIGNATURE));
    let upload = component.map(|Part { file_name, bytes, .. }| Upload {
        name: file_name.unwrap_or_default(),
        component: bytes.into(),
        signature: signature.map(|part| part.bytes.into()),
    });
    Ok((upload, parts))
}
