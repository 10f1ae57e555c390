//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod cache;
mod demo;
mod golden;
mod guests_load;
mod guests_render;
mod ledger;
mod startup;
