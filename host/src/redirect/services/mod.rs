//! One module for each service with a programming interface.

pub mod fanvil;
pub mod gigaset;
pub mod snom;
pub mod yealink;
pub mod ymcs;
mod ymcs_batch;
