//! Which texts serve: files that include each other, many that change at once, and those on which a plugin hangs.

use super::*;

const A: &str = "templates/yealink/t46u/a.cfg";
const INCLUDED: &str = "templates/yealink/t46u/parts/b.inc";
/// Models that are edited at once: more than are tried before the first of them are settled.
const MODELS: usize = 120;
/// It takes some of the plugin's time.
const SLOW: &str = "{section name=i loop=5000}{$smarty.section.i.index}{/section}";

/// With these components of ours.
fn site_of(components: &[&str]) -> Site {
    let site = Site::new();
    for component in components {
        let name = format!("{component}.wasm");
        fs::copy(root().join("target/plugins").join(&name), site.path("plugins").join(&name)).unwrap();
    }
    site
}

/// What `dialplate reload` says, a line each.
fn complaints(server: &Server) -> Vec<String> {
    let (all_serves, said) = reload(server);
    if all_serves { Vec::new() } else { said.lines().map(str::to_owned).collect() }
}

#[test]
fn a_file_that_others_include_does_not_break_them() {
    let site = site_of(&["yealink"]);
    site.write(A, "one {include file='parts/b.inc'}");
    site.write(INCLUDED, "included");
    let server = site.start();
    assert_eq!(text(&server), "one included");

    site.write(INCLUDED, "{include file='nowhere'}");
    // The folder within the folder is one of its own as well.
    let said = complaints(&server);
    let named = "yealink/t46u/parts/b.inc: yealink/t46u/a.cfg fails with it";
    assert!(said.iter().any(|line| line.starts_with(named) && line.ends_with("stays active)")), "{said:?}");
    assert_eq!(text(&server), "one included");
    // What else is edited goes through.
    site.write("templates/yealink/t46u/c.cfg", "new");
    until("the neighbour", || file(&server, "c.cfg").text() == "new");
    fs::remove_file(site.path(INCLUDED)).unwrap();
    let said = complaints(&server);
    assert!(said.len() == 1 && said[0].contains("parts/b.inc: yealink/t46u/a.cfg fails without it"), "{said:?}");
    assert_eq!(text(&server), "one included");
    // Nor when the plugin has been prepared with what serves.
    server.until_logged(&["prepared with the changed templates"]);
    assert_eq!(text(&server), "one included");

    // Who includes it no longer lets it go.
    site.write(A, "two");
    until_served(&server, "two");
    server.until_logged(&["template fixed", "yealink/t46u/parts/b.inc"]);
    assert_eq!(complaints(&server), [""; 0]);
}

#[test]
fn a_mass_edit_is_tried_to_the_last_file() {
    let site = site_of(&["yealink", "polycom"]);
    let model = |model: usize| format!("templates/yealink/model{model}/a.cfg");
    (0..MODELS).for_each(|number| site.write(&model(number), SLOW));
    site.write(A, "one");
    site.write("templates/polycom/vvx450/a.cfg", "one");
    let server = site.start();
    (0..MODELS).for_each(|number| site.write(&model(number), format!("{SLOW}{{include file='nowhere'}}")));
    site.write(A, "two");
    site.write("templates/polycom/vvx450/a.cfg", "two");
    let said = complaints(&server);
    assert_eq!(said.iter().filter(|line| line.contains("/a.cfg") && line.ends_with("stays active)")).count(), MODELS);
    let polycom = || server.get("localhost", "/app/provision/?mac=0004f2000450&file=a.cfg").text();
    assert_eq!((text(&server), polycom()), ("two".to_owned(), "two".to_owned()));
    (0..MODELS).for_each(|number| site.write(&model(number), "three"));
    assert_eq!(complaints(&server), [""; 0]);
}

#[test]
fn templates_on_which_a_plugin_hangs_hold_up_no_other_vendors_edit() {
    let site = Site::minimal();
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    site.write(A, "one");
    site.write("templates/snom/d1/a.cfg", "one");
    let server = site.start();
    assert_eq!(text(&server), "one");
    let hangs = |model: u8| format!("templates/snom/d{model}/prepare-loops");
    (1..=3).for_each(|model| site.write(&hangs(model), ""));
    site.write(A, "two");
    assert!(until_served(&server, "two") < Duration::from_secs(4), "before the first of them is given up");
    let said = complaints(&server);
    let named = |line: &&String| line.starts_with("snom/d") && line.contains("took more than 5 s");
    assert_eq!(said.iter().filter(named).count(), 3, "{said:?}");
    assert_eq!(said.iter().filter(|line| line.ends_with("stays active)")).count(), 1, "{said:?}");
    (1..=3).for_each(|model| fs::remove_file(site.path(&hangs(model))).unwrap());
    assert_eq!(complaints(&server), [""; 0]);
}

#[test]
fn refused_texts_are_tried_again_by_hand_and_when_another_component_takes_the_folder() {
    let site = Site::minimal();
    site.write("templates/snom/d1/a.cfg", "one");
    let server = site.start_with(&site.path("templates"), &[("DIALPLATE_PREPARE_TIMEOUT_MS", "1000")]);
    site.write("templates/snom/d1/prepare-loops", "");
    server.until_logged(&["template refused", "snom/d1", "prepare_timeout_ms"]);
    let tried = || {
        let metrics = dialplate_tests::client::get(server.admin(), "localhost", "/metrics").text();
        let counter = "dialplate_plugin_limits_total{plugin=\"minimal\",limit=\"prepare_timeout_ms\"} ";
        let line = metrics.lines().find_map(|line| line.strip_prefix(counter)).map(str::to_owned);
        line.map_or(0, |number| number.parse::<u32>().unwrap())
    };
    let before = tried();
    assert_eq!(complaints(&server).len(), 1);
    assert_eq!(tried(), before + 1, "tried again by hand");
    fs::remove_file(site.path("templates/snom/d1/prepare-loops")).unwrap();
    assert_eq!(complaints(&server), [""; 0]);

    // The guest finds a fault where the real component sees a text.
    site.write(A, "fault");
    server.until_logged(&["template refused", "yealink/t46u/a.cfg"]);
    assert!(text(&server).starts_with("edition 1"));
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    until("the real component's", || text(&server) == "fault");
    assert_eq!(complaints(&server), [""; 0]);
}

#[test]
fn the_log_says_when_what_was_wrong_is_so_no_longer() {
    let site = Site::minimal();
    let (server, good) = (site.start(), fs::read(site.path("plugins/minimal.wasm")).unwrap());
    site.write(A, "fault");
    site.write("plugins/minimal.wasm", "broken");
    server.until_logged(&["template refused", "yealink/t46u/a.cfg"]);
    server.until_logged(&["plugin refused", "minimal.wasm"]);
    site.write(A, "edition 1");
    site.write("plugins/minimal.wasm", good);
    server.until_logged(&["template fixed", "yealink/t46u/a.cfg"]);
    server.until_logged(&["plugin no longer refused", "minimal.wasm"]);
    fs::rename(site.path("plugins"), site.path("away")).unwrap();
    server.until_logged(&["could not be reloaded"]);
    fs::rename(site.path("away"), site.path("plugins")).unwrap();
    server.until_logged(&["can be reloaded again", "cannot read the plugin folder"]);
}
