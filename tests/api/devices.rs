//! The list of devices.

use super::{Stage, problem};
use serde_json::{Value, json};

fn addresses(page: &Value) -> Vec<&str> {
    page["devices"].as_array().unwrap().iter().map(|device| device["address"].as_str().unwrap()).collect()
}

#[test]
fn devices_are_searched_filtered_sorted_and_paged() {
    for stage in Stage::both() {
        let token = stage.token("reader", &[]);
        let list = |query: &str| stage.json(&token, &format!("/api/v1/devices{query}"));
        let all = list("");
        assert_eq!(all["total"], 4);
        assert_eq!(addresses(&all), ["0004f2000004", "000b82000003", "001565000001", "001565000002"], "{}", stage.url);
        for (query, found) in [
            ("?search=recep", vec!["001565000001"]),
            ("?search=RECEP", vec!["001565000001"]),
            ("?search=00:15:65:00", vec!["001565000001", "001565000002"]),
            ("?search=b.example", vec!["0004f2000004"]),
            ("?search=t54w", vec!["001565000002"]),
            ("?search=ground%20floor", vec!["001565000001"]),
            ("?search=%25", vec![]),
            ("?search=_", vec![]),
            ("?search=%27%20or%201=1--", vec![]),
            ("?search=%3Cscript%3E", vec!["001565000002"]),
            ("?domain=B.Example", vec!["0004f2000004"]),
            ("?vendor=yealink", vec!["001565000001", "001565000002"]),
            ("?template=yealink/t46u", vec!["001565000001"]),
            ("?state=disabled", vec!["000b82000003"]),
            ("?state=enabled&vendor=grandstream", vec![]),
            ("?state=fetched", vec!["001565000001"]),
            ("?state=never_fetched&domain=a.example", vec!["000b82000003", "001565000002"]),
            ("?sort=label", vec!["001565000002", "0004f2000004", "000b82000003", "001565000001"]),
            ("?sort=label&order=descending&limit=2", vec!["001565000001", "000b82000003"]),
            ("?sort=domain&order=descending&limit=1", vec!["0004f2000004"]),
            ("?sort=fetched&order=descending&limit=1", vec!["001565000001"]),
            ("?limit=2&offset=1", vec!["000b82000003", "001565000001"]),
            ("?offset=9", vec![]),
        ] {
            assert_eq!(addresses(&list(query)), found, "{query} {}", stage.url);
        }
        assert_eq!(list("?limit=1&vendor=yealink")["total"], 2, "the number on all pages");
        assert_eq!(list("?offset=9")["total"], 4);
    }
}

#[test]
fn devices_are_in_date_until_one_of_their_rows_is_written() {
    for stage in Stage::both() {
        let token = stage.token("reader", &[]);
        let list = |query: &str| stage.json(&token, &format!("/api/v1/devices?{query}"));
        let of = |state: &str| addresses(&list(&format!("state={state}"))).join(" ");
        let write = |sql: &str| dialplate_tests::database::run_blocking(&stage.url, sql);
        // The fixture's rows have no dates, and those of its settings are older than any fetch from now on.
        let tables =
            ["v_device_lines", "v_device_keys", "v_device_settings", "v_domain_settings", "v_default_settings"];
        for table in tables {
            write(&format!("update {table} set insert_date = '2026-01-01 00:00:00+00', update_date = null"));
        }
        let is_in_date = || list("search=001565000001")["devices"][0]["is_in_date"].clone();
        assert_eq!((is_in_date(), of("in_date"), of("outdated")), (json!(true), "001565000001".into(), String::new()));
        assert_eq!(list("search=001565000002")["devices"][0]["is_in_date"], Value::Null, "it never fetched");
        for table in ["v_devices", "v_device_lines", "v_domain_settings", "v_default_settings"] {
            let set = |date: &str| write(&format!("update {table} set update_date = {date}"));
            set("'2026-07-01 00:00:00+00'");
            // A table of which the fixture has no row changes nothing.
            let count = dialplate_tests::database::value_blocking(&stage.url, &rows_that_matter(table));
            let is_old = count != "0";
            assert_eq!(is_in_date(), json!(!is_old), "{table} {}", stage.url);
            assert_eq!(of("outdated"), if is_old { "001565000001" } else { "" }, "{table} {}", stage.url);
            set("null");
            assert_eq!(is_in_date(), json!(true), "{table}");
        }
    }
}

/// The number of rows by which the device of the test could be out of date.
fn rows_that_matter(table: &str) -> String {
    let condition = match table {
        "v_domain_settings" => "domain_setting_category = 'provision'",
        "v_default_settings" => "default_setting_category = 'provision'",
        _ => "true",
    };
    format!("select count(*) from {table} where {condition}")
}

#[test]
fn device_shows_its_last_fetch_and_hostile_label_as_data() {
    for stage in Stage::both() {
        let token = stage.token("reader", &[]);
        let page = stage.json(&token, "/api/v1/devices?domain=a.example");
        let device = &page["devices"][1];
        assert_eq!(
            device["last_fetch"],
            json!({
                "time": "2026-06-30T10:00:00Z", "client": "192.0.2.7", "firmware": "108.86.0.90",
                "user_agent": "Yealink SIP-T46U 108.86.0.90 00:15:65:00:00:01"
            })
        );
        assert_eq!((&device["is_enabled"], &device["domain"]), (&json!(true), &json!("a.example")));
        assert_eq!(page["devices"][2]["label"], "<script>alert(\"1\")</script>");
        assert_eq!(
            (&page["devices"][0]["is_enabled"], &page["devices"][2]["last_fetch"]),
            (&json!(false), &Value::Null)
        );
    }
}

#[test]
fn admin_of_a_domain_lists_that_domain_alone() {
    for stage in Stage::both() {
        let token = stage.token("of-b", &["--domain", "B.example"]);
        let list = |query: &str| stage.json(&token, &format!("/api/v1/devices{query}"));
        assert_eq!((addresses(&list("")), list("")["total"].clone()), (vec!["0004f2000004"], json!(1)));
        for query in ["?domain=a.example", "?search=reception", "?search=001565000001", "?vendor=yealink"] {
            let page = list(query);
            assert_eq!((addresses(&page), &page["total"]), (vec![], &json!(0)), "{query}");
        }
    }
}

#[test]
fn wrong_parameters_of_a_list_are_named() {
    let stage = Stage::sqlite();
    let token = stage.token("reader", &[]);
    let refused = |query: &str| problem(&stage.get(&token, &format!("/api/v1/devices{query}")), 400);
    assert!(refused("?limit=0").contains("limit: 0 is not between 1 and 200"));
    assert!(refused("?limit=201").contains("between 1 and 200"));
    assert!(refused("?offset=-1").contains("invalid"));
    let unknown = refused("?vendour=x");
    assert!(unknown.contains("vendour") && unknown.contains("vendor"), "{unknown}");
    assert!(refused("?state=asleep").contains("never_fetched"));
    assert!(refused(&format!("?search={}", "x".repeat(201))).contains("longer than 200 characters"));
}
