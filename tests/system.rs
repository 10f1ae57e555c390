//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod demo;
mod gate;
mod golden;
mod ledger;
mod reload;
mod startup;
