//! The whole system from outside: the server as `make build` leaves it, with its plugins.

#![allow(clippy::print_stdout, reason = "figures of a test that is read for them")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agents;
mod answer;
mod cache;
mod database;
mod demo;
mod edge;
mod gate;
mod golden;
mod guessing;
mod guests_load;
mod guests_render;
mod ledger;
mod machines;
mod nginx;
mod order;
mod outage;
mod outside;
mod proxied;
mod proxies;
mod releases;
mod reload;
mod replica;
mod role;
mod round_trips;
mod slow;
mod startup;
mod timing;
mod tls;
mod urls;
