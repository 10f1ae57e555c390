//! Why a file cannot be read or written. No message has a value, because values may be passwords.

use std::fmt;

/// A mistake, and its line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Error {
    /// Counted from 1; 0 if the mistake belongs to no line.
    pub line: usize,
    /// The mistake.
    #[source]
    pub reason: Reason,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        self.reason.fmt(f)
    }
}

impl Error {
    pub(crate) fn new(line: usize, reason: Reason) -> Self {
        Self { line, reason }
    }
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reason {
    /// A byte that is not UTF-8.
    #[error("the text is not UTF-8; save it as UTF-8")]
    Encoding,
    /// A line of a text template without a value.
    #[error("there is no `=`; write a parameter as `P271 = 1`, and a comment after `#`")]
    NoValue,
    /// A name that no parameter has.
    #[error(
        "`{0}` is no parameter; a name is P and one to five digits, or a name with dots such as account.1.sip.userid"
    )]
    Name(String),
    /// The address is no address.
    #[error("`{0}` is no address of a device; write its twelve hexadecimal digits")]
    Address(String),
    /// A parameter is set twice.
    #[error("{name} is already set in line {before}; remove one of the two lines")]
    Twice {
        /// The parameter.
        name: String,
        /// The line of the first value.
        before: usize,
    },
    /// A value with a character that the form cannot hold.
    #[error("the value of {0} has a control character, which no configuration file can hold")]
    Control(String),
    /// A value that a line of a text template cannot hold.
    #[error("the value of {0} has a line break, or a blank at its beginning or end, which a text template cannot hold")]
    NotOneLine(String),
    /// The XML is not well-formed.
    #[error("the XML is not well-formed: {0}")]
    Xml(String),
    /// Another document than a configuration file.
    #[error("the root element is <{0}>, and that of a configuration file is <gs_provision>")]
    Root(String),
    /// An element that a configuration file does not have.
    #[error("<{0}> is neither a parameter such as <P271> nor <item name=\"…\"> with a text")]
    Element(String),
    /// A binary file has no parameters by name.
    #[error("{0} is a parameter by name, and a binary file holds only parameters by number, such as P271")]
    Named(String),
    /// A binary file belongs to one device.
    #[error("a binary file needs the address of its device")]
    NoAddress,
    /// A damaged binary file.
    #[error("the binary file is damaged: {0}")]
    Damaged(&'static str),
}
