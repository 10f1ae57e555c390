//! Why a question is not answered.

use crate::explain::InvalidQuestion;
use crate::journal::ReadError;

/// A question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Journal(#[from] ReadError),
    #[error("the journal has no line {0}; `dialplate journal` lists those that it has")]
    Entry(i64),
    #[error(transparent)]
    Question(#[from] InvalidQuestion),
    #[error(
        "name the host that the phone asks for with --host, because its device is not in the database, or in several domains"
    )]
    Host,
    #[error(
        "the call of a dial plan with a PIN is not explained, because it has no other outcome than to bind a phone"
    )]
    Pin,
}
