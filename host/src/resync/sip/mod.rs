//! A NOTIFY sent to a phone without a registrar between: a request outside of a dialog (RFC 3261), as phones take it for
//! `check-sync`. Only what this one request needs is here; it is too little for a SIP stack.

mod digest;
mod error;
mod message;
mod send;
mod tls;
mod transaction;

pub use error::SipError;
pub use message::{SipTarget, Transport};
pub use send::{Request, Sender};
