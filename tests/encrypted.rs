//! Configuration files in the forms that only phones read, with openssl and python3 in the phone's place.

use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::reader;

const GRANDSTREAM: &str = "000b82123456";
const CONFIGURATION: &str = "/provision/cfg000b82123456.xml";

/// A Grandstream phone of our own template.
fn grandstream() -> TestAppBuilder {
    TestApp::init().with_device(GRANDSTREAM, "grandstream/gxp2160")
}

/// The SQL that gives a device or, without an address, its domain a setting.
fn setting(address: Option<&str>, name: &str, value: &str) -> String {
    match address {
        Some(address) => format!(
            "insert into v_device_settings (device_setting_uuid, device_uuid, domain_uuid, device_setting_subcategory, \
             device_setting_name, device_setting_value, device_setting_enabled) select '{address}{name}', device_uuid, \
             domain_uuid, '{name}', 'text', '{value}', true from v_devices where device_address = '{address}'"
        ),
        None => format!(
            "insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category, \
             domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled) select \
             '{name}', domain_uuid, 'provision', '{name}', 'text', '{value}', true from v_domains"
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_decrypts_grandstream_file_with_either_digest() {
    let app = grandstream().build().await;
    app.run_sql(&setting(None, "grandstream_config_password", "pass word & more")).await;
    for (digest, expected) in [("", "md5"), ("md5", "md5"), ("SHA256", "sha256")] {
        if !digest.is_empty() {
            app.run_sql("delete from v_device_settings").await;
            app.run_sql(&setting(Some(GRANDSTREAM), "grandstream_config_password_digest", digest)).await;
        }
        let answer = app.get(CONFIGURATION).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"));
        assert!(answer.body.starts_with(b"Salted__"), "{digest:?} is not encrypted");
        let arguments = ["enc", "-d", "-aes-256-cbc", "-md", expected, "-k", "pass word & more"];
        let Some(plain) = reader::read("openssl", &arguments, &answer.body) else { return };
        let plain = String::from_utf8(plain).unwrap();
        let values = roxmltree::Document::parse(&plain).unwrap();
        let password =
            values.descendants().find(|node| node.attribute("name") == Some("provisioning.config.filePassword"));
        assert_eq!(password.and_then(|node| node.text()), Some("pass word & more"), "{plain}");
        assert!(plain.contains("<mac>000b82123456</mac>"), "{plain}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_content_is_encrypted_to_equal_bytes() {
    let app = grandstream().with_device("000b82123457", "grandstream/gxp2160").build().await;
    app.run_sql(&setting(None, "grandstream_config_password", "secret")).await;
    let first = app.get(CONFIGURATION).await;
    assert_eq!(app.get(CONFIGURATION).await.body, first.body);
    let tag = first.header("etag");
    let again = app.send("GET", CONFIGURATION, &[("Host", "localhost"), ("If-None-Match", tag)], b"").await;
    assert_eq!(again.status, 304);
    let other = app.get("/provision/cfg000b82123457.xml").await;
    assert_ne!(other.body[8..16], first.body[8..16], "another content has another salt");
}

#[tokio::test(flavor = "multi_thread")]
async fn password_of_one_device_encrypts_its_configuration_only() {
    let app = grandstream().with_device("000b82123457", "grandstream/gxp2160").build().await;
    app.run_sql(&setting(Some(GRANDSTREAM), "grandstream_config_password", "secret")).await;
    assert!(app.get(CONFIGURATION).await.body.starts_with(b"Salted__"));
    assert!(app.get("/provision/cfg000b82123457.xml").await.body.starts_with(b"<?xml"));
    assert!(app.get("/provision/cfg.xml").await.status >= 400, "no device is named");
    let agent = "Grandstream Model HW GXP2160 SW 1.0.11.3 DevId 000b82123456";
    assert!(app.get_as(agent, "/provision/cfg.xml").await.body.starts_with(b"Salted__"));
    let phone_book = app.get("/provision/000b82123456/phonebook.xml").await;
    assert!(phone_book.body.starts_with(b"<?xml"), "{}", phone_book.text());
}

/// Prints the address and the parameters of a binary file, and fails if the header is wrong.
const BINARY_READER: &str = r#"
import struct, sys, urllib.parse
file = sys.stdin.buffer.read()
words = struct.unpack(f'>{len(file) // 2}H', file)
assert len(file) == 2 * int.from_bytes(file[:4], 'big') and len(file) % int(sys.argv[1]) == 0, len(file)
assert sum(words) % 65536 == 0 and file[12:16] == b'\r\n\r\n', file[:16]
pairs = urllib.parse.parse_qsl(file[16:].rstrip(b'\0').decode(), keep_blank_values=True, strict_parsing=True)
assert pairs.pop() == ('gnkey', '0b82')
print('address', file[6:12].hex())
for pair in pairs: print(*pair)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn python_reads_grandstream_binary_file_of_either_padding() {
    let app = TestApp::init().with_device(GRANDSTREAM, "grandstream/gxp1450").build().await;
    let xml = app.get("/provision/cfg000b82123456").await;
    assert!(xml.body.starts_with(b"<?xml"), "without a setting, the answer is FusionPBX's");
    app.run_sql(&setting(None, "grandstream_config_binary", "true")).await;
    app.run_sql(&setting(None, "grandstream_config_password", "pass & word=x")).await;
    for padding in ["2", "4"] {
        app.run_sql("delete from v_device_settings").await;
        app.run_sql(&setting(Some(GRANDSTREAM), "grandstream_config_binary_padding", padding)).await;
        for name in ["cfg000b82123456", "cfg000B82123456.bin", "gs_cfg000b82123456_cfg001"] {
            let answer = app.get(&format!("/provision/{name}")).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"), "{name}");
            let Some(read) = reader::read("python3", &["-c", BINARY_READER, padding], &answer.body) else { return };
            let read = String::from_utf8(read).unwrap();
            assert!(read.starts_with("address 000b82123456\n"), "{name}: {read}");
            assert!(
                read.contains("\nP1359 pass & word=x\n") && read.contains("\nP30 0.pool.ntp.org\n"),
                "{name}: {read}"
            );
        }
    }
    assert!(app.get(CONFIGURATION).await.body.starts_with(b"Salted__"), "the XML document stays one");
}

#[tokio::test(flavor = "multi_thread")]
async fn model_without_parameters_by_number_has_no_binary_file() {
    let app = grandstream().build().await;
    app.run_sql(&setting(None, "grandstream_config_binary", "true")).await;
    assert_eq!(app.get("/provision/cfg000b82123456.bin").await.status, 404);
    assert_eq!(app.get(CONFIGURATION).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_decrypts_cisco_profile_and_directory_stays_plain() {
    let app = TestApp::init().with_device("001873aabbcc", "cisco/spa504g").build().await;
    let profile = "/app/provision/?mac=001873aabbcc";
    let plain = app.get(profile).await;
    assert!(plain.text().contains("<flat-profile>"), "{}", plain.text());
    app.run_sql(&setting(Some("001873aabbcc"), "spa_config_password", "SecretPhrase1234")).await;
    let encrypted = app.get(profile).await;
    assert_eq!(app.get(profile).await.body, encrypted.body);
    let arguments = ["enc", "-d", "-aes-256-cbc", "-md", "md5", "-k", "SecretPhrase1234"];
    let Some(decrypted) = reader::read("openssl", &arguments, &encrypted.body) else { return };
    assert!(String::from_utf8(decrypted).unwrap().contains("<flat-profile>"));
    assert!(app.get(&format!("{profile}&file=directory.xml")).await.body.starts_with(b"<?xml"));
}

const YEALINK: &str = "001565123456";
const YEALINK_FILE: &str = "/provision/001565123456.cfg";
const YEALINK_KEY: &str = "K3y:of-16_digits";
/// The key that every Yealink has for key files.
const KEY_OF_KEY_FILES: &str = "EKs35XacP6eybA25";

fn yealink() -> TestAppBuilder {
    TestApp::init().with_device(YEALINK, "yealink/t46u").with_device("001565123457", "yealink/t46u")
}

/// Decrypts with AES by single blocks.
fn decrypt_blocks(key: &str, file: &[u8]) -> Option<String> {
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let cipher = if key.len() == 32 { "-aes-256-ecb" } else { "-aes-128-ecb" };
    let plain = reader::read("openssl", &["enc", "-d", cipher, "-nopad", "-K", &hex], file)?;
    Some(String::from_utf8(plain).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_decrypts_yealink_files_with_the_common_key() {
    let app = yealink().build().await;
    let plain = app.get(YEALINK_FILE).await.text();
    for key in [YEALINK_KEY, "0123456789abcdefghijklmnopqrstuv"] {
        app.run_sql("delete from v_domain_settings").await;
        app.run_sql(&setting(None, "yealink_config_aes_key", key)).await;
        let agent = "Yealink SIP-T46U 108.86.0.20 00:15:65:12:34:56";
        for (file, part) in [(YEALINK_FILE, "account.1.enable"), ("/provision/y000000000108.cfg", "auto_provision")] {
            let answer = app.get_as(agent, file).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"), "{file}");
            let Some(text) = decrypt_blocks(key, &answer.body) else { return };
            assert!(text.starts_with("#!version:1.0.0.1\n") && text.contains(part), "{file}: {text}");
        }
        let text = decrypt_blocks(key, &app.get(YEALINK_FILE).await.body).unwrap();
        let lines = [format!("static.auto_provision.aes_key_16.mac = {key}"), format!("aes_key.com = {key}")];
        assert!(lines.iter().all(|line| text.contains(line)), "{text}");
        let kept = |text: &str| text.lines().filter(|line| !line.contains("aes_key")).count();
        assert!(kept(text.trim_end()) == kept(plain.trim_end()), "{text}");
        assert_eq!(app.get("/provision/001565123456_Security.enc").await.status, 404, "the phone has the key");
        let phone_book = app.get("/app/provision/?mac=001565123456&file=directory.xml").await;
        assert!(phone_book.body.starts_with(b"<?xml"), "{}", phone_book.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn yealink_fetches_its_own_key_as_a_file() {
    let app = yealink().build().await;
    app.run_sql(&setting(None, "yealink_config_aes_key", YEALINK_KEY)).await;
    app.run_sql(&setting(None, "yealink_config_aes_key_in_file", "true")).await;
    let mut keys = Vec::new();
    for address in [YEALINK, "001565123457"] {
        let file = app.get(&format!("/provision/{address}_Security.enc")).await;
        assert_eq!((file.status, file.body.len()), (200, 16));
        let Some(key) = decrypt_blocks(KEY_OF_KEY_FILES, &file.body) else { return };
        let text = decrypt_blocks(&key, &app.get(&format!("/provision/{address}.cfg")).await.body).unwrap();
        assert!(text.contains("static.auto_provision.aes_key_in_file = 1\n"), "{text}");
        assert!(!text.contains(YEALINK_KEY), "{text}");
        keys.push(key);
    }
    assert!(keys[0] != keys[1] && keys.iter().all(|key| key != YEALINK_KEY), "{keys:?}");
    let agent = "Yealink SIP-T46U 108.86.0.20 00:15:65:12:34:56";
    let common = app.get_as(agent, "/provision/y000000000108_Security.enc").await;
    assert_eq!(decrypt_blocks(KEY_OF_KEY_FILES, &common.body).unwrap(), keys[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn key_file_is_for_an_admitted_yealink_only() {
    let app = yealink().with_device("0004f2123456", "polycom/vvx450").build().await;
    assert_eq!(app.get("/provision/001565123456_Security.enc").await.status, 404, "no key is set");
    app.run_sql(&setting(None, "yealink_config_aes_key", YEALINK_KEY)).await;
    app.run_sql(&setting(None, "yealink_config_aes_key_in_file", "true")).await;
    for name in ["0004f2123456_Security.enc", "0015651234ff_Security.enc", "y000000000108_Security.enc"] {
        assert_ne!(app.get(&format!("/provision/{name}")).await.status, 200, "{name}");
    }
    app.run_sql(&dialplate_tests::setting::digest()).await;
    let answer = app.get("/provision/001565123456_Security.enc").await;
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(app.get("/provision/0015651234ff_Security.enc").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_device_setting_switches_encryption_off() {
    for (address, template, file, name, value) in [
        (YEALINK, "yealink/t46u", YEALINK_FILE, "yealink_config_aes_key", YEALINK_KEY),
        (GRANDSTREAM, "grandstream/gxp2160", CONFIGURATION, "grandstream_config_password", "secret"),
        ("30e4db123456", "cisco/spa504g", "/provision/30e4db123456.xml", "spa_config_password", "secret"),
    ] {
        let app = TestApp::init().with_device(address, template).build().await;
        let plain = app.get(file).await;
        assert_eq!(plain.status, 200, "{name}");
        app.run_sql(&setting(None, name, value)).await;
        assert_eq!(app.get(file).await.header("content-type"), "application/octet-stream", "{name}");
        for empty in ["''", "null"] {
            app.run_sql("delete from v_device_settings").await;
            app.run_sql(&setting(Some(address), name, "")).await;
            app.run_sql(&format!("update v_device_settings set device_setting_value = {empty}")).await;
            let answer = app.get(file).await;
            assert_eq!(answer.header("content-type"), plain.header("content-type"), "{name} is {empty}");
            assert!(!answer.text().contains(value), "{name} is {empty}: {}", answer.text());
        }
    }
}
