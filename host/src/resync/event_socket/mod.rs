//! FreeSWITCH's event socket, as `mod_event_socket` documents it:
//! <https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_event_socket_1048924/>. A client sends
//! commands that end with an empty line; the server sends frames of headers, an empty line and, with a `Content-Length`, a
//! body.

mod client;
mod error;
mod frame;

pub use client::{Client, Notify};
pub use error::EventSocketError;
