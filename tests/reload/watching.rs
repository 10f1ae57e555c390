//! What the system tells of, and the look that comes in any case.

use super::*;

const FOLDER: &str = "templates/yealink/t46u";
/// The look that comes in any case, five seconds after the last one, is not what found it.
const TOLD: Duration = Duration::from_secs(4);

/// Has the disk looked at by an edit, so that the next look is five seconds away for whatever is not told.
fn edit(site: &Site, server: &Server, text: &str) -> Duration {
    site.write(&format!("{FOLDER}/a.cfg"), text);
    until_served(server, text)
}

#[test]
fn a_folder_that_is_removed_and_made_again_is_watched_on() {
    let site = Site::minimal();
    let server = site.start();
    fs::remove_dir_all(site.path(FOLDER)).unwrap();
    edit(&site, &server, "made again");
    assert!(edit(&site, &server, "edited there") < TOLD, "not told of");
    // The same folder, whose watch has gone with its name.
    fs::rename(site.path(FOLDER), site.path("away")).unwrap();
    fs::rename(site.path("away"), site.path(FOLDER)).unwrap();
    edit(&site, &server, "back again");
    assert!(edit(&site, &server, "edited once more") < TOLD, "not told of");
}

#[test]
fn a_plugin_folder_that_is_removed_and_made_again_is_watched_on() {
    let site = Site::minimal();
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    let server = site.start();
    fs::remove_dir_all(site.path("plugins")).unwrap();
    site.write("plugins/minimal.wasm", another_version(&first));
    until("the second version", || text(&server).contains("ADDRESS"));
    // Both are compiled by now.
    site.replace("plugins/minimal.wasm", &first);
    let took = until("the first version again", || text(&server).contains("address"));
    assert!(took < TOLD, "not told of, but found after {took:?}");
}

#[test]
fn a_folder_anywhere_on_the_way_may_be_renamed() {
    let site = Site::minimal();
    for release in ["app", "new"] {
        site.write(&format!("{release}/share/templates/yealink/t46u/a.cfg"), format!("of {release}"));
    }
    let server = site.start_with(&site.path("app/share/templates"), &[]);
    site.write("app/share/templates/yealink/t46u/a.cfg", "edited");
    until_served(&server, "edited");
    fs::rename(site.path("app"), site.path("app.old")).unwrap();
    fs::rename(site.path("new"), site.path("app")).unwrap();
    let took = until_served(&server, "of new");
    assert!(took < TOLD, "not told of, but found after {took:?}");
    site.write("app/share/templates/yealink/t46u/a.cfg", "edited again");
    assert!(until_served(&server, "edited again") < TOLD, "what is there now is watched");
}

#[test]
fn what_nobody_tells_of_is_found_five_seconds_after_the_last_look() {
    let site = Site::minimal();
    // Written by its other name, a file changes and its folder hears nothing.
    site.write("outside/a.cfg", "edition 1");
    fs::remove_file(site.path("templates/yealink/t46u/a.cfg")).unwrap();
    fs::hard_link(site.path("outside/a.cfg"), site.path("templates/yealink/t46u/a.cfg")).unwrap();
    let server = site.start();
    let in_time = |edit| {
        // A second after this the plugin is prepared with it, which is no look.
        let told = format!("told {edit}");
        site.write("templates/yealink/t46u/b.cfg", &told);
        until(&told, || file(&server, "b.cfg").text().starts_with(&told));
        let untold = format!("untold {edit}");
        site.write("outside/a.cfg", &untold);
        let took = until_served(&server, &untold);
        println!("found after {took:?}");
        took < Duration::from_millis(5800)
    };
    // What else runs on the machine is not the server's doing.
    assert!((0..3).any(in_time), "each time later");
}

#[test]
fn a_hangup_during_the_start_is_a_reload_after_it() {
    let site = Site::minimal();
    // With nothing compiled, the start takes its time.
    let cache = site.path("cache").display().to_string();
    let mut server = site.with_settings(&site.path("templates"), |settings| {
        Server::launch(server::command("serve", &[settings, &[("DIALPLATE_CACHE", &cache)]].concat()))
    });
    server.until_logged(&["made a database"]);
    server.signal("HUP");
    server.until_serving();
    server.until_logged(&["SIGHUP: reloading templates and plugins"]);
    assert!(text(&server).starts_with("edition 1"));
}
