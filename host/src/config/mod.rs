//! The server's configuration: the rooms' own parts put together, from one source of values.

mod fusionpbx;
mod keys;
mod nonce_key;
mod source;

pub use keys::KEYS;
pub use source::{Fault, Source};

use crate::clock::Clock;
use crate::facts::Network;
use crate::request::UrlForms;
use crate::templates::SearchPath;
use crate::{auth_server, directory, http, plugin, sentry, syslog};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where FusionPBX keeps its provisioning templates, in the order in which it looks.
const FUSIONPBX_TEMPLATES: [&str; 3] = [
    "/usr/share/fusionpbx/templates/provision",
    "/etc/fusionpbx/resources/templates/provision",
    "/var/www/fusionpbx/resources/templates/provision",
];

/// Where a package would put ours.
const SHARED: &str = "/usr/share/dialplate";

/// The embedded database, made on first start.
pub const EMBEDDED_DATABASE: &str = "sqlite://data/dialplate.db";

/// Compiled components, beside the embedded database.
const CACHE: &str = "data/cache";

/// Where the admin endpoint listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminListen {
    Off,
    /// Nobody said where: here, if that is free.
    Default(SocketAddr),
    At(SocketAddr),
}

impl AdminListen {
    /// Where to find it; `None` when it is off.
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Self::Off => None,
            Self::Default(address) | Self::At(address) => Some(address),
        }
    }
}

/// Everything the server is told from outside.
pub struct Config {
    pub listen: SocketAddr,
    pub admin_listen: AdminListen,
    pub http: http::Config,
    pub database: directory::Config,
    pub templates: SearchPath,
    pub url_forms: UrlForms,
    pub plugins: PathBuf,
    pub clock: Clock,
    pub plugin: plugin::Config,
    pub sentry: sentry::Config,
    pub auth_server: Option<auth_server::Config>,
    /// The socket of the daemon that refusals are written to.
    pub syslog: Option<PathBuf>,
    /// What digest nonces are signed with; `None` for a random key of this start's own.
    pub nonce_key: Option<[u8; 32]>,
}

impl Config {
    /// Reads every key and reports every fault. `program` is the path of the running program: a build's plugins
    /// and templates lie beside it.
    pub fn read(mut source: Source, program: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        let config = Self {
            listen: source.take("listen", listen, |text| parse_listen(text, "0.0.0.0:8080 or [::]:8080")),
            admin_listen: read_admin_listen(&mut source),
            http: http::Config {
                trusted_proxies: source.take("trusted_proxies", Vec::new(), parse_networks),
                proxy_protocol: source.take("proxy_protocol", false, parse_flag),
            },
            database: read_database(&mut source),
            templates: SearchPath {
                roots: source.take("templates", templates(program), parse_folders),
                custom: source.take("custom_templates", None, |text| parse_folder(text).map(Some)),
            },
            url_forms: source.take("url_forms", UrlForms::default(), parse_url_forms),
            plugins: source.take("plugins", beside(program, "plugins"), |text| Ok(text.into())),
            clock: source.take("clock", Clock::System, parse_clock),
            plugin: read_plugin(&mut source),
            sentry: read_sentry(&mut source),
            auth_server: read_auth_server(&mut source),
            syslog: source.take("syslog", None, parse_syslog),
            nonce_key: source.take("nonce_key", None, |text| nonce_key::parse(text).map(Some)),
        };
        source.finish(config)
    }
}

/// The one key that the commands need which ask a running server.
pub fn read_admin(mut source: Source) -> Result<AdminListen, Vec<Fault>> {
    let listen = read_admin_listen(&mut source);
    source.finish(listen)
}

fn read_admin_listen(source: &mut Source) -> AdminListen {
    source.take("admin_listen", AdminListen::Default(SocketAddr::from(([127, 0, 0, 1], 8081))), |text| {
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
    })
}

fn read_database(source: &mut Source) -> directory::Config {
    let said = source.take("database", None, |text| database_url(text).map(Some));
    let mut config = match said {
        Some(url) => directory::Config::new(url),
        None if source.is_said("database") => directory::Config::new(EMBEDDED_DATABASE),
        None => read_fusionpbx(source),
    };
    config.replica = source.take("database_replica", None, |text| database_url(text).map(Some));
    let connections = u64::from(config.connections_max);
    let connections = source.number("database_connections_max", connections, 1..=1000);
    config.connections_max = u32::try_from(connections).unwrap_or(config.connections_max);
    let wait_ms = u64::try_from(config.start_timeout.as_millis()).unwrap_or(u64::MAX);
    config.start_timeout = Duration::from_millis(source.number("database_wait_ms", wait_ms, 0..=3_600_000));
    config
}

fn database_url(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    // The text may hold a password, so the message does not repeat it.
    if known { Ok(text.to_owned()) } else { Err("a database is `postgres://…` or `sqlite://…`".to_owned()) }
}

/// The database that FusionPBX's own configuration names, where there is a FusionPBX; else the embedded one.
fn read_fusionpbx(source: &mut Source) -> directory::Config {
    let named = source.take("fusionpbx_config", None, |text| match Path::new(text).try_exists() {
        Ok(false) => Err(format!("there is no file {text}")),
        _ => Ok(Some(PathBuf::from(text))),
    });
    let found = match named {
        Some(file) => fusionpbx::find(&[file]),
        None => fusionpbx::find(&fusionpbx::PLACES),
    };
    match found {
        Ok(Some(found)) => directory::Config { named_in: Some(found.file), ..directory::Config::new(found.url) },
        Ok(None) => directory::Config::new(EMBEDDED_DATABASE),
        Err(error) => {
            source.fault("database".to_owned(), error.to_string());
            directory::Config::new(EMBEDDED_DATABASE)
        }
    }
}

fn read_plugin(source: &mut Source) -> plugin::Config {
    let default = plugin::Config::default();
    let size = |source: &mut Source, key, default: usize, bounds: RangeInclusive<u64>| {
        usize::try_from(source.number(key, default as u64, bounds)).unwrap_or(default)
    };
    let count = |source: &mut Source, key, default: u32, bounds: RangeInclusive<u64>| {
        u32::try_from(source.number(key, default.into(), bounds)).unwrap_or(default)
    };
    let memory = (1 << 16)..=(1 << 30);
    plugin::Config {
        cache: source.take("cache", Some(CACHE.into()), |text| Ok(Some(text.into()))),
        // The server's own program, which is no setting.
        compiler: None,
        compile_cpu_s_max: source.number("compile_cpu_s_max", default.compile_cpu_s_max, 1..=3_600),
        compile_memory_bytes_max: {
            source.number("compile_memory_bytes_max", default.compile_memory_bytes_max, (64 << 20)..=(1 << 40))
        },
        code_bytes_max: source.number("code_bytes_max", default.code_bytes_max, (1 << 20)..=(1 << 40)),
        render_timeout_ms: source.number("render_timeout_ms", default.render_timeout_ms, 1..=60_000),
        prepare_timeout_ms: source.number("prepare_timeout_ms", default.prepare_timeout_ms, 1..=600_000),
        render_memory_bytes_max: {
            size(source, "render_memory_bytes_max", default.render_memory_bytes_max, memory.clone())
        },
        prepare_memory_bytes_max: {
            size(source, "prepare_memory_bytes_max", default.prepare_memory_bytes_max, memory.clone())
        },
        output_bytes_max: size(source, "output_bytes_max", default.output_bytes_max, memory.clone()),
        prepare_output_bytes_max: size(source, "prepare_output_bytes_max", default.prepare_output_bytes_max, memory),
        stack_bytes_max: size(source, "stack_bytes_max", default.stack_bytes_max, (1 << 16)..=(1 << 24)),
        table_entries_max: size(source, "table_entries_max", default.table_entries_max, 100..=10_000_000),
        log_lines_max: count(source, "log_lines_max", default.log_lines_max, 0..=10_000),
        log_line_chars_max: size(source, "log_line_chars_max", default.log_line_chars_max, 1..=100_000),
        contacts_rows_max: size(source, "contacts_rows_max", default.contacts_rows_max, 0..=1_000_000),
        questions_max: count(source, "questions_max", default.questions_max, 0..=1_000_000),
        instances_max: count(source, "instances_max", default.instances_max, 1..=1_000),
        component_bytes_max: source.number("component_bytes_max", default.component_bytes_max, 1..=(1 << 30)),
        failures_max: count(source, "failures_max", default.failures_max, 1..=1_000_000),
        cache_bytes_max: source.number("cache_bytes_max", default.cache_bytes_max, (1 << 20)..=(1 << 40)),
    }
}

fn read_sentry(source: &mut Source) -> sentry::Config {
    let default = sentry::Config::default();
    let mut limit =
        |key, default: u32| u32::try_from(source.number(key, u64::from(default), 0..=1_000_000)).unwrap_or(default);
    sentry::Config {
        per_network_max: limit("guesses_per_network_max", default.per_network_max),
        per_oui_max: limit("guesses_per_oui_max", default.per_oui_max),
        inserts_per_minute_max: limit("auto_inserts_per_minute_max", default.inserts_per_minute_max),
        window_s: source.number("guess_window_s", default.window_s, 1..=86_400),
    }
}

fn parse_syslog(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "off" => Ok(None),
        "on" => Ok(Some(syslog::SOCKET.into())),
        path if path.starts_with('/') => Ok(Some(path.into())),
        other => Err(format!("`{other}` is neither on, off nor a socket's path; write for instance /dev/log")),
    }
}

fn read_auth_server(source: &mut Source) -> Option<auth_server::Config> {
    let timeout = source.number("auth_server_timeout_ms", auth_server::Config::TIMEOUT_MS, 100..=20_000);
    let authority = source.take("auth_server_ca", None, |text| Ok(Some(text.into())));
    let url = source.take("auth_server", None, |text| auth_server::Config::parse_url(text).map(Some))?;
    Some(auth_server::Config { url, timeout: Duration::from_millis(timeout), authority })
}

fn parse_listen(text: &str, instance: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is no address and port; write for instance {instance}"))
}

fn parse_networks(text: &str) -> Result<Vec<Network>, String> {
    let texts = text.split([',', source::LIST]).filter(|text| !text.trim().is_empty());
    let read = |text| Network::parse(text).ok_or(text);
    texts.map(read).collect::<Result<_, _>>().map_err(|text| {
        format!("`{}` is no network; write for instance 127.0.0.1,192.0.2.0/24,2001:db8::/32", text.trim())
    })
}

fn parse_flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

fn parse_clock(text: &str) -> Result<Clock, String> {
    let moment = text.parse();
    moment
        .map(Clock::Fixed)
        .map_err(|_| format!("`{text}` is no RFC 3339 time; write for instance 2026-07-01T12:00:00Z"))
}

fn parse_url_forms(text: &str) -> Result<UrlForms, String> {
    match text {
        "fusionpbx" => Ok(UrlForms::FusionPbx),
        "phones" => Ok(UrlForms::Phones),
        "all" => Ok(UrlForms::All),
        _ => Err(format!("`{text}` is none of `fusionpbx`, `phones` and `all`")),
    }
}

fn parse_folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if folder.is_dir() { Ok(folder) } else { Err(format!("there is no folder {text}")) }
}

fn parse_folders(text: &str) -> Result<Vec<PathBuf>, String> {
    let folders: Vec<_> = text
        .split([':', source::LIST])
        .filter(|folder| !folder.is_empty())
        .map(parse_folder)
        .collect::<Result<_, _>>()?;
    if folders.is_empty() { Err("names no folder".to_owned()) } else { Ok(folders) }
}

/// FusionPBX's templates where it is installed (it uses the first of its places alone), then ours.
fn templates(program: Option<&Path>) -> Vec<PathBuf> {
    let theirs = FUSIONPBX_TEMPLATES.iter().map(PathBuf::from).find(|folder| folder.is_dir());
    let ours = Some(beside(program, "templates")).filter(|folder| folder.is_dir());
    theirs.into_iter().chain(ours).collect()
}

/// A folder of ours: beside a build's program (`target/release/dialplate` finds `target/plugins` and the
/// repository's `templates`), else where a package puts it.
fn beside(program: Option<&Path>, name: &str) -> PathBuf {
    let above = program.into_iter().flat_map(|program| program.ancestors().skip(2).take(2));
    let found = above.map(|folder| folder.join(name)).find(|folder| folder.is_dir());
    found.unwrap_or_else(|| Path::new(SHARED).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn read(
        environment: &[(&str, &str)],
        flags: &[(&'static str, &str)],
        file: Option<&Path>,
    ) -> Result<Config, Vec<Fault>> {
        let environment: HashMap<_, _> = environment.iter().copied().collect();
        let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let source = Source::new(flags, &|name| environment.get(name).map(|value| (*value).to_owned()), file);
        Config::read(source, None)
    }

    #[test]
    fn flag_precedes_environment_and_environment_precedes_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialplate.toml");
        std::fs::write(&file, "listen = '127.0.0.1:1'\nclock = 2026-07-01T12:00:00Z\n").unwrap();
        let listens =
            |environment: &[_], flags: &[_]| read(environment, flags, Some(&file)).ok().unwrap().listen.port();
        assert_eq!(listens(&[], &[]), 1);
        assert_eq!(listens(&[("DIALPLATE_LISTEN", "127.0.0.1:2")], &[]), 2);
        assert_eq!(listens(&[("DIALPLATE_LISTEN", "127.0.0.1:2")], &[("listen", "127.0.0.1:3")]), 3);
        assert!(read(&[], &[], Some(&file)).ok().unwrap().clock != Clock::System);
    }

    #[test]
    fn every_fault_is_reported_at_once_and_names_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialplate.toml");
        std::fs::write(&file, "colour = 'green'\nclock = 'noon'\n").unwrap();
        let environment = [("DIALPLATE_LISTEN", "everywhere"), ("DIALPLATE_TEMPLATES", "/nowhere/at/all")];
        let faults = read(&environment, &[("render_timeout_ms", "soon")], Some(&file)).err().unwrap();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        for expected in
            ["colour in ", "clock in ", "DIALPLATE_LISTEN: ", "DIALPLATE_TEMPLATES: ", "--render-timeout-ms: "]
        {
            assert!(faults.iter().any(|fault| fault.starts_with(expected)), "{expected} in {faults:?}");
        }
        assert_eq!(faults.len(), 5);
    }

    #[test]
    fn proposed_admin_listen_is_loopback_only() {
        for key in ["listen", "admin_listen"] {
            let faults = read(&[], &[(key, "localhost:8081")], None).err().unwrap();
            let proposed = faults[0].what.split_once("for instance ").unwrap().1.split_once(' ').unwrap().0;
            assert!(read(&[], &[(key, proposed)], None).is_ok(), "{key}: {proposed}");
        }
    }

    #[test]
    fn networks_are_a_list_in_a_flag_and_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialplate.toml");
        std::fs::write(&file, "trusted_proxies = ['10.0.0.0/8', '::1']\nproxy_protocol = true\n").unwrap();
        let http = read(&[], &[], Some(&file)).ok().unwrap().http;
        let networks = |texts: &[&str]| texts.iter().map(|text| Network::parse(text).unwrap()).collect::<Vec<_>>();
        assert_eq!((http.trusted_proxies, http.proxy_protocol), (networks(&["10.0.0.0/8", "::1"]), true));
        let http = read(&[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1, ::1")], &[], None).ok().unwrap().http;
        assert_eq!((http.trusted_proxies, http.proxy_protocol), (networks(&["127.0.0.1", "::1"]), false));
        let faults = read(&[], &[("trusted_proxies", "10.0.0.0/8,nginx")], None).err().unwrap();
        assert!(faults[0].to_string().contains("`nginx` is no network"), "{}", faults[0]);
    }

    #[test]
    fn a_bad_database_is_refused_without_being_repeated() {
        let faults = read(&[("DIALPLATE_DATABASE", "mysql://u:s3cret@db/x")], &[], None).err().unwrap();
        assert!(!faults[0].to_string().contains("s3cret"));
    }
}
