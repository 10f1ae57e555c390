//! The whole system from outside: the server as `make build` leaves it, with its plugins.

mod golden;
mod startup;
mod support;
