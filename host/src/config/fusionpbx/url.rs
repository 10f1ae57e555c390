//! A database's URL from FusionPBX's words for it, with FusionPBX's defaults.

use super::values::{Values, WrongValue};
use crate::facts::percent_encoded;
use std::fmt::Write;

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

pub fn of(values: &Values) -> Result<String, WrongValue> {
    let wrong = |key: &str, reason: String| (format!("database.0.{key}"), reason);
    let value = |key: &str| values.get(key).map(String::as_str).filter(|text| !text.is_empty());
    match value("type").unwrap_or("pgsql") {
        "pgsql" => postgres(&value).map_err(|(key, reason)| wrong(key, reason)),
        "sqlite" => {
            let path = value("path").ok_or_else(|| wrong("path", "is missing".to_owned()))?;
            let name = value("name").ok_or_else(|| wrong("name", "is missing".to_owned()))?;
            Ok(format!("sqlite://{}/{}", percent_encoded(path, "/"), percent_encoded(name, "")))
        }
        other => Err(wrong("type", format!("`{other}` is neither `pgsql` nor `sqlite`"))),
    }
}

fn postgres<'v>(value: &impl Fn(&str) -> Option<&'v str>) -> Result<String, (&'static str, String)> {
    let host = value("host").or_else(|| value("hostaddr")).unwrap_or("127.0.0.1");
    let port = value("port").unwrap_or("5432");
    if port.parse::<u16>().is_err() {
        return Err(("port", format!("`{port}` is not a port")));
    }
    let user = percent_encoded(value("username").unwrap_or("fusionpbx"), "");
    let password = percent_encoded(value("password").unwrap_or("fusionpbx"), "");
    let name = percent_encoded(value("name").unwrap_or("fusionpbx"), "");
    // A URL has an IPv6 address in brackets. A host may also be a folder of sockets.
    let host = if host.contains(':') { format!("[{host}]") } else { percent_encoded(host, "") };
    let mut url = format!("postgres://{user}:{password}@{host}:{port}/{name}");
    let secure = value("secure").is_some_and(|text| matches!(text, "1" | "true" | "on" | "yes"));
    // Before FusionPBX had a setting for the mode, `secure` meant to verify the certificate authority.
    let mode = value("sslmode").or_else(|| value("ssl_mode")).or(secure.then_some("verify-ca")).unwrap_or("prefer");
    if !SSL_MODES.contains(&mode) {
        return Err(("sslmode", format!("`{mode}` is none of {}", SSL_MODES.join(", "))));
    }
    let _ = write!(url, "?sslmode={mode}");
    if let Some(file) = value("sslrootcert").or_else(|| value("cert_authority")) {
        let _ = write!(url, "&sslrootcert={}", percent_encoded(file, "/"));
    }
    Ok(url)
}
