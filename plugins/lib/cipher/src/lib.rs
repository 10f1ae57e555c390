//! Encrypted configuration files, in the forms that phones decrypt.
//!
//! The same job must give the same bytes, and plugins have no source of randomness: the salt is computed from the content
//! and the password.

#![warn(missing_docs)]

mod openssl;

pub use openssl::{Digest, openssl};
