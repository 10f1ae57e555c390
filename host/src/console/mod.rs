//! The web console on the admin endpoint: pages for people, made by the server, that work without scripts. Every page but
//! the login needs a session, from this machine too.

mod answer;
mod assets;
mod audit;
mod config;
mod cookie;
mod desk;
mod form;
mod layout;
mod login;
mod overview;
mod routes;
mod visit;

pub use config::Config;
pub use desk::Desk;
pub use routes::router;
