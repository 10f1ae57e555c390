//! What goes wrong when PHP's operators and functions are used.

/// An operation that PHP 8.2 answers with an exception, or that needs more than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub kind: FaultKind,
    /// One line, in PHP's words where PHP has words for it.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
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
    /// More text, entries or work than [`super::Limits`] allows. PHP would go on.
    Limit,
}

impl Fault {
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault { kind, message: message.into() }
    }

    pub fn type_error(message: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Type, message)
    }

    pub fn value_error(message: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Value, message)
    }

    pub fn error(message: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Error, message)
    }

    pub fn limit(message: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Limit, message)
    }
}
