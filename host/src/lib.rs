//! Dialplate: a provisioning server for desk phones, compatible with FusionPBX. [`app`] builds and runs the server,
//! [`cli`] is its command line; `ARCHITECTURE.md` describes the rooms, which are the other modules.

pub mod admin_command;
pub mod app;
pub mod auth_server;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db_command;
pub mod directory;
pub mod documents;
pub mod editing;
pub mod explain;
pub mod facts;
pub mod files;
pub mod gate;
pub mod http;
pub mod journal;
pub mod journal_command;
pub mod log;
pub mod metrics;
pub mod notes;
pub mod password;
pub mod pin;
pub mod pin_command;
pub mod plugin;
pub mod provision_xml;
pub mod reload;
pub mod request;
pub mod resync;
pub mod resync_command;
pub mod sentry;
pub mod syslog;
pub mod templates;
pub mod uploads;
pub mod vital;
