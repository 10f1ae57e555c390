//! What a case came to, in the form of its file `expected`. The SDK's `testing::cases` writes the same bytes.

use crate::plugin::{Document, RenderError};

/// The bytes of `expected`: two header lines, an empty line and the body; or the plugin's own failure.
///
/// # Errors
/// The host ended the render: a crash or a limit, which no case can expect.
pub fn expected_bytes(outcome: &Result<Document, RenderError>) -> Result<Vec<u8>, String> {
    let text = match outcome {
        Ok(Document { content_type, file, body, .. }) => {
            let mut bytes = format!("Content-Type: {content_type}\nFile: {file}\n\n").into_bytes();
            bytes.extend_from_slice(body);
            return Ok(bytes);
        }
        Err(RenderError::NoSuchFile(file)) => format!("Failure: no-such-file\n\n{file}\n"),
        Err(RenderError::Template(fault)) => {
            let (template, line, column, message) = (&fault.template, fault.line, fault.column, &fault.message);
            format!("Failure: template\n\n{template}:{line}:{column}: {message}\n")
        }
        Err(RenderError::Limit { name }) => format!("Failure: limit\n\n{name}\n"),
        Err(RenderError::Other(message)) => format!("Failure: other\n\n{message}\n"),
        Err(error) => return Err(format!("the plugin {error}")),
    };
    Ok(text.into_bytes())
}
