//! The web console of the built server, on both databases: who may log in, what a session needs, and what no page does.

pub mod browser;
mod chromium;
mod device_edits;
mod devices;
mod imports;
pub mod logins;
mod nginx;
pub mod pages;
mod row_edits;
mod stage;
