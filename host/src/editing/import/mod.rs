//! Imports many devices from a CSV file: a pallet of phones. All rows are checked before the first is written, and all are
//! written in one transaction.

mod outcome;
mod plan;
mod sheet;
mod update;
mod write;

pub use outcome::{ImportRow, RowOutcome};
pub use plan::Terms;
pub use sheet::{FILE_BYTES_MAX, Fault};
pub use write::{Import, Imported, import};
