//! PINs that bind a phone without a device to a prepared device: their hash, the secret of the dial plan, limited tries.
//! This room does no I/O.

mod key;
mod pins;
mod refusal;
mod tries;

pub use key::{InvalidPin, PIN_DIGITS, PinKey, SECRET_CHARS_MIN};
pub use pins::Pins;
pub use refusal::PinRefusal;
pub use tries::{Subject, Tries};
