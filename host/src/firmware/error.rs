//! Why a file cannot be sent.

use crate::files::NoAnswer;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the firmware file cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("too many firmware files are being sent")]
    Busy,
}
