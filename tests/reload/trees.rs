//! Template folders that cannot be read, or contain files that are being written.

use super::*;
use dialplate_tests::server;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

/// The demo Grandstream, also served by the guest.
const NEIGHBOUR: &str = "000b82002170";
/// Longer than the server waits for more writes if only events tell it about the file.
const SILENCE: Duration = Duration::from_secs(6);
const OWN: &str = "custom/localhost/yealink/t46u/a.cfg";

/// Starts a server as an unprivileged user. It runs a copy of the program in the site's folder, because only root may
/// enter the checkout if that lies in root's home.
pub fn start_unprivileged(site: &Site) -> Server {
    let program = site.path("dialplate").display().to_string();
    fs::copy(server::command("serve", &[]).get_program(), &program).unwrap();
    let mut words = Vec::new();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let done = Command::new("chown").args(["-R", "65534:65534"]).arg(site.path("")).status();
        assert!(done.is_ok_and(|status| status.success()), "chown");
        words.extend(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    let cache = format!("DIALPLATE_CACHE={}", site.path("cache").display());
    // The shell gets the copy as $0, then the program it replaces, then the arguments.
    words.extend(["env", "-C", "/", &cache, "sh", "-c", r#"shift; exec "$0" "$@""#, &program]);
    site.start_within(&words.into_iter().map(str::to_owned).collect::<Vec<_>>())
}

fn start_with_custom(site: &Site) -> Server {
    fs::create_dir_all(site.path("custom")).unwrap();
    let custom = site.path("custom").display().to_string();
    site.start_with(&site.path("templates"), &[("DIALPLATE_CUSTOM_TEMPLATES", &custom)])
}

fn chmod(site: &Site, name: &str, mode: u32) {
    fs::set_permissions(site.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

fn neighbours(server: &Server) -> String {
    server.get("localhost", &format!("/app/provision/?mac={NEIGHBOUR}&file=a.cfg")).text()
}

fn trouble(server: &Server) -> String {
    listed(server)["reload"]["trouble"].as_str().unwrap_or_default().to_owned()
}

fn until_trouble(server: &Server, so: impl Fn(&str) -> bool) {
    wait::until(|| so(&trouble(server)), || trouble(server));
}

#[test]
fn unreadable_files_are_named_and_delay_nothing_else() {
    let site = Site::minimal();
    site.write("templates/grandstream/gxp2170/a.cfg", "edition 1");
    site.write("templates/yealink/t46u/large.cfg", vec![b'x'; 5 << 20]);
    fs::create_dir(site.path("templates/lost+found")).unwrap();
    chmod(&site, "templates/lost+found", 0);
    let server = start_unprivileged(&site);
    server.until_logged(&["could not be reloaded", "lost+found", "large.cfg"]);
    assert!(text(&server).starts_with("edition 1"), "the other files of the folder are live");

    // A folder, a vendor's folder that can be listed but not entered, and a file: the loaded texts stay active.
    for (name, mode) in
        [("grandstream/gxp2170", 0), ("grandstream", 0), ("grandstream", 0o600), ("grandstream/gxp2170/a.cfg", 0)]
    {
        let name = format!("templates/{name}");
        let before = fs::metadata(site.path(&name)).unwrap().permissions().mode();
        chmod(&site, &name, mode);
        until_trouble(&server, |trouble| trouble.contains("grandstream"));
        site.write("templates/yealink/t46u/a.cfg", format!("edition {name} {mode}"));
        until_served(&server, &format!("edition {name} {mode}"));
        assert!(neighbours(&server).starts_with("edition 1"), "{name} {mode}: {}", neighbours(&server));
        chmod(&site, &name, before);
        until_trouble(&server, |trouble| !trouble.contains("grandstream"));
    }
    chmod(&site, "templates/lost+found", 0o755);
    fs::remove_file(site.path("templates/yealink/t46u/large.cfg")).unwrap();
    until_trouble(&server, str::is_empty);
}

/// Writes half of a file, pauses, and writes the rest; meanwhile the old text has to stay active.
fn written_with_a_pause(server: &Server, site: &Site, name: &str) {
    let edition = || text(server).lines().next().unwrap_or_default().to_owned();
    let before = edition();
    fs::create_dir_all(site.path(name).parent().unwrap()).unwrap();
    let mut file = fs::File::create(site.path(name)).unwrap();
    file.write_all(b"half").unwrap();
    // Another program opens and closes the file meanwhile.
    drop(fs::File::options().append(true).open(site.path(name)).unwrap());
    let silent = Instant::now();
    while silent.elapsed() < SILENCE {
        assert_eq!(edition(), before, "{name} after {:?}", silent.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    file.write_all(format!(" and half of {name}").as_bytes()).unwrap();
    drop(file);
    until_served(server, &format!("half and half of {name}"));
}

#[test]
fn file_open_for_writing_is_not_served_during_long_pauses() {
    let site = Site::minimal();
    let server = start_with_custom(&site);
    written_with_a_pause(&server, &site, "templates/yealink/t46u/a.cfg");
    // The same in new folders that replace single files of the live folder, or the whole folder.
    written_with_a_pause(&server, &site, "custom/yealink/t46u/a.cfg");
    written_with_a_pause(&server, &site, OWN);
    fs::remove_dir_all(site.path("custom/localhost")).unwrap();
    until_served(&server, "half and half of custom/yealink");
    written_with_a_pause(&server, &site, "templates/localhost/yealink/t46u/a.cfg");
}
