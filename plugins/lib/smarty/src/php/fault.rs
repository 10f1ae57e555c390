//! What goes wrong when PHP's operators and functions are used.

/// An operation that PHP 8.2 answers with an exception, or that needs more than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PhpError {
    pub kind: PhpErrorKind,
    /// One line, in PHP's words where PHP has words for it.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhpErrorKind {
    /// PHP's `TypeError`: an argument or operand of a type that does not convert.
    Type,
    /// PHP's `ValueError`: the right type, an impossible value.
    Value,
    /// PHP's `ArgumentCountError`.
    ArgumentCount,
    /// PHP's `DivisionByZeroError`.
    DivisionByZero,
    /// PHP's `ArithmeticError` (a negative shift, `intdiv(PHP_INT_MIN, -1)`).
    Arithmetic,
    /// PHP's plain `Error`, and what Smarty reports as a user error (an unknown escape type).
    Error,
    /// More text, entries or work than [`super::ValueLimits`] allows. PHP would go on.
    Limit,
}

impl PhpError {
    pub fn new(kind: PhpErrorKind, message: impl Into<String>) -> PhpError {
        PhpError { kind, message: message.into() }
    }

    pub fn type_error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Type, message)
    }

    pub fn value_error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Value, message)
    }

    pub fn error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Error, message)
    }

    pub fn limit(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Limit, message)
    }
}
