//! Every key of the configuration, once: the flags, the environment, the file and the help are made from this table.

/// One key. Its flag is `--name`, its environment variable `DIALPLATE_NAME`, its key in the file `name`.
pub struct Key {
    pub name: &'static str,
    pub value: &'static str,
    pub help: &'static str,
}

impl Key {
    pub fn environment(&self) -> String {
        format!("DIALPLATE_{}", self.name.to_ascii_uppercase())
    }
}

const fn key(name: &'static str, value: &'static str, help: &'static str) -> Key {
    Key { name, value, help }
}

pub const KEYS: &[Key] = &[
    key("listen", "ADDRESS", "address and port to serve on [127.0.0.1:8080]"),
    key(
        "trusted_proxies",
        "NETWORKS",
        "proxies whose X-Forwarded-For, X-Real-IP, X-Forwarded-Proto and X-Original-URI count, with `,` between [none]",
    ),
    key(
        "proxy_protocol",
        "FLAG",
        "whether trusted proxies begin every connection with a header of the PROXY protocol, version 1 or 2 [false]",
    ),
    key(
        "database",
        "URL",
        "FusionPBX's database, postgres://…, or sqlite://… with the same tables [the one of FusionPBX's own configuration, else sqlite://data/dialplate.db, made on first start]",
    ),
    key(
        "fusionpbx_config",
        "FILE",
        "FusionPBX's own configuration, for its database [/etc/fusionpbx/config.conf, or where its releases have it]",
    ),
    key(
        "database_replica",
        "URL",
        "a replica of that database to read from; what is written goes to the database [none]",
    ),
    key(
        "templates",
        "FOLDERS",
        "template folders with `:` between, first wins [FusionPBX's where it is installed, then ours]",
    ),
    key(
        "custom_templates",
        "FOLDER",
        "folder of your own, laid out like a template folder; a file in it replaces the one of the same name [none]",
    ),
    key(
        "url_forms",
        "WHICH",
        "`fusionpbx`: the URLs of FusionPBX's nginx sites alone; `phones`: also those that phones use and no site knows; `all`: also boot files, and addresses in any path [phones]",
    ),
    key("plugins", "FOLDER", "folder of the vendors' components [the one beside the program]"),
    key(
        "admin_listen",
        "ADDRESS",
        "loopback address and port of the admin endpoint, or `off` [127.0.0.1:8081 where that is free]",
    ),
    key("clock", "TIME", "a clock that stands still at this RFC 3339 time, for reproducible output [the system's]"),
    key("cache", "FOLDER", "folder for compiled components [data/cache]"),
    key("database_connections_max", "NUMBER", "connections to the database at most [8]"),
    key("database_wait_ms", "NUMBER", "how long a start waits for a database that does not answer yet [30000]"),
    key(
        "syslog",
        "SOCKET",
        "where refusals are written for fail2ban: `on` for /dev/log, or another daemon's socket [off]",
    ),
    key(
        "auth_server",
        "URL",
        "a server that is asked about each request, as FusionPBX's `auth_server`: POST of mac and secret, `false` refuses [none]",
    ),
    key("auth_server_timeout_ms", "NUMBER", "how long the auth server is waited for; then 503 [3000]"),
    key(
        "auth_server_ca",
        "FILE",
        "certificate authorities (PEM) that the auth server is checked against [the system's]",
    ),
    key(
        "nonce_key",
        "KEY",
        "key that signs digest nonces, for servers that share it: 64 or more hexadecimal digits, or a file with them [random at each start]",
    ),
    key(
        "guesses_per_network_max",
        "NUMBER",
        "failed requests of one network (IPv4 /24, IPv6 /64) within the window; beyond it 429, 0 = no limit [120]",
    ),
    key(
        "guesses_per_oui_max",
        "NUMBER",
        "failed requests for one maker's devices within the window; beyond it 429, 0 = no limit [1200]",
    ),
    key("guess_window_s", "SECONDS", "how long failed requests count [600]"),
    key(
        "auto_inserts_per_minute_max",
        "NUMBER",
        "devices that auto insert makes for one network in a minute, twenty times as many in a day; 0 = no limit [30]",
    ),
    key("render_timeout_ms", "NUMBER", "how long a plugin may render one file [5000]"),
    key("prepare_timeout_ms", "NUMBER", "how long a plugin may take to prepare its templates [30000]"),
    key("render_memory_bytes_max", "NUMBER", "memory one render may use beyond its prepared templates [67108864]"),
    key("prepare_memory_bytes_max", "NUMBER", "memory a plugin may use to prepare its templates [268435456]"),
    key("output_bytes_max", "NUMBER", "size of a rendered file at most [16777216]"),
    key("prepare_output_bytes_max", "NUMBER", "what a plugin may say of itself and its templates [67108864]"),
    key("stack_bytes_max", "NUMBER", "stack of a plugin's nested calls [1048576]"),
    key("table_entries_max", "NUMBER", "functions a plugin may call through one table of pointers [100000]"),
    key("log_lines_max", "NUMBER", "lines a plugin may log in one call; the rest are counted [32]"),
    key("log_line_chars_max", "NUMBER", "characters of such a line; the rest are cut [1000]"),
    key("contacts_rows_max", "NUMBER", "contacts that a phone book may have [20000]"),
    key("questions_max", "NUMBER", "how often one render may ask for contacts or an extension [1000]"),
    key("instances_max", "NUMBER", "renders at the same time; others wait for their turn [64]"),
    key("failures_max", "NUMBER", "failures in a row after which a plugin is tried less often [5]"),
    key("compile_cpu_s_max", "SECONDS", "processor time that compiling a plugin may take [60]"),
    key("compile_memory_bytes_max", "NUMBER", "memory that compiling a plugin may take [2147483648]"),
    key("code_bytes_max", "NUMBER", "size of a plugin's machine code with its prepared templates [536870912]"),
    key("component_bytes_max", "NUMBER", "size of a plugin's file at most [67108864]"),
    key("cache_bytes_max", "NUMBER", "size of the cache of compiled components; the oldest go first [1073741824]"),
];
