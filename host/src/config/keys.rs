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
        "FusionPBX's database, postgres://…, or sqlite://… with the same tables [sqlite://data/dialplate.db, made on first start]",
    ),
    key(
        "templates",
        "FOLDERS",
        "template folders with `:` between, first wins [FusionPBX's where it is installed, then ours]",
    ),
    key("plugins", "FOLDER", "folder of the vendors' components [the one beside the program]"),
    key("clock", "TIME", "a clock that stands still at this RFC 3339 time, for reproducible output [the system's]"),
    key("cache", "FOLDER", "folder for compiled components [data/cache]"),
    key("database_connections_max", "NUMBER", "connections to the database at most [8]"),
    key("render_timeout_ms", "NUMBER", "how long a plugin may render one file [5000]"),
    key("prepare_timeout_ms", "NUMBER", "how long a plugin may take to prepare its templates [30000]"),
    key("render_memory_bytes_max", "NUMBER", "memory one render may use beyond its prepared templates [67108864]"),
    key("output_bytes_max", "NUMBER", "size of a rendered file at most [16777216]"),
];
