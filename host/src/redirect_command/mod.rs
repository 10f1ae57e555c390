//! `dialplate redirect`: what the makers' redirection services need, and what would go wrong there.

mod check;
mod devices;
mod export;
mod providers;

pub use check::{CheckOrder, check};
pub use devices::Subject;
pub use export::{ExportOrder, export};
pub use providers::providers;
