//! Every verb of every service against a local server that follows the public documents.

mod rest;
mod rpc;
mod secrets;
mod stage;
