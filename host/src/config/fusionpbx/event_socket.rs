//! FreeSWITCH's event socket in FusionPBX's `config.conf`: `switch.event_socket.host`, `.port` and `.password`, or
//! `event_socket.ip_address`, `.port` and `.password` in a file that an upgrade has kept. Until release 5.1 it is in a table.

use super::conf;
use super::text_of;
use super::values::Values;
use std::path::Path;

/// What the file says, with empty texts for what it leaves out. There is no `Debug`: it holds a password.
pub struct EventSocket {
    pub host: String,
    pub port: String,
    pub password: String,
}

/// What the first of these files that exists says; `None` if there is none. A file that cannot be read says nothing here: it is
/// an error where the database is looked for in it.
pub fn event_socket<P: AsRef<Path>>(places: &[P]) -> Option<EventSocket> {
    let place = places.iter().map(AsRef::as_ref).find(|place| place.is_file())?;
    let is_conf = place.extension().is_some_and(|extension| extension == "conf");
    let text = text_of(place).ok().filter(|_| is_conf).unwrap_or_default();
    let read = |prefix| conf::values_of(&text, prefix).unwrap_or_default();
    let (new, old) = (read("switch.event_socket."), read("event_socket."));
    let value = |values: &Values, name: &str| values.get(name).filter(|value| !value.is_empty()).cloned();
    let either = |name, old_name| value(&new, name).or_else(|| value(&old, old_name)).unwrap_or_default();
    Some(EventSocket {
        host: either("host", "ip_address"),
        port: either("port", "port"),
        password: either("password", "password"),
    })
}
