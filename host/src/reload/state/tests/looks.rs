//! Which events start a look at the disk.

use super::*;

#[test]
fn disk_is_looked_at_five_seconds_after_last_look() {
    run(&["4999 tick -> ", "5000 tick -> look", "5010 found ->", "9999 tick ->", "10000 tick -> look"]);
}

#[test]
fn texts_prepared_in_between_do_not_delay_regular_look() {
    run(&[
        "1000 changed -> look",
        "1000 found acme/a1 -> check acme acme/a1",
        "1010 checked acme acme/a1 -> swap acme/a1",
        "1010 swapped acme/a1 ->",
        "2010 tick -> build texts",
        "5000 built -> install",
        "6000 tick -> look",
    ]);
}

#[test]
fn without_change_events_disk_is_polled_twice_a_second() {
    run(&["5000 tick -> look", "5000 found polling ->", "5499 tick ->", "5500 tick -> look"]);
}

#[test]
fn slow_look_is_repeated_after_twenty_times_its_duration() {
    run(&["5000 tick -> look", "7000 found ->", "44999 tick ->", "45000 tick -> look"]);
}

#[test]
fn change_is_looked_at_at_once_and_during_a_look_after_it() {
    run(&[
        "100 changed -> look",
        "110 changed ->",
        "120 changed ->",
        "200 found acme/a1 -> check acme acme/a1, look",
        "210 found ->",
    ]);
}

#[test]
fn request_during_a_look_gets_a_look_of_its_own() {
    run(&["100 changed -> look", "110 hangup ->", "120 changed ->", "200 found -> look at once", "210 found ->"]);
}

#[test]
fn hangup_looks_at_once_and_retries_what_was_refused() {
    run(&[
        "100 changed -> look",
        "100 found acme/a1 new.wasm=1 -> check acme acme/a1, build all",
        "110 checked acme acme/a1! -> swap acme/a1",
        "900 built new.wasm! -> install",
        "1000 hangup -> look at once",
        "1000 found -> check acme acme/a1, build all",
    ]);
}

#[test]
fn file_without_certain_end_of_writing_is_looked_at_again() {
    run(&["100 changed -> look", "110 found ~a.cfg restless ->", "309 tick ->", "310 tick -> look"]);
}

#[test]
fn file_whose_close_is_reported_waits_for_its_event() {
    run(&["100 changed -> look", "110 found ~a.cfg ->", "400 tick ->", "5099 tick ->", "5100 tick -> look"]);
}

#[test]
fn crashed_look_changes_nothing_and_next_one_runs() {
    run(&["100 request 1 -> look at once", "110 crashed look -> reply 1", "5109 tick ->", "5110 tick -> look"]);
}
