//! Encrypted configuration files, in the forms that phones decrypt.
//!
//! The same job must give the same bytes, and plugins have no source of randomness: a salt is computed from the content
//! and the password.

#![warn(missing_docs)]

mod ecb;
mod length;
mod openssl;

pub use ecb::{derived_key, ecb};
pub use openssl::{Digest, openssl};
