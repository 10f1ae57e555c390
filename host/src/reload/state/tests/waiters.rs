//! When requests for a reload get their reply.

use super::*;

#[test]
fn reply_comes_at_once_if_nothing_changed() {
    run(&["100 request 1 -> look at once", "110 found -> reply 1"]);
}

#[test]
fn reply_waits_for_check_and_for_build() {
    run(&[
        "100 request 1 -> look at once",
        "110 found acme/a1 acme.wasm=2 -> check acme acme/a1, build all",
        "150 checked acme acme/a1 -> swap acme/a1",
        "900 built acme@2 -> install, reply 1",
    ]);
}

#[test]
fn reply_does_not_wait_for_texts_to_be_prepared() {
    run(&[
        "100 request 1 -> look at once",
        "110 found acme/a1 -> check acme acme/a1",
        "150 checked acme acme/a1 -> swap acme/a1, reply 1",
        "150 swapped acme/a1 ->",
    ]);
}

#[test]
fn reply_waits_for_earlier_changes_but_not_for_later_ones() {
    run(&[
        "100 changed -> look",
        "110 found acme.wasm=2 -> build all",
        // The request is about this change, and about a build that has not begun.
        "200 request 1 -> look at once",
        "210 found acme.wasm=3 ->",
        "300 request 2 -> look at once",
        "310 found acme.wasm=4 acme/a1 -> check acme acme/a1",
        "900 built acme@2 -> install, build all",
        "950 request 3 -> look at once",
        "960 found acme.wasm=5 ->",
        "1900 built acme@4 -> install, build all, reply 1",
        "1910 checked acme acme/a1 -> swap acme/a1, reply 2",
        "2900 built acme@5 -> install, reply 3",
    ]);
}

#[test]
fn reply_to_request_during_a_look_waits_for_the_next_look() {
    run(&[
        "100 changed -> look",
        "110 request 1 ->",
        "120 found -> look at once",
        "130 found acme/a1 -> check acme acme/a1",
        "140 checked acme acme/a1 -> swap acme/a1, reply 1",
    ]);
}

#[test]
fn reply_waits_for_a_file_that_is_being_written_and_its_check() {
    run(&[
        "100 request 1 -> look at once",
        "110 found ~acme/a1/a.cfg ->",
        "310 tick -> look",
        "320 found ~acme/a1/a.cfg ->",
        "520 tick -> look",
        "530 found acme/a1 -> check acme acme/a1",
        "540 checked acme acme/a1 -> swap acme/a1, reply 1",
    ]);
}

#[test]
fn reply_waits_ten_seconds_for_a_file_that_is_being_written() {
    run(&[
        "100 request 1 -> look at once",
        "110 found ~a.cfg ->",
        "9000 changed -> look",
        "10099 found ~a.cfg ->",
        "10299 tick -> look",
        "10300 found ~a.cfg -> reply 1",
    ]);
}

#[test]
fn reply_waits_for_folders_left_by_a_check() {
    run(&[
        "100 request 1 -> look at once",
        "110 found acme/a1 acme/a2 -> check acme acme/a1 acme/a2",
        "500 checked acme acme/a1! ?acme/a2 -> swap acme/a1, check acme acme/a2",
        "600 checked acme acme/a2 -> swap acme/a2, reply 1",
    ]);
}

#[test]
fn several_waiters_get_their_replies_together() {
    run(&[
        "100 request 1 -> look at once",
        "101 request 2 ->",
        "102 request 3 ->",
        "110 found acme/a1 -> check acme acme/a1, look at once",
        "120 found ->",
        "130 checked acme acme/a1 -> swap acme/a1, reply 1 2 3",
    ]);
}
