//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod demo;
mod golden;
mod ledger;
mod nginx;
mod proxies;
mod startup;
mod urls;
