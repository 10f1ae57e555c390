//! TFTP, read only (RFC 1350, with the options of RFC 2348 and 2349), for phones that know nothing else. A request becomes a
//! GET to the same rooms as over HTTP, for the same names; TFTP has no credentials, so domains that demand some refuse it.
//!
//! The crates that exist bring an executor of their own, whose features would change those of the server's other crates; the
//! protocol has four kinds of packets.

mod answer;
mod config;
mod netascii;
mod packet;
mod server;
mod transfer;

pub use answer::{Answerer, Found, NoFile};
pub use config::Config;
pub use server::serve;
