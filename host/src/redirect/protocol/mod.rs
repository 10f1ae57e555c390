//! How services are spoken to: paced connections, XML-RPC, and signatures.

pub mod connection;
pub mod hawk;
pub mod xmlrpc;
