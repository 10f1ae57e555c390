//! Keys of the listeners, the database, the templates and the plugins.

use super::key::{ConfigKey, absent, fixed, number};
use super::secrecy;
use crate::directory::{self, DatabaseUrl};

/// More memory than any machine of a PBX has.
const FACTS_BYTES_MAX: u64 = 1 << 40;

pub fn addresses() -> Vec<ConfigKey> {
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

pub fn database() -> Vec<ConfigKey> {
    let defaults = directory::Config::new(DatabaseUrl::embedded());
    vec![
        fixed(
            "data",
            "folder",
            "data",
            "Folder for what the server writes: the embedded database, and `cache`, `uploads` and `journal` if their keys name no other places",
        ),
        absent(
            "database",
            "URL",
            "the database in FusionPBX's configuration; without FusionPBX, `sqlite://data/dialplate.db`, created at the first start",
            "postgres://fusionpbx:password@127.0.0.1:5432/fusionpbx",
            "FusionPBX's database, `postgres://…`, or `sqlite://…` with the same tables",
        )
        .kept_secret(secrecy::DATABASE),
        absent(
            "database_password_file",
            "file",
            "`PGPASSWORD` and `~/.pgpass`, as for PostgreSQL's own programs",
            "/etc/dialplate/database-password",
            "File whose first line is the password for a `database` and a `database_replica` without a password in the URL",
        ),
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
        .kept_secret(secrecy::DATABASE),
        fixed(
            "provision_dialect",
            "release",
            "auto",
            "FusionPBX release whose variables templates get: `5.0`, `5.1`, `5.2`, `5.3`, `5.4`, `5.5` (5.5.7 and older) or `master`. `auto`: the newest release with the tables of the database, which is 5.3 for those of 5.1 to 5.3, and `master` for those of 5.5",
        ),
        number(
            "database_connections_max",
            "connections",
            defaults.connections_max,
            1..=1000,
            "Limit on open connections to the database; one more looks for changes, and with triggers another one listens",
        ),
        number(
            "facts_bytes_max",
            "bytes",
            defaults.facts_bytes_max,
            0..=FACTS_BYTES_MAX,
            "Memory, about, for what was read from the database. It is used again while the database is unchanged. `0`: each request reads anew",
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

pub fn templates_and_plugins() -> Vec<ConfigKey> {
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
        absent(
            "plugins_ca",
            "file",
            "the system's certificate authorities",
            "/etc/dialplate/authorities.pem",
            "Certificate authorities (PEM) for the servers that `dialplate plugin install` and `update` download from",
        ),
        absent(
            "plugins_registry_auth",
            "file",
            "the file of `docker login` of the command's user",
            "/etc/dialplate/registries.json",
            "Passwords for the OCI registries that `dialplate plugin install` and `update` download from, as `docker login` writes them",
        ),
        absent(
            "plugins_trusted_keys",
            "keys",
            "none",
            "RWSsRsoNw4X60mW15DKEI717EbZxHoxrHhKipDPtB63V4F4inDki0KTV",
            "minisign's public keys, or their files, separated by commas. A plugin with a signature that none of these keys made, or that does not match or has expired, is refused",
        ),
        fixed(
            "plugins_require_signature",
            "flag",
            "false",
            "Whether plugins without a signature are refused, and plugins that are older than the version that served before",
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
