//! `dialplate serve --dev`: a real server, a real project, and the tools of its language.

mod author;
pub mod languages;
mod paths;
mod saves;
mod server;
