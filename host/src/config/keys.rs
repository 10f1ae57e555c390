//! The registry of configuration keys. Flags, environment variables, the file, `--help`, `dialplate config` and the
//! table in `docs/administration.md` are made from it. A default that a room's `Config` has is taken from there.

use crate::directory::DatabaseUrl;
use crate::{auth_server, directory, plugin, sentry};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// One key. Its flag is `--name` with `-` for `_`, its environment variable `DIALPLATE_NAME`.
pub struct ConfigKey {
    pub name: &'static str,
    /// What a value is, or the unit of a number: `address`, `ms`.
    pub unit: &'static str,
    pub default: DefaultValue,
    /// The least and the greatest value of a number.
    pub bounds: Option<RangeInclusive<u64>>,
    /// How a value that may hold a secret is shown.
    pub mask: Option<fn(&str) -> String>,
    /// One sentence without a full stop, in Markdown.
    pub doc: &'static str,
}

pub enum DefaultValue {
    /// Written as for the flag.
    Fixed(String),
    /// The server does without a value, or finds one: what it does then, and an example of a value.
    Absent { meaning: &'static str, example: &'static str },
}

impl ConfigKey {
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    pub fn environment(&self) -> String {
        format!("DIALPLATE_{}", self.name.to_ascii_uppercase())
    }

    /// The value as an operator may see it.
    pub fn masked(&self, value: &str) -> String {
        self.mask.map_or_else(|| value.to_owned(), |mask| mask(value))
    }

    fn masked_by(self, mask: fn(&str) -> String) -> Self {
        Self { mask: Some(mask), ..self }
    }
}

/// The key of this name.
pub fn find(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| key.name == name)
}

fn fixed(name: &'static str, unit: &'static str, default: &str, doc: &'static str) -> ConfigKey {
    ConfigKey { name, unit, default: DefaultValue::Fixed(default.to_owned()), bounds: None, mask: None, doc }
}

fn absent(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    example: &'static str,
    doc: &'static str,
) -> ConfigKey {
    ConfigKey { name, unit, default: DefaultValue::Absent { meaning, example }, bounds: None, mask: None, doc }
}

fn number(
    name: &'static str,
    unit: &'static str,
    default: impl TryInto<u64>,
    bounds: RangeInclusive<u64>,
    doc: &'static str,
) -> ConfigKey {
    let default = default.try_into().unwrap_or(u64::MAX);
    ConfigKey { bounds: Some(bounds), ..fixed(name, unit, &default.to_string(), doc) }
}

fn hidden(_: &str) -> String {
    "(hidden)".to_owned()
}

fn masked_database(url: &str) -> String {
    DatabaseUrl::parse(url).map_or_else(|_| hidden(url), |url| url.masked())
}

/// Scheme and host: path and query may hold a secret.
fn masked_url(url: &str) -> String {
    let host = url.split_once("://").map(|(scheme, rest)| (scheme, rest.split(['/', '?', '#']).next().unwrap_or("")));
    host.map_or_else(|| hidden(url), |(scheme, host)| format!("{scheme}://{host}/(hidden)"))
}

pub static KEYS: LazyLock<Vec<ConfigKey>> = LazyLock::new(|| {
    let groups = [addresses(), database(), templates_and_plugins(), access(), render_limits(), build_limits()];
    groups.into_iter().flatten().collect()
});

fn addresses() -> Vec<ConfigKey> {
    vec![
        fixed("listen", "address", "127.0.0.1:8080", "Address and port that phones connect to"),
        fixed(
            "admin_listen",
            "address",
            "127.0.0.1:8081",
            "Loopback address and port of the admin endpoint, or `off`. If the default port is taken, the server starts without the endpoint",
        ),
        absent(
            "trusted_proxies",
            "networks",
            "none",
            "127.0.0.1,10.0.0.0/8",
            "Networks of the proxies, separated by commas, whose X-Forwarded-For, X-Real-IP, X-Forwarded-Proto and X-Original-URI headers the server trusts",
        ),
        fixed(
            "proxy_protocol",
            "flag",
            "false",
            "Whether trusted proxies start each connection with a header of the PROXY protocol, version 1 or 2",
        ),
        fixed(
            "url_forms",
            "forms",
            "phones",
            "URLs that the server answers. `fusionpbx`: those of FusionPBX's nginx sites; `phones`: also those that phones request and no site has a rule for; `all`: also boot files, and device addresses in any path",
        ),
    ]
}

fn database() -> Vec<ConfigKey> {
    let defaults = directory::Config::new(DatabaseUrl::embedded());
    vec![
        absent(
            "database",
            "URL",
            "the database in FusionPBX's configuration; without FusionPBX, `sqlite://data/dialplate.db`, created at the first start",
            "postgres://fusionpbx:password@127.0.0.1:5432/fusionpbx",
            "FusionPBX's database, `postgres://…`, or `sqlite://…` with the same tables",
        )
        .masked_by(masked_database),
        absent(
            "fusionpbx_config",
            "file",
            "the first of `config.conf`, `config.php` and `config.lua` in FusionPBX's usual folders",
            "/etc/fusionpbx/config.conf",
            "FusionPBX's configuration file, which names its database",
        ),
        absent(
            "database_replica",
            "URL",
            "none",
            "postgres://dialplate:password@192.0.2.7:5432/fusionpbx",
            "Replica of the database. The server reads from the replica and writes to the database",
        )
        .masked_by(masked_database),
        number(
            "database_connections_max",
            "connections",
            defaults.connections_max,
            1..=1000,
            "Limit on open connections to the database",
        ),
        number(
            "database_wait_ms",
            "ms",
            defaults.start_timeout.as_millis(),
            0..=3_600_000,
            "How long a starting server waits for a database that does not answer yet",
        ),
    ]
}

fn templates_and_plugins() -> Vec<ConfigKey> {
    vec![
        absent(
            "templates",
            "folders",
            "FusionPBX's templates if it is installed, then Dialplate's own",
            "/var/www/fusionpbx/resources/templates/provision:/opt/dialplate/templates",
            "Template folders, separated by colons. The first that has a device's template is used",
        ),
        absent(
            "custom_templates",
            "folder",
            "none",
            "/etc/dialplate/templates",
            "Folder of your own, laid out like a template folder. A file in it replaces the one of the same name",
        ),
        absent(
            "plugins",
            "folder",
            "the folder next to the program",
            "/opt/dialplate/target/plugins",
            "Folder of the plugins, one component per vendor",
        ),
        fixed("cache", "folder", "data/cache", "Folder for compiled plugins"),
        absent(
            "clock",
            "time",
            "the system's time",
            "2026-07-01T12:00:00Z",
            "RFC 3339 time at which rendered files see the clock stopped, for reproducible output",
        ),
    ]
}

fn access() -> Vec<ConfigKey> {
    let limits = sentry::Config::default();
    vec![
        absent(
            "auth_server",
            "URL",
            "none",
            "https://auth.example.net/check.php",
            "Server that is asked about each request, like FusionPBX's `auth_server`: POST with mac and secret; the answer `false` refuses",
        )
        .masked_by(masked_url),
        number(
            "auth_server_timeout_ms",
            "ms",
            auth_server::Config::TIMEOUT_MS,
            100..=20_000,
            "How long the server waits for the auth server; after that it answers 503",
        ),
        absent(
            "auth_server_ca",
            "file",
            "the system's certificate authorities",
            "/etc/dialplate/authorities.pem",
            "Certificate authorities (PEM) for the auth server's certificate",
        ),
        fixed(
            "syslog",
            "socket",
            "off",
            "Where refusals are logged for fail2ban: `on` for `/dev/log`, the path of another syslog socket, or `off`",
        ),
        absent(
            "nonce_key",
            "key",
            "random at each start",
            "/etc/dialplate/nonce.key",
            "Key that signs digest nonces, shared by servers behind one address: 64 or more hexadecimal digits, or a file that holds them",
        )
        .masked_by(hidden),
        number(
            "guesses_per_network_max",
            "requests",
            limits.per_network_max,
            0..=1_000_000,
            "Limit on failed requests of one network (IPv4 /24, IPv6 /64) within the window; further requests get 429. 0 is no limit",
        ),
        number(
            "guesses_per_oui_max",
            "requests",
            limits.per_oui_max,
            0..=1_000_000,
            "Limit on failed requests for devices of one manufacturer (OUI) within the window; further requests get 429. 0 is no limit",
        ),
        number("guess_window_s", "s", limits.window_s, 1..=86_400, "How long a failed request counts"),
        number(
            "auto_inserts_per_minute_max",
            "devices",
            limits.inserts_per_minute_max,
            0..=1_000_000,
            "Limit on devices that auto insert creates for one network per minute; per day, twenty times as many. 0 is no limit",
        ),
    ]
}

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// What a plugin may use for one render.
fn render_limits() -> Vec<ConfigKey> {
    let limits = plugin::Config::default();
    let memory = (64 << 10)..=GIB;
    vec![
        number("render_timeout_ms", "ms", limits.render_timeout_ms, 1..=60_000, "Time limit for rendering one file"),
        number(
            "render_memory_bytes_max",
            "bytes",
            limits.render_memory_bytes_max,
            memory.clone(),
            "Memory that one render may use beyond the prepared templates",
        ),
        number("output_bytes_max", "bytes", limits.output_bytes_max, memory, "Size limit of a rendered file"),
        number(
            "stack_bytes_max",
            "bytes",
            limits.stack_bytes_max,
            (64 << 10)..=16 * MIB,
            "Stack of a plugin's nested calls",
        ),
        number(
            "table_entries_max",
            "entries",
            limits.table_entries_max,
            100..=10_000_000,
            "Functions that a plugin may call through one table of pointers",
        ),
        number(
            "contacts_rows_max",
            "rows",
            limits.contacts_rows_max,
            0..=1_000_000,
            "Contacts that a phone book may have",
        ),
        number(
            "questions_max",
            "calls",
            limits.questions_max,
            0..=1_000_000,
            "How often one render may ask for contacts or an extension",
        ),
        number(
            "log_lines_max",
            "lines",
            limits.log_lines_max,
            0..=10_000,
            "Lines that a plugin may log in one call; further lines are only counted",
        ),
        number(
            "log_line_chars_max",
            "characters",
            limits.log_line_chars_max,
            1..=100_000,
            "Length of a plugin's log line; the rest is cut off",
        ),
        number(
            "instances_max",
            "renders",
            limits.instances_max,
            1..=1_000,
            "Renders at the same time; further ones wait",
        ),
        number(
            "failures_max",
            "renders",
            limits.failures_max,
            1..=1_000_000,
            "Failed renders in a row after which a plugin is only retried now and then",
        ),
    ]
}

/// What a plugin may use to be compiled and prepared with its templates.
fn build_limits() -> Vec<ConfigKey> {
    let limits = plugin::Config::default();
    let memory = (64 << 10)..=GIB;
    vec![
        number("component_bytes_max", "bytes", limits.component_bytes_max, 1..=GIB, "Size limit of a plugin's file"),
        number(
            "prepare_timeout_ms",
            "ms",
            limits.prepare_timeout_ms,
            1..=600_000,
            "Time limit for preparing a plugin with its templates",
        ),
        number(
            "prepare_memory_bytes_max",
            "bytes",
            limits.prepare_memory_bytes_max,
            memory.clone(),
            "Memory that a plugin may use to prepare its templates",
        ),
        number(
            "prepare_output_bytes_max",
            "bytes",
            limits.prepare_output_bytes_max,
            memory,
            "Size limit of a plugin's description of itself and its templates",
        ),
        number(
            "compile_cpu_s_max",
            "s",
            limits.compile_cpu_s_max,
            1..=3_600,
            "Processor time that compiling a plugin may take",
        ),
        number(
            "compile_memory_bytes_max",
            "bytes",
            limits.compile_memory_bytes_max,
            64 * MIB..=TIB,
            "Memory that compiling a plugin may take",
        ),
        number(
            "code_bytes_max",
            "bytes",
            limits.code_bytes_max,
            MIB..=TIB,
            "Size limit of a plugin's machine code with its prepared templates",
        ),
        number(
            "cache_bytes_max",
            "bytes",
            limits.cache_bytes_max,
            MIB..=TIB,
            "Size limit of the cache of compiled plugins; the oldest files are removed first",
        ),
    ]
}
