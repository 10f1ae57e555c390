//! The ports that the server listens on.

use super::finding::Finding;
use crate::config::Config;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

pub fn check(config: &Config, is_running: bool) -> Vec<Finding> {
    let admin = config.admin_listen.address().map(|address| ("admin_listen", address));
    [("listen", config.listen)].into_iter().chain(admin).map(|(key, address)| port(key, address, is_running)).collect()
}

fn port(key: &str, address: SocketAddr, is_running: bool) -> Finding {
    let shown = format!("{address} ({key})");
    match (TcpListener::bind(address), is_running) {
        (Err(error), true) if error.kind() == ErrorKind::AddrInUse => {
            Finding::ok("ports", format!("the server listens on {shown}"))
        }
        (Ok(_), true) => Finding::warning(
            "ports",
            format!("a server is running, but not on {shown}"),
            "restart the server if the configuration has changed since its start",
        ),
        (Ok(_), false) => Finding::ok("ports", format!("{shown} is free")),
        (Err(error), _) if error.kind() == ErrorKind::AddrInUse => Finding::error(
            "ports",
            format!("another program listens on {shown}"),
            format!("find it with `ss -ltnp`, or choose another port with `{key}`"),
        ),
        (Err(error), _) if error.kind() == ErrorKind::PermissionDenied => Finding::warning(
            "ports",
            format!("{shown}: only root may listen on ports below 1024"),
            "choose a higher port behind a proxy, or give the service CAP_NET_BIND_SERVICE",
        ),
        (Err(error), _) => Finding::error("ports", format!("{shown}: {error}"), "choose an address of this machine"),
    }
}
