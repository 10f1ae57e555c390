//! The web console of the built server, on both databases: who may log in, what a session needs, and what no page does.

mod browser;
mod chromium;
mod device_edits;
mod devices;
mod logins;
mod nginx;
mod pages;
mod stage;
