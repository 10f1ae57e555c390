//! The web console on the admin endpoint: pages for people, made by the server, that work without scripts. Every page but
//! the login needs a session, from this machine too.

mod answer;
mod asked;
mod assets;
mod audit;
mod chart;
mod config;
mod conflict;
mod cookie;
mod desk;
mod device;
mod device_edit;
mod devices;
mod draft;
mod fields;
mod file;
mod form;
mod fusionpbx;
mod import;
mod journal;
mod layout;
mod login;
mod overview;
mod parts;
mod phone;
mod plugin_changes;
mod plugin_forms;
mod plugins;
mod problem;
mod query;
mod routes;
mod row_edit;
mod row_list;
mod row_pages;
mod template_compare;
mod templates;
mod upload;
mod visit;

pub use config::Config;
pub use desk::Desk;
pub use routes::router;
