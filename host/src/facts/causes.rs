//! Errors as texts.

use std::error::Error;

/// An error with its causes: the text of a library's error is often only that of the last step, such as hyper's "client error
/// (Connect)".
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
