//! Tests of the whole server: the built program with its plugins, real databases and real proxies.

#![allow(clippy::print_stdout, reason = "tests print figures")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addresses;
mod agents;
mod answer;
mod architecture;
mod cache;
mod clock;
mod connections;
mod convert;
mod crowd;
mod database;
mod demo;
mod documents;
mod edge;
mod encrypted;
mod gate;
mod golden;
mod guessing;
mod guests_load;
mod guests_render;
mod hanging;
mod header_bytes;
mod hostile_values;
mod ledger;
mod links;
mod log;
mod logins;
mod machines;
mod neighbours;
mod nginx;
mod order;
mod outage;
mod outside;
mod own_templates;
mod password;
mod pin;
mod pooler;
mod provision_xml;
mod proxied;
mod proxies;
mod refusals;
mod releases;
mod reload;
mod replica;
mod role;
mod round_trips;
mod slow;
mod sqlite_file;
mod standalone;
mod startup;
mod timing;
mod tls;
mod uploads;
mod urls;
