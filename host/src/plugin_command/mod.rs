//! `dialplate plugin list`, and what the commands that change the folder of the plugins need of a terminal and of the admin
//! endpoint.

mod list;
mod list_text;
mod server;

pub use list::{List, list, list_of_server};
pub use server::{AdminServer, print_notice};
