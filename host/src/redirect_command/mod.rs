//! `dialplate redirect`: what the makers' redirection services need, and what would go wrong there.

mod check;
mod connect;
mod devices;
mod export;
mod providers;
mod service;

pub use check::{CheckOrder, check};
pub use devices::Subject;
pub use export::{ExportOrder, export};
pub use providers::providers;
pub use service::{ServiceOrder, Verb, service};
