//! Every verb of every service against a local server that follows the public documents.

mod rpc;
mod secrets;
mod snom;
mod stage;
mod ymcs;
