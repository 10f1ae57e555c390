//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod database;
mod demo;
mod golden;
mod ledger;
mod machines;
mod order;
mod outage;
mod releases;
mod replica;
mod role;
mod round_trips;
mod startup;
mod tls;
