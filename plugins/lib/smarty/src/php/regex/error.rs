//! Patterns that do not compile.

/// The error of compiling a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// PCRE refuses the pattern too.
    #[error("{0}")]
    Invalid(String),
    /// PCRE supports the pattern, but this module does not.
    #[error("{0}")]
    Unavailable(String),
}

pub fn fail<T>(why: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError::Invalid(why.into()))
}

pub fn unavailable<T>(why: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError::Unavailable(why.into()))
}
