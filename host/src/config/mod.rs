//! The server's configuration: the `Config` of each room, put together from one source of values. The registry in
//! `keys.rs` has each key's default, bounds and documentation.

mod console;
mod folders;
mod fusionpbx;
mod journal;
mod keys;
mod nonce_key;
mod operator;
mod output;
mod plugin_signature;
mod plugins;
mod redirect;
mod resync;
mod secret_file;
mod source;
#[cfg(test)]
mod tests;
mod tls;

pub use keys::{ConfigKey, KEYS};
pub use output::{default_file, effective_lines, help, markdown_table};
pub use source::{ConfigError, ConfigSource, EffectiveValue, ValueOrigin};

use self::folders::{next_to, parse_firmware_url, read_data, read_folder_in_data};
use self::source::{items, parse_flag, parse_listen};
use crate::clock::Clock;
use crate::directory::DatabaseUrl;
use crate::facts::{Network, Release};
use crate::files::is_folder;
use crate::request::{Secret, UrlForms};
use crate::templates::SearchPath;
use crate::{auth_server, directory, firmware, gate, http, plugin, sentry, syslog, tftp, uploads};
use axum::http::HeaderName;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// FusionPBX's template folders, in the order in which FusionPBX looks.
const FUSIONPBX_TEMPLATES: [&str; 3] = [
    "/usr/share/fusionpbx/templates/provision",
    "/etc/fusionpbx/resources/templates/provision",
    "/var/www/fusionpbx/resources/templates/provision",
];

/// A shorter name would occur in the User-Agent of many other phones.
const VENDOR_CHARS_MIN: usize = 3;

/// Where the admin endpoint listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminListen {
    Off,
    /// The default address; it may be taken.
    Default(SocketAddr),
    At(SocketAddr),
}

impl AdminListen {
    /// `None` if the endpoint is off.
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Self::Off => None,
            Self::Default(address) | Self::At(address) => Some(address),
        }
    }
}

/// All settings.
pub struct Config {
    pub listen: SocketAddr,
    pub admin_listen: AdminListen,
    /// `None` without a web console.
    pub console: Option<crate::console::Config>,
    /// Where the server writes what has no folder of its own.
    pub data: PathBuf,
    pub http: http::Config,
    /// TLS of the server's own.
    pub tls: Option<http::TlsConfig>,
    pub database: directory::Config,
    pub templates: SearchPath,
    pub url_forms: UrlForms,
    pub plugins: PathBuf,
    /// The authorities that downloaded plugins are checked against; `None` for the system's.
    pub plugins_ca: Option<PathBuf>,
    /// The passwords of the registries that plugins are downloaded from; `None` for those of the command's user.
    pub plugins_registry_auth: Option<PathBuf>,
    pub clock: Clock,
    pub plugin: plugin::Config,
    /// Bytes of documents that are kept.
    pub documents_bytes_max: u64,
    pub gate: gate::Policy,
    pub sentry: sentry::Config,
    pub uploads: uploads::Config,
    pub journal: crate::journal::Config,
    pub operator: crate::operator::Config,
    /// The header of every answer that has the request's id.
    pub request_id_header: Option<HeaderName>,
    pub firmware: Option<firmware::Config>,
    pub firmware_url: Option<String>,
    pub tftp: Option<tftp::Config>,
    pub auth_server: Option<auth_server::Config>,
    /// The socket of the syslog daemon that gets refusals.
    pub syslog: Option<PathBuf>,
    /// What a dial plan must send to bind a phone by PIN.
    pub pin_secret: Option<Secret>,
    pub resync: crate::resync::Config,
    pub redirect: crate::redirect::Config,
    /// Signs digest nonces; `None` for a random key.
    pub nonce_key: Option<[u8; 32]>,
    /// Keys whose value in the command line holds a secret.
    pub exposed: Vec<&'static ConfigKey>,
}

impl Config {
    /// Reads every key. `program` is the path of the running program; a build has plugins and templates next to it.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    pub fn read(mut source: ConfigSource, program: Option<&Path>) -> Result<Self, Vec<ConfigError>> {
        let config = read(&mut source, program);
        resync::check(&mut source, &config.resync, config.journal.file.is_some());
        source.finish(config)
    }
}

/// The values in force, and where each comes from.
///
/// # Errors
/// Everything that is wrong with the configuration.
pub fn effective(mut source: ConfigSource, program: Option<&Path>) -> Result<Vec<EffectiveValue>, Vec<ConfigError>> {
    read(&mut source, program);
    let values = source.effective();
    source.finish(values)
}

/// Reads `admin_listen` alone, for the commands that talk to a running server.
///
/// # Errors
/// What is wrong with that key, or with the file.
pub fn read_admin(mut source: ConfigSource) -> Result<AdminListen, Vec<ConfigError>> {
    let listen = read_admin_listen(&mut source);
    source.finish(listen)
}

/// Has the server of a plugin's author write to `data`, and use the embedded database there, unless the configuration names
/// others. FusionPBX's own database counts only if the configuration names it: phones are served from it.
pub fn default_to_folder(source: &mut ConfigSource, data: Option<&Path>) {
    if let Some(data) = data {
        source.default_to("data", data.display().to_string());
    }
    if !source.is_given("fusionpbx_config") {
        let embedded = DatabaseUrl::embedded_in(&read_data(source));
        source.default_to("database", embedded.as_str().to_owned());
    }
}

/// Reads the keys of the journal alone, for the commands that read it.
///
/// # Errors
/// What is wrong with these keys, or with the file.
pub fn read_journal(mut source: ConfigSource) -> Result<crate::journal::Config, Vec<ConfigError>> {
    let config = journal::read_journal(&mut source);
    source.finish(config)
}

fn read(source: &mut ConfigSource, program: Option<&Path>) -> Config {
    let listen = source.value("listen", |text| parse_listen(text, "0.0.0.0:8080 or [::]:8080"));
    let trusted_proxies = source.optional("trusted_proxies", parse_networks).unwrap_or_default();
    let tls::TlsKeys { tls, client_certificates, headers } = tls::read(source, listen, !trusted_proxies.is_empty());
    let admin_listen = read_admin_listen(source);
    Config {
        listen,
        admin_listen,
        console: console::read(source, admin_listen.address().is_some()),
        data: read_data(source),
        http: http::Config {
            trusted_proxies,
            proxy_protocol: source.value("proxy_protocol", parse_flag),
            certificates: headers,
        },
        tls,
        database: read_database(source),
        templates: SearchPath {
            roots: read_templates(source, program),
            custom: source.optional("custom_templates", parse_folder),
        },
        url_forms: source.value("url_forms", parse_url_forms),
        plugins: plugins::read_folder(source, program),
        plugins_ca: source.optional("plugins_ca", |text| Ok(text.into())),
        plugins_registry_auth: source.optional("plugins_registry_auth", |text| Ok(text.into())),
        clock: source.optional("clock", parse_clock).unwrap_or(Clock::System),
        plugin: plugins::read(source),
        documents_bytes_max: source.number("documents_bytes_max"),
        gate: read_gate(source, client_certificates),
        sentry: sentry::Config {
            per_network_max: source.number("guesses_per_network_max"),
            per_oui_max: source.number("guesses_per_oui_max"),
            inserts_per_minute_max: source.number("auto_inserts_per_minute_max"),
            domain_inserts_per_minute_max: source.number("domain_auto_inserts_per_minute_max"),
            window_s: source.number("guess_window_s"),
        },
        uploads: uploads::Config {
            folder: read_folder_in_data(source, "uploads"),
            bytes_max: source.number("upload_bytes_max"),
            files_max: source.number("upload_files_max"),
        },
        journal: journal::read_journal(source),
        operator: operator::read(source),
        request_id_header: journal::read_request_id_header(source),
        firmware: source.optional("firmware", parse_folder).map(|folder| firmware::Config { folder }),
        firmware_url: source.optional("firmware_url", parse_firmware_url),
        tftp: read_tftp(source),
        auth_server: read_auth_server(source),
        syslog: source.value("syslog", parse_syslog),
        pin_secret: source.optional("pin_secret_file", secret_file::read_pin_secret).map(Secret::new),
        resync: resync::read(source),
        redirect: redirect::read(source),
        nonce_key: source.optional("nonce_key", nonce_key::parse),
        exposed: source.exposed(),
    }
}

fn read_admin_listen(source: &mut ConfigSource) -> AdminListen {
    let listen = source.value("admin_listen", |text| {
        if text == "off" {
            return Ok(AdminListen::Off);
        }
        let address = parse_listen(text, "127.0.0.1:8081 or [::1]:8081")?;
        if !address.ip().is_loopback() {
            return Err(format!(
                "{address} can be reached from other machines, and the admin endpoint requires no password; write for instance 127.0.0.1:8081"
            ));
        }
        Ok(AdminListen::At(address))
    });
    match listen {
        AdminListen::At(address) if !source.is_given("admin_listen") => AdminListen::Default(address),
        listen => listen,
    }
}

fn read_database(source: &mut ConfigSource) -> directory::Config {
    let data = read_data(source);
    let given = source.optional("database", DatabaseUrl::parse);
    let named = if source.is_given("database") { None } else { find_fusionpbx_database(source) };
    let (named, named_in) = named.unzip();
    let url = given.or(named).unwrap_or_else(|| {
        let embedded = DatabaseUrl::embedded_in(&data);
        source.found("database", embedded.as_str(), ValueOrigin::Default);
        embedded
    });
    let password = source.optional("database_password_file", secret_file::read_password);
    directory::Config {
        named_in,
        password: password.map(Secret::new),
        replica: source.optional("database_replica", DatabaseUrl::parse),
        release: source.value("provision_dialect", parse_release),
        connections_max: source.number("database_connections_max"),
        facts_bytes_max: source.number("facts_bytes_max"),
        start_timeout: Duration::from_millis(source.number("database_wait_ms")),
        ..directory::Config::new(url)
    }
}

/// The database that FusionPBX's configuration names, and its file; `None` without FusionPBX.
fn find_fusionpbx_database(source: &mut ConfigSource) -> Option<(DatabaseUrl, PathBuf)> {
    let file = source.optional("fusionpbx_config", |text| match Path::new(text).try_exists() {
        Ok(false) => Err(format!("there is no file {text}")),
        _ => Ok(PathBuf::from(text)),
    });
    let found = match file {
        Some(file) => fusionpbx::find(&[file]),
        None => fusionpbx::find(&fusionpbx::PLACES),
    };
    let found = found
        .map_err(|error| error.to_string())
        .and_then(|found| found.map(|found| DatabaseUrl::parse(&found.url).map(|url| (url, found.file))).transpose());
    match found {
        Ok(found) => {
            let (url, file) = found?;
            source.found("database", url.as_str(), ValueOrigin::FusionPbx(file.clone()));
            Some((url, file))
        }
        Err(reason) => {
            source.error("database".to_owned(), reason);
            None
        }
    }
}

fn read_gate(source: &mut ConfigSource, client_certificates: gate::ClientCertificates) -> gate::Policy {
    gate::Policy {
        algorithms: source.value("digest_algorithms", parse_algorithms),
        basic_vendors: source.optional("basic_auth_vendors", parse_vendors).unwrap_or_default(),
        unknown_first: source.optional("unknown_first_networks", parse_networks).unwrap_or_default(),
        client_certificates,
        first_contact_minutes: source.number("first_contact_minutes"),
    }
}

fn read_tftp(source: &mut ConfigSource) -> Option<tftp::Config> {
    let networks = source.optional("tftp_networks", parse_networks).unwrap_or_default();
    let listen = source.optional("tftp_listen", |text| parse_listen(text, "0.0.0.0:69 or [::]:69"))?;
    if networks.is_empty() {
        let reason = "needs tftp_networks, the networks whose phones may ask; write for instance 192.0.2.0/24";
        source.error("tftp_listen".to_owned(), reason.to_owned());
        return None;
    }
    Some(tftp::Config { listen, networks })
}

fn read_auth_server(source: &mut ConfigSource) -> Option<auth_server::Config> {
    let timeout = Duration::from_millis(source.number("auth_server_timeout_ms"));
    let authority = source.optional("auth_server_ca", |text| Ok(text.into()));
    let url = source.optional("auth_server", auth_server::Config::parse_url)?;
    Some(auth_server::Config { url, timeout, authority })
}

/// By default FusionPBX's templates if it is installed (FusionPBX itself uses only the first folder), then Dialplate's.
fn read_templates(source: &mut ConfigSource, program: Option<&Path>) -> Vec<PathBuf> {
    if let Some(folders) = source.optional("templates", parse_folders) {
        return folders;
    }
    let theirs = FUSIONPBX_TEMPLATES.iter().map(PathBuf::from).find(|folder| is_folder(folder));
    let ours = Some(next_to(program, "templates")).filter(|folder| is_folder(folder));
    let folders: Vec<_> = theirs.into_iter().chain(ours).collect();
    let text: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    source.found("templates", text.join(":"), ValueOrigin::Default);
    folders
}

fn parse_algorithms(text: &str) -> Result<Vec<gate::Algorithm>, String> {
    let read = |name| gate::Algorithm::parse(name).ok_or_else(|| format!("`{name}` is neither `MD5` nor `SHA-256`"));
    let algorithms: Vec<_> = items(text).map(read).collect::<Result<_, _>>()?;
    if algorithms.is_empty() { Err("names no algorithm; write `MD5`".to_owned()) } else { Ok(algorithms) }
}

/// Names of vendors as in FusionPBX's `device_vendor`.
fn parse_vendors(text: &str) -> Result<Vec<String>, String> {
    let is_name = |name: &&str| name.len() >= VENDOR_CHARS_MIN && name.bytes().all(|c| c.is_ascii_alphanumeric());
    match items(text).find(|name| !is_name(name)) {
        Some(other) => Err(format!("`{other}` is not a vendor; write for instance snom,panasonic")),
        None => Ok(items(text).map(str::to_owned).collect()),
    }
}

fn parse_networks(text: &str) -> Result<Vec<Network>, String> {
    let read = |text| Network::parse(text).ok_or(text);
    items(text)
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|text| format!("`{text}` is not a network; write for instance 127.0.0.1,192.0.2.0/24,2001:db8::/32"))
}

fn parse_clock(text: &str) -> Result<Clock, String> {
    let moment = text.parse();
    moment
        .map(Clock::Fixed)
        .map_err(|_| format!("`{text}` is not an RFC 3339 time; write for instance 2026-07-01T12:00:00Z"))
}

fn parse_url_forms(text: &str) -> Result<UrlForms, String> {
    match text {
        "fusionpbx" => Ok(UrlForms::FusionPbx),
        "phones" => Ok(UrlForms::Phones),
        "all" => Ok(UrlForms::All),
        _ => Err(format!("`{text}` is none of `fusionpbx`, `phones` and `all`")),
    }
}

fn parse_release(text: &str) -> Result<Option<Release>, String> {
    match text {
        "auto" => Ok(None),
        name => Release::parse(name)
            .map(Some)
            .ok_or_else(|| format!("`{name}` is none of `auto`, `5.0` to `5.5` and `master`")),
    }
}

fn parse_syslog(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "off" => Ok(None),
        "on" => Ok(Some(syslog::SOCKET.into())),
        path if path.starts_with('/') => Ok(Some(path.into())),
        other => Err(format!("`{other}` is neither on, off nor the path of a socket; write for instance /dev/log")),
    }
}

fn parse_folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if is_folder(&folder) { Ok(folder) } else { Err(format!("there is no folder {text}")) }
}

fn parse_folders(text: &str) -> Result<Vec<PathBuf>, String> {
    let texts = text.split([':', source::LIST]).filter(|folder| !folder.is_empty());
    let folders: Vec<_> = texts.map(parse_folder).collect::<Result<_, _>>()?;
    if folders.is_empty() { Err("names no folder".to_owned()) } else { Ok(folders) }
}
