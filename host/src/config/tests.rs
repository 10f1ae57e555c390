use super::*;
use std::collections::HashMap;

fn source(environment: &[(&str, &str)], flags: &[(&'static str, &str)], file: Option<&Path>) -> ConfigSource {
    let environment: HashMap<_, _> = environment.iter().copied().collect();
    let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned()));
    ConfigSource::new(flags, &|name| environment.get(name).map(|value| (*value).to_owned()), file)
}

fn read(
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
    file: Option<&Path>,
) -> Result<Config, Vec<ConfigError>> {
    Config::read(source(environment, flags, file), None)
}

/// A configuration file in a folder of its own.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dialplate.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

/// Keys, and the others without which they mean nothing.
type Needed = (&'static [&'static str], &'static [(&'static str, &'static str)]);

const NEEDED: [Needed; 3] = [
    (&["tftp_listen"], &[("tftp_networks", "192.0.2.0/24")]),
    (&["tls_listen", "tls_cert", "tls_key"], &[("tls_cert", "/c.pem"), ("tls_key", "/k.pem")]),
    (
        &["client_verify_header", "client_subject_header", "client_certificate_header"],
        &[("client_verify_header", "X-V"), ("client_subject_header", "X-S"), ("trusted_proxies", "127.0.0.1")],
    ),
];

fn values(source: ConfigSource) -> Vec<(&'static str, Option<String>)> {
    let values = effective(source, None).unwrap();
    values.into_iter().map(|value| (value.key.name, value.value)).collect()
}

#[test]
fn flag_wins_over_environment_and_environment_over_file() {
    let (_folder, file) = file("listen = '127.0.0.1:1'\nclock = 2026-07-01T12:00:00Z\n");
    let listens = |environment: &[_], flags: &[_]| read(environment, flags, Some(&file)).ok().unwrap().listen.port();
    assert_eq!(listens(&[], &[]), 1);
    assert_eq!(listens(&[("DIALPLATE_LISTEN", "127.0.0.1:2")], &[]), 2);
    assert_eq!(listens(&[("DIALPLATE_LISTEN", "127.0.0.1:2")], &[("listen", "127.0.0.1:3")]), 3);
    assert!(read(&[], &[], Some(&file)).ok().unwrap().clock != Clock::System);
}

#[test]
fn all_errors_are_reported_at_once_with_their_places() {
    let (_folder, file) = file("colour = 'green'\nclock = 'noon'\n");
    let environment = [("DIALPLATE_LISTEN", "everywhere"), ("DIALPLATE_TEMPLATES", "/nowhere/at/all")];
    let errors = read(&environment, &[("render_timeout_ms", "soon")], Some(&file)).err().unwrap();
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    for expected in ["colour in ", "clock in ", "DIALPLATE_LISTEN: ", "DIALPLATE_TEMPLATES: ", "--render-timeout-ms: "]
    {
        assert!(errors.iter().any(|error| error.starts_with(expected)), "{expected} in {errors:?}");
    }
    assert_eq!(errors.len(), 5);
}

#[test]
fn toml_error_names_file_and_line() {
    let (_folder, file) = file("listen = '127.0.0.1:1'\n\nclock = noon\n");
    let errors = read(&[], &[], Some(&file)).err().unwrap();
    assert!(errors[0].place.ends_with("dialplate.toml:3"), "{}", errors[0]);
}

#[test]
fn proposed_addresses_are_valid() {
    for key in ["listen", "admin_listen"] {
        let errors = read(&[], &[(key, "localhost:8081")], None).err().unwrap();
        let proposed = errors[0].reason.split_once("for instance ").unwrap().1.split_once(' ').unwrap().0;
        assert!(read(&[], &[(key, proposed)], None).is_ok(), "{key}: {proposed}");
    }
    let errors = read(&[], &[("admin_listen", "0.0.0.0:8081")], None).err().unwrap();
    assert!(errors[0].reason.contains("other machines"), "{}", errors[0]);
}

#[test]
fn networks_are_a_list_in_flags_and_files() {
    let (_folder, file) = file("trusted_proxies = ['10.0.0.0/8', '::1']\nproxy_protocol = true\n");
    let http = read(&[], &[], Some(&file)).ok().unwrap().http;
    let networks = |texts: &[&str]| texts.iter().map(|text| Network::parse(text).unwrap()).collect::<Vec<_>>();
    assert_eq!((http.trusted_proxies, http.proxy_protocol), (networks(&["10.0.0.0/8", "::1"]), true));
    let http = read(&[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1, ::1")], &[], None).ok().unwrap().http;
    assert_eq!((http.trusted_proxies, http.proxy_protocol), (networks(&["127.0.0.1", "::1"]), false));
    let errors = read(&[], &[("trusted_proxies", "10.0.0.0/8,nginx")], None).err().unwrap();
    assert!(errors[0].to_string().contains("`nginx` is not a network"), "{}", errors[0]);
}

#[test]
fn invalid_database_is_refused_without_repeating_it() {
    let errors = read(&[("DIALPLATE_DATABASE", "mysql://u:s3cret@db/x")], &[], None).err().unwrap();
    assert!(!errors[0].to_string().contains("s3cret"));
}

#[test]
fn every_number_is_held_to_its_bounds() {
    for key in KEYS.iter() {
        let Some(bounds) = &key.bounds else { continue };
        for (value, is_valid) in
            [(Some(*bounds.start()), true), (Some(*bounds.end()), true), (bounds.end().checked_add(1), false)]
        {
            let value = value.unwrap().to_string();
            assert_eq!(read(&[], &[(key.name, &value)], None).is_ok(), is_valid, "{} = {value}", key.name);
        }
    }
}

#[test]
fn default_file_changes_nothing() {
    let (_folder, file) = file(&default_file());
    assert_eq!(values(source(&[], &[], Some(&file))), values(source(&[], &[], None)));
}

#[test]
fn default_file_without_comment_signs_sets_the_defaults() {
    let lines: Vec<_> = default_file().lines().map(str::to_owned).filter(|line| !line.starts_with("# ")).collect();
    let text = lines.join("\n").replace('#', "");
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table.len(), KEYS.len(), "{text}");
    let fixed = |key: &&ConfigKey| matches!(key.default, keys::DefaultValue::Fixed(_));
    let fixed: toml::Table =
        KEYS.iter().filter(fixed).map(|key| (key.name.to_owned(), table[key.name].clone())).collect();
    let (_folder, file) = self::file(&fixed.to_string());
    assert_eq!(values(source(&[], &[], Some(&file))), values(source(&[], &[], None)));
}

#[test]
fn every_example_is_valid() {
    let (folder, _) = file("");
    for key in KEYS.iter() {
        let keys::DefaultValue::Absent { example, .. } = key.default else { continue };
        // Files and folders of an example do not exist here.
        let (folder, nonce) = (folder.path(), folder.path().join("nonce.key"));
        std::fs::write(&nonce, "00ff".repeat(16)).unwrap();
        let nonce = nonce.display().to_string();
        let value = match key.unit {
            "folder" | "folders" => folder.display().to_string(),
            "key" => nonce.clone(),
            "file" if key.name.ends_with("password_file") || key.name == "pin_secret_file" => nonce.clone(),
            "file" if key.name == "fusionpbx_config" => continue,
            _ => example.to_owned(),
        };
        let needed = NEEDED.iter().filter(|(keys, _)| keys.contains(&key.name)).flat_map(|(_, others)| *others);
        // A user and a password need each other.
        let pair = match key.name {
            "resync_sip_user" => Some(("resync_sip_password_file", nonce.as_str())),
            "resync_sip_password_file" => Some(("resync_sip_user", "101")),
            _ => None,
        };
        let others = needed.copied().filter(|(name, _)| *name != key.name).chain(pair);
        let given: Vec<_> = others.chain([(key.name, &*value)]).collect();
        assert!(read(&[], &given, None).is_ok(), "{}", key.name);
    }
}

#[test]
fn every_key_is_in_help_table_and_file() {
    let (table, file) = (markdown_table(), default_file());
    for key in KEYS.iter() {
        assert!(help(key).contains(&key.environment()), "{}", key.name);
        assert!(table.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        assert!(file.contains(&format!("\n#{} = ", key.name)), "{}", key.name);
        assert!(!key.doc.ends_with('.') && !key.doc.contains(['|', '\n']), "{}", key.name);
    }
}

#[test]
fn effective_values_name_their_origin() {
    let (_folder, file) = file("cache = '/srv/cache'\ntrusted_proxies = ['::1', '10.0.0.0/8']\n");
    let source = source(&[("DIALPLATE_LISTEN", "127.0.0.1:2")], &[("questions_max", "7")], Some(&file));
    let text = effective_lines(&effective(source, None).unwrap());
    for line in [
        "listen = \"127.0.0.1:2\"  # environment DIALPLATE_LISTEN",
        "questions_max = 7  # flag --questions-max",
        &format!("cache = \"/srv/cache\"  # file {}", file.display()),
        &format!("trusted_proxies = [\"::1\", \"10.0.0.0/8\"]  # file {}", file.display()),
        "render_timeout_ms = 5000  # default",
        "plugins = \"/usr/share/dialplate/plugins\"  # default",
        "# database_replica is not set: none",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[test]
fn effective_database_names_fusionpbx_configuration() {
    let (folder, _) = file("");
    let conf = folder.path().join("config.conf");
    std::fs::write(&conf, "database.0.host = db\ndatabase.0.password = s3cret\n").unwrap();
    let source = source(&[("DIALPLATE_FUSIONPBX_CONFIG", conf.to_str().unwrap())], &[], None);
    let text = effective_lines(&effective(source, None).unwrap());
    let line = text.lines().find(|line| line.starts_with("database = ")).unwrap();
    assert!(line.starts_with("database = \"postgres://fusionpbx@db:5432/fusionpbx\"  # FusionPBX's"), "{line}");
    assert!(line.ends_with(conf.to_str().unwrap()) && !text.contains("s3cret"), "{text}");
}

#[test]
fn effective_values_mask_secrets() {
    let key = "5ec12e75".repeat(8);
    let flags = [
        ("database", "postgres://u:s3cret@db/fusionpbx?password=s3cret"),
        ("database_replica", "postgres://u:s3cret@replica/fusionpbx"),
        ("nonce_key", key.as_str()),
        ("auth_server", "https://auth.example.net/s3cret/check.php?key=s3cret"),
    ];
    let text = effective_lines(&effective(source(&[], &flags, None), None).unwrap());
    assert!(!text.contains("s3cret") && !text.contains("5ec12e75"), "{text}");
    for shown in ["postgres://u@db/fusionpbx\"", "postgres://u@replica/fusionpbx\"", "(hidden)", "auth.example.net/"] {
        assert!(text.contains(shown), "{shown} is not in\n{text}");
    }
}

#[test]
fn secret_is_exposed_only_in_the_command_line() {
    let exposed = |environment: &[_], flags: &[_]| {
        let config = read(environment, flags, None).ok().unwrap();
        config.exposed.iter().map(|key| key.name).collect::<Vec<_>>()
    };
    let (url, key) = ("postgres://u:s3cret@db/x", "00ff".repeat(16));
    assert_eq!(exposed(&[], &[("database", url), ("nonce_key", &key)]), ["database", "nonce_key"]);
    assert!(exposed(&[("DIALPLATE_DATABASE", url)], &[("database_replica", "postgres://u@db/x")]).is_empty());
}

#[test]
fn section_holds_for_its_plugin_alone() {
    let text = "render_timeout_ms = 700\n[plugins]\nfolder = \"/p\"\n[plugins.acme]\nvendors = [\"Snom\", \"*\"]\n\
        ouis = [\"00:04:13\"]\ncontacts = false\nrender_timeout_ms = 900\n[plugins.other]\n";
    let (_folder, file) = file(text);
    let config = read(&[], &[("output_bytes_max", "70000")], Some(&file)).unwrap();
    assert_eq!(config.plugins, Path::new("/p"));
    let plugin = config.plugin;
    let (acme, other) = (&plugin.plugins["acme"], &plugin.plugins["other"]);
    assert_eq!((plugin.render_timeout_ms, acme.render_timeout_ms, other.render_timeout_ms), (700, 900, 700));
    assert_eq!((acme.output_bytes_max, other.permissions.clone()), (70_000, plugin.permissions));
    let listed = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let expected = (listed(&["snom", "*"]), listed(&["000413"]), false);
    assert_eq!((acme.permissions.vendors.clone(), acme.permissions.ouis.clone(), acme.permissions.contacts), expected);
    let shown = effective_lines(&effective(source(&[], &[], Some(&file)), None).unwrap());
    for part in ["\n[plugins.acme]\n", "contacts = false  # [plugins.acme] in file ", "vendors = [\"Snom\", \"*\"]"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn value_of_the_server_that_is_wrong_is_reported_once() {
    let (_folder, file) = file("render_timeout_ms = 0\n[plugins.acme]\n[plugins.other]\n");
    let errors = read(&[], &[], Some(&file)).err().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn settings_table_in_the_docs_is_the_registrys() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/administration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page.split_once("<!-- settings -->\n").and_then(|(_, rest)| rest.split_once("<!-- /settings -->"));
    assert!(
        table.is_some_and(|(table, _)| table == markdown_table()),
        "put the output of `dialplate config --markdown` between the markers in docs/administration.md"
    );
}

#[test]
fn required_signature_needs_a_trusted_key() {
    let errors = |flags: &[_]| read(&[], flags, None).err().unwrap_or_default();
    let required = ("plugins_require_signature", "true");
    let told = errors(&[required]);
    assert_eq!(told.len(), 1);
    assert!(told[0].to_string().contains("plugins_require_signature: needs plugins_trusted_keys"), "{}", told[0]);
    let wrong = errors(&[required, ("plugins_trusted_keys", "/nowhere/vendor.pub")]);
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].to_string().contains("neither a public key of minisign nor a file"), "{}", wrong[0]);
    let key = KEYS.iter().find(|key| key.name == "plugins_trusted_keys").unwrap();
    let keys::DefaultValue::Absent { example, .. } = key.default else { panic!("it has no default") };
    let (_folder, file) = file(&format!("plugins_require_signature = true\nplugins_trusted_keys = ['{example}']\n"));
    let policy = read(&[], &[], Some(&file)).ok().unwrap().plugin.signatures;
    assert!(policy.required && !policy.keys.is_empty());
    assert!(!read(&[], &[], None).ok().unwrap().plugin.signatures.checks(), "by default no signature is looked at");
}
