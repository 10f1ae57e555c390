//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agents;
mod answer;
mod demo;
mod edge;
mod gate;
mod golden;
mod ledger;
mod proxied;
mod slow;
mod startup;
