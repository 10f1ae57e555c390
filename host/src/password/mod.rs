//! Passwords of users: FusionPBX's hashes of them, and checks that take the same time for every user. A check computes
//! for a tenth of a second, so callers keep it off the runtime's workers. This room does no I/O.
//!
//! FusionPBX stores bcrypt as PHP's `password_hash` writes it, and reads the salted MD5 of its older releases. Dialplate
//! stores a verifier beside the hash, for clients that know only the MD5 of the password.

mod check;
mod hash;

pub use check::matches;
pub use hash::{NewPassword, PasswordError};
