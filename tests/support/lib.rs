//! Helpers that the tests of the whole system share: the server in the test's own process, databases, and recorded answers;
//! and those of [`dialplate_test_tools`].

#![allow(clippy::print_stdout, reason = "tests print figures")]

pub mod app;
pub mod corpus;
pub mod database;
pub mod fleet;
pub mod load;
pub mod recorded;
pub mod site;

pub use dialplate_test_tools::*;
