//! Errors of PHP's operators and functions.

/// An error of PHP's operators and functions: an exception that PHP 8.2 throws, or an exceeded limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PhpError {
    /// The class of the exception.
    pub kind: PhpErrorKind,
    /// The message in one line, in PHP's own words where PHP has a message.
    pub message: String,
}

/// The class of a [`PhpError`].
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
    /// PHP's plain `Error`, or a user error of Smarty (an unknown escape type).
    Error,
    /// Text, entries or work beyond [`super::ValueLimits`], for which PHP has no counterpart.
    Limit,
}

impl PhpError {
    /// An error of any kind.
    pub fn new(kind: PhpErrorKind, message: impl Into<String>) -> PhpError {
        PhpError { kind, message: message.into() }
    }

    /// An error of kind [`PhpErrorKind::Type`].
    pub fn type_error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Type, message)
    }

    /// An error of kind [`PhpErrorKind::Value`].
    pub fn value_error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Value, message)
    }

    /// An error of kind [`PhpErrorKind::Error`].
    pub fn error(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Error, message)
    }

    /// An error of kind [`PhpErrorKind::Limit`].
    pub fn limit(message: impl Into<String>) -> PhpError {
        PhpError::new(PhpErrorKind::Limit, message)
    }
}
