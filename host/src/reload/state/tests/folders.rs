//! Which changed folders are checked, go live, or wait.

use super::*;

#[test]
fn changed_folder_is_live_after_check_and_prepared_after_rest() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 -> check acme acme/a1",
        "150 checked acme acme/a1 -> swap acme/a1",
        "150 swapped acme/a1 ->",
        "1149 tick ->",
        "1150 tick -> build texts",
        "3000 built -> install",
        "4000 tick ->",
    ]);
}

#[test]
fn edits_without_rest_are_prepared_after_fifteen_seconds() {
    let mut lines = Vec::new();
    for at in (0..17).map(|edit| edit * 900) {
        lines.push(format!("{at} changed -> look"));
        lines.push(format!("{at} found acme/a1 -> check acme acme/a1"));
        lines.push(format!("{at} checked acme acme/a1 -> swap acme/a1"));
        lines.push(format!("{at} swapped acme/a1 ->"));
    }
    lines.push("14999 tick -> ".to_owned());
    lines.push("15000 tick -> build texts".to_owned());
    run(&lines.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn folders_of_several_vendors_are_checked_side_by_side() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 beta/b1 -> check acme acme/a1, check beta beta/b1",
        "150 checked beta beta/b1 -> swap beta/b1",
        "9000 checked acme acme/a1! -> swap acme/a1",
    ]);
}

#[test]
fn edit_during_a_check_waits_for_its_end() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 -> check acme acme/a1",
        "120 changed -> look",
        "130 found acme/a1 acme/a2 ->",
        "150 checked acme acme/a1 -> swap acme/a1, check acme acme/a1 acme/a2",
    ]);
}

#[test]
fn folders_left_by_a_check_follow_newer_edits() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 acme/a2 acme/a3 -> check acme acme/a1 acme/a2 acme/a3",
        "120 changed -> look",
        "130 found acme/a9 ->",
        "500 checked acme acme/a1 ?acme/a2 ?acme/a3 -> swap acme/a1, check acme acme/a9 acme/a2 acme/a3",
    ]);
}

#[test]
fn folder_without_plugin_goes_live_unchecked() {
    run(&["100 changed -> look", "110 found other/o1 -> swap unchecked other/o1"]);
}

#[test]
fn removed_folder_goes_unchecked_and_its_late_check_is_ignored() {
    run(&[
        "100 changed -> look",
        "110 found acme/a1 -> check acme acme/a1",
        "120 changed -> look",
        "130 found -acme/a1 -> swap unchecked acme/a1",
        "150 checked acme acme/a1 ->",
    ]);
}

#[test]
fn refused_folder_is_checked_again_when_it_changes() {
    run(&[
        "100 changed -> look",
        "100 found acme/a1 -> check acme acme/a1",
        "110 checked acme acme/a1! -> swap acme/a1",
        "200 changed -> look",
        "200 found acme/a2 -> check acme acme/a2",
        "210 checked acme acme/a2 -> swap acme/a2",
        "300 changed -> look",
        "300 found acme/a1 -> check acme acme/a1",
    ]);
}

#[test]
fn refused_folder_is_checked_again_on_request_until_accepted() {
    run(&[
        "100 changed -> look",
        "100 found acme/a1 -> check acme acme/a1",
        "110 checked acme acme/a1! -> swap acme/a1",
        "200 request 1 -> look at once",
        "200 found -> check acme acme/a1",
        "210 checked acme acme/a1 -> swap acme/a1, reply 1",
        "300 request 2 -> look at once",
        "300 found -> reply 2",
    ]);
}

#[test]
fn refused_folder_is_checked_again_by_a_replaced_component() {
    run(&[
        "100 changed -> look",
        "100 found acme/a1 -> check acme acme/a1",
        "110 checked acme acme/a1! -> swap acme/a1",
        "200 changed -> look",
        "200 found acme.wasm=2 beta.wasm=2 -> build all",
        "900 built acme@2 beta@2 -> install, check acme acme/a1",
        "910 checked acme acme/a1! -> swap acme/a1",
        "1000 changed -> look",
        "1000 found beta.wasm=3 -> build all",
        "1900 built beta@3 -> install",
    ]);
}

#[test]
fn refused_folder_that_loses_its_plugin_goes_live_unchecked() {
    run(&[
        "100 changed -> look",
        "100 found acme/a1 -> check acme acme/a1",
        "110 checked acme acme/a1! -> swap acme/a1",
        "200 changed -> look",
        "200 found -acme.wasm -> build all",
        "900 built -acme -> install, swap unchecked acme/a1",
    ]);
}

#[test]
fn check_by_a_component_replaced_meanwhile_is_repeated() {
    let mut server = Table::new();
    for (event, commands) in
        [("tick", "look"), ("found acme/a1 acme.wasm=2", "check acme acme/a1, build all"), ("built acme@2", "install")]
    {
        assert_eq!(server.step(0, event), commands);
    }
    let old = |refused| {
        Event::Checked(Checked {
            plugin: "acme".into(),
            version: "1".into(),
            folders: vec![("acme/a1".into(), refused)],
            left: vec![],
        })
    };
    let commands = server.state.step(server.start, old(true));
    assert_eq!(commands.iter().map(shown).collect::<Vec<_>>(), ["", "check acme acme/a1"], "{commands:?}");
}

#[test]
fn crashed_check_keeps_old_texts_until_next_change() {
    run(&[
        "100 request 1 -> look at once",
        "100 found acme/a1 -> check acme acme/a1",
        "110 checked acme -> reply 1",
        "200 changed -> look",
        "200 found acme/a1 -> check acme acme/a1",
    ]);
}
