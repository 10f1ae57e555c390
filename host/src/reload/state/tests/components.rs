//! Which events start a build, and of which components.

use super::*;

#[test]
fn changed_component_is_built_at_once() {
    run(&["100 changed -> look", "110 found acme.wasm=2 -> build all", "900 built acme@2 -> install"]);
}

#[test]
fn new_and_removed_components_are_built() {
    run(&[
        "100 changed -> look",
        "110 found new.wasm=1 -> build all",
        "900 built new@1 -> install",
        "1000 changed -> look",
        "1000 found -new.wasm -> build all",
        "1900 built -new -> install",
        "2000 changed -> look",
        "2000 found ->",
    ]);
}

#[test]
fn change_during_a_build_is_built_after_it() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "200 changed -> look",
        "210 found acme.wasm=3 ->",
        "900 built acme@2 -> install, build all",
        "1900 built acme@3 -> install",
    ]);
}

#[test]
fn change_undone_during_a_build_is_not_built() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "200 changed -> look",
        "210 found beta.wasm=2 ->",
        "300 changed -> look",
        "310 found beta.wasm=1 ->",
        "900 built acme@2 -> install",
    ]);
}

#[test]
fn refused_component_is_left_alone_until_it_changes() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "900 built acme.wasm! -> install",
        "5100 tick -> look",
        "5110 found ->",
        "5200 changed -> look",
        "5210 found acme.wasm=3 -> build all",
    ]);
}

#[test]
fn refused_component_is_built_again_on_request() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "900 built acme.wasm! -> install",
        "1000 request 1 -> look at once",
        "1010 found -> build all",
        "1900 built acme.wasm! -> install, reply 1",
        "2000 request 2 -> look at once",
        "2010 found -> build all",
        "2900 built acme@2 -> install, reply 2",
        "3000 request 3 -> look at once",
        "3010 found -> reply 3",
    ]);
}

#[test]
fn refused_component_stays_out_of_builds_for_texts() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "900 built acme.wasm! -> install",
        "1000 changed -> look",
        "1000 found acme/a1 -> check acme acme/a1",
        "1010 checked acme acme/a1 -> swap acme/a1",
        "1010 swapped acme/a1 ->",
        "2010 tick -> build texts -acme.wasm",
        "2900 built -> install",
    ]);
}

#[test]
fn component_refused_for_a_template_is_retried_after_its_change() {
    run(&[
        "100 changed -> look",
        "110 found new.wasm=1 -> build all",
        "900 built new.wasm!new/n1 -> install",
        // A folder of another plugin changes nothing.
        "1000 changed -> look",
        "1000 found acme/a1 -> check acme acme/a1",
        "1010 checked acme acme/a1 -> swap acme/a1",
        "1010 swapped acme/a1 ->",
        "2010 tick -> build texts -new.wasm",
        "2500 built -> install",
        // The folder belongs to no plugin yet, so no plugin is prepared with it first.
        "3000 changed -> look",
        "3000 found -new/n1 -> swap unchecked new/n1",
        "3000 swapped new/n1 ->",
        "4000 tick -> build texts",
        "4900 built new@1 -> install",
    ]);
}

#[test]
fn active_version_is_prepared_before_refused_one_is_retried() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        "900 built acme.wasm!acme/a1 -> install",
        "1000 changed -> look",
        "1000 found acme/a1 -> check acme acme/a1",
        "1010 checked acme acme/a1 -> swap acme/a1",
        "1010 swapped acme/a1 ->",
        "2010 tick -> build texts -acme.wasm",
        "2500 built -> install, build texts",
        "2900 built acme@2 -> install",
    ]);
}

#[test]
fn component_build_prepares_rested_and_unrested_texts() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 -> check acme acme/a1",
        "120 checked acme acme/a1 -> swap acme/a1",
        "120 swapped acme/a1 ->",
        "200 changed -> look",
        "200 found beta.wasm=2 -> build all",
        "1200 tick ->",
        "1900 built beta@2 -> install",
        "2000 tick ->",
    ]);
}

#[test]
fn component_being_written_keeps_its_old_version() {
    run(&[
        "100 changed -> look",
        "110 found ~acme.wasm beta.wasm=2 -> build all -acme.wasm",
        "900 built beta@2 -> install",
        "1000 changed -> look",
        "1010 found acme.wasm=2 -> build all",
    ]);
}

#[test]
fn unreadable_plugin_folder_builds_nothing_until_it_is_back() {
    run(&[
        "100 changed -> look",
        "100 found unreadable acme/a1 -> check acme acme/a1",
        "110 checked acme acme/a1 -> swap acme/a1",
        "110 swapped acme/a1 ->",
        "1110 tick ->",
        "2000 request 1 -> look at once",
        "2000 found unreadable -> reply 1",
        "3000 changed -> look",
        "3000 found -> build texts",
    ]);
}

#[test]
fn crashed_build_leaves_loaded_plugins_and_is_not_repeated() {
    run(&[
        "100 request 1 -> look at once",
        "110 found acme.wasm=2 -> build all",
        "900 crashed build -> reply 1",
        "1000 changed -> look",
        "1010 found ->",
        "1100 changed -> look",
        "1110 found acme.wasm=3 -> build all",
    ]);
}

#[test]
fn components_refused_at_start_are_retried_on_request_only() {
    let mut server = Table::new();
    let refused = vec![RefusedComponent { file: "acme.wasm".into(), folders: vec![] }];
    let owners: Arc<Plugins> = Arc::new(server.plugins.clone());
    server.state = StateMachine::new(server.start, owners, server.files.clone(), refused);
    for (event, commands) in [("tick", "look"), ("found", ""), ("request 1", "look at once"), ("found", "build all")] {
        assert_eq!(server.step(0, event), commands, "{event}");
    }
}
