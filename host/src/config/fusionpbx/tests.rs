use super::*;
use std::os::unix::fs::PermissionsExt;

fn url(name: &str, text: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read(&path).map(|found| found.url).map_err(|error| error.to_string())
}

#[test]
fn config_conf_is_read_as_the_installer_writes_it() {
    let text = "\n#database system settings\ndatabase.0.type = pgsql\ndatabase.0.host = 127.0.0.1\n\
        database.0.port = 5432\ndatabase.0.sslmode = prefer\ndatabase.0.name = fusionpbx\n\
        database.0.username = fusionpbx\ndatabase.0.password = aB3dE5\n\n#database switch settings\n\
        database.1.type = sqlite\ndatabase.1.path = /var/lib/freeswitch/db\ndatabase.1.name = core.db\n\
        project.path =\nsession.cookie_httponly = true\n";
    assert_eq!(
        url("config.conf", text).unwrap(),
        "postgres://fusionpbx:aB3dE5@127.0.0.1:5432/fusionpbx?sslmode=prefer"
    );
}

#[test]
fn config_values_keep_quotes_comments_and_url_characters() {
    for (password, escaped) in [
        ("\"a b@c/d:e?f#g%\" ; why", "a%20b%40c%2Fd%3Ae%3Ff%23g%25"),
        ("'it; is = \\n \"'", "it%3B%20is%20%3D%20%5Cn%20%22"),
        ("\"a\\\"b\\\\c\"", "a%22b%5Cc"),
        ("plain=text ; a comment", "plain%3Dtext"),
        ("größe", "gr%C3%B6%C3%9Fe"),
    ] {
        let text = format!("; first\ndatabase.0.password = 'earlier'\r\ndatabase.0.password = {password}\r\n");
        let expected = format!("postgres://fusionpbx:{escaped}@127.0.0.1:5432/fusionpbx?sslmode=prefer");
        assert_eq!(url("config.conf", &text).unwrap(), expected, "{password}");
    }
}

#[test]
fn url_has_host_of_every_kind_and_tls_mode() {
    let of = |lines: &str| url("config.conf", lines).unwrap().split_once('@').unwrap().1.to_owned();
    assert_eq!(of("database.0.host = ::1"), "[::1]:5432/fusionpbx?sslmode=prefer");
    assert_eq!(of("database.0.hostaddr = 192.0.2.7"), "192.0.2.7:5432/fusionpbx?sslmode=prefer");
    assert_eq!(of("database.0.host = /run/postgresql"), "%2Frun%2Fpostgresql:5432/fusionpbx?sslmode=prefer");
    let lines = "database.0.host = db.example.net\ndatabase.0.port = 5433\ndatabase.0.sslmode = verify-full\n\
        database.0.cert_authority = /etc/ssl/db ca.pem\n";
    assert_eq!(of(lines), "db.example.net:5433/fusionpbx?sslmode=verify-full&sslrootcert=/etc/ssl/db%20ca.pem");
    assert_eq!(of("database.0.secure = true"), "127.0.0.1:5432/fusionpbx?sslmode=verify-ca");
}

#[test]
fn config_php_of_5_0_is_read_with_its_comments() {
    let text = r#"<?php
/*  $db_password = 'in a comment';  */
	//set the database type
		$db_type = 'pgsql'; //sqlite, mysql, pgsql, others with a manually created PDO connection
# $db_host = 'not this one';
		$db_host = '192.0.2.1'; //set the host only if the database is not local
		$db_port = 5433;
		$db_name = "fusion";
		$db_username = 'it\'s me';
		$db_password = 'a//b$c';
		if ($db_name == 'x') { $other = 1; }
	//show errors
		ini_set('display_errors', '1');
"#;
    let expected = "postgres://it%27s%20me:a%2F%2Fb%24c@192.0.2.1:5433/fusion?sslmode=prefer";
    assert_eq!(url("config.php", text).unwrap(), expected);
    let text = "<?php\n$db_type = 'sqlite';\n$db_path = '/var/www/fusionpbx/secure';\n$db_name = 'fusionpbx.db';\n";
    assert_eq!(url("config.php", text).unwrap(), "sqlite:///var/www/fusionpbx/secure/fusionpbx.db");
    let text = "<?php $db_secure = true; $db_cert_authority = '/etc/ca.pem'; $db_password = 'p';";
    assert!(url("config.php", text).unwrap().ends_with("?sslmode=verify-ca&sslrootcert=/etc/ca.pem"));
}

#[test]
fn computed_php_value_is_an_error_that_names_it() {
    for text in
        ["<?php $db_password = getenv('SECRET');", "<?php $db_password = 'a' . $b;", "<?php $db_password = \"$b\";"]
    {
        let error = url("config.php", text).unwrap_err();
        assert!(error.contains("config.php: $db_password: ") && error.contains("DIALPLATE_DATABASE"), "{error}");
    }
}

#[test]
fn config_lua_of_the_scripts_is_read() {
    let text = "\n--database information\n	database = {}\n	database.type = \"pgsql\";\n	database.path = [[]];\n\
        	database.system = \"pgsql://hostaddr=127.0.0.1 port=5432 dbname=fusionpbx user=fusionpbx password=s3c \
        options=''\";\n	database.switch = \"pgsql://hostaddr=127.0.0.1 dbname=freeswitch\";\n";
    assert_eq!(url("config.lua", text).unwrap(), "postgres://fusionpbx:s3c@127.0.0.1:5432/fusionpbx?sslmode=prefer");
    assert_eq!(url("config.lua", "database.system = \"sqlite:///a/b.db\";").unwrap(), "sqlite:///a/b.db");
    assert!(url("config.lua", "database.type = 'odbc'").unwrap_err().contains("database.system: is missing"));
}

#[test]
fn error_names_file_and_key_and_never_the_password() {
    for (lines, key) in [
        ("database.0.type = mysql", "database.0.type: `mysql`"),
        ("database.0.port = many", "database.0.port: `many`"),
        ("database.0.sslmode = always", "database.0.sslmode: `always`"),
        ("database.0.type = sqlite", "database.0.path: is missing"),
        ("database.0.password = \"s3cret", "database.0.password: "),
    ] {
        let error = url("config.conf", &format!("database.0.password = s3cret\n{lines}\n")).unwrap_err();
        assert!(error.contains("config.conf: ") && error.contains(key), "{error}");
        assert!(!error.contains("s3cret") && !error.contains('\n'), "{error}");
    }
    assert!(url("config.conf", &"#".repeat(300_000)).unwrap_err().contains("larger than any"));
}

#[test]
fn first_existing_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let places = ["config.conf", "config.php", "config.lua"].map(|name| folder.path().join(name));
    assert!(find(&places).unwrap().is_none());
    std::fs::write(&places[2], "database.system = \"sqlite:///lua.db\"").unwrap();
    std::fs::write(&places[1], "<?php $db_host = 'php';").unwrap();
    assert_eq!(find(&places).unwrap().unwrap().file, places[1]);
    std::fs::write(&places[0], "database.0.host = conf").unwrap();
    assert!(find(&places).unwrap().unwrap().url.contains("@conf:"));
}

#[test]
fn unreadable_file_is_an_error_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.conf");
    std::fs::write(&path, "database.0.host = db").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read every file; a folder in the file's place cannot be read by anyone.
    let path = if std::fs::read(&path).is_ok() { folder.path().to_owned() } else { path };
    let error = find(&[&path]).err().unwrap().to_string();
    assert!(error.contains(&path.display().to_string()) && error.contains("DIALPLATE_DATABASE"), "{error}");
}
