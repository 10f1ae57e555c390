//! The errors that `json_last_error` and `preg_last_error` return: of the last call in this render.

/// The error of the last `json_encode` or `json_decode`, with PHP's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonError {
    #[default]
    None = 0,
    Depth = 1,
    StateMismatch = 2,
    ControlCharacter = 3,
    Syntax = 4,
    Utf8 = 5,
    InfOrNan = 7,
    Utf16 = 10,
}

impl JsonError {
    /// PHP's message (`json_last_error_msg`).
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            JsonError::None => "No error",
            JsonError::Depth => "Maximum stack depth exceeded",
            JsonError::StateMismatch => "State mismatch (invalid or malformed JSON)",
            JsonError::ControlCharacter => "Control character error, possibly incorrectly encoded",
            JsonError::Syntax => "Syntax error",
            JsonError::Utf8 => "Malformed UTF-8 characters, possibly incorrectly encoded",
            JsonError::InfOrNan => "Inf and NaN cannot be JSON encoded",
            JsonError::Utf16 => "Single unpaired UTF-16 surrogate in unicode escape",
        }
    }
}

/// The error of the last search with a regular expression, with PHP's number. PHP's other numbers are limits, which end
/// the render here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PregError {
    #[default]
    None = 0,
    Internal = 1,
    Utf8 = 4,
    Utf8Offset = 5,
}

impl PregError {
    /// PHP's message (`preg_last_error_msg`).
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            PregError::None => "No error",
            PregError::Internal => "Internal error",
            PregError::Utf8 => "Malformed UTF-8 characters, possibly incorrectly encoded",
            PregError::Utf8Offset => "The offset did not correspond to the beginning of a valid UTF-8 code point",
        }
    }
}

/// The state that calls of one render leave behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastErrors {
    pub json: JsonError,
    pub preg: PregError,
}
