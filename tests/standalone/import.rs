//! `dialplate device import`: a pallet of phones from a CSV file.

use super::{Stage, stages};
use serde_json::json;

/// A phone of each of the five makers.
const PALLET: &str = "\u{feff}Address;Model;Template;Extension;Name;Password;Location\r\n\
    00:15:65:00:10:01;SIP-T46U;;1001;Ada Lovelace;s3cr&t;\"Room 1; left\"\r\n\
    0004f2001002;VVX 450;;1002;Grace Hopper;;\r\n\
    000B82001003;GXP2170;;1003;Alan Turing;;\r\n\
    30-e4-db-00-10-04;SPA504G;;1004;Edsger Dijkstra;;\r\n\
    02005a001005;;zoiper/5.x;1001;;;\r\n";

fn import(stage: &Stage, file: &str, flags: &[&str]) -> super::Ran {
    stage.run_with(&[&["device", "import", "-"], flags].concat(), file)
}

#[test]
fn pallet_of_all_makers_is_imported_and_served() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        let tried = import(&stage, PALLET, &["--dry-run"]);
        assert!(tried.success && tried.out.starts_with("would import 5 devices"), "{}{}", tried.out, tried.err);
        assert_eq!(stage.value("select count(*) from v_devices"), "0");
        let ran = import(&stage, PALLET, &["--json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let expected = json!({
            "devices": 5, "lines": 5, "extensions": 4, "generated_passwords": 3, "changed": 0, "dry_run": false, "faults": []
        });
        assert_eq!((ran.success, report), (true, expected), "{}", ran.err);
        let device = stage.json(&["device", "show", "001565001001"]);
        assert_eq!(
            (&device["device_location"], &device["device_label"], &device["device_model"], &device["device_template"]),
            (&json!("Room 1; left"), &json!("1001"), &json!("SIP-T46U"), &json!("yealink/t46u"))
        );
        assert_eq!(device["lines"][0]["display_name"], "Ada Lovelace");
        assert_eq!(stage.value("select count(*) from v_device_lines where password = 's3cr&t'"), "2");
        let server = stage.serve();
        for file in
            ["001565001001.cfg", "0004f2001002.cfg", "cfg000b82001003.xml", "30e4db001004.xml", "02005a001005.xml"]
        {
            let answer = server.get("pbx.example.net", &format!("/provision/{file}"));
            assert_eq!(answer.status, 200, "{file}: {}", answer.text());
        }
    }
}

#[test]
fn every_fault_has_a_line_and_nothing_is_imported() {
    let file = "address,model,extension,name,password,line,domain\n\
        00156500004g,T46U,,,,,\n\
        001565001001,T64U,1001,Ada,,,\n\
        001565001002,T46U,1001,Grace,,,\n\
        001565001002,T46U,,,,0,\n\
        001565001003,T46U,,Alan,,,\n\
        001565001004,T46U,,,,,pbx.exmple.net\n\
        001565001005,,,,,,\n\
        001565aabbcc,T46U,1009,,other,,\n\
        001565001006,T46U,1009,,other,,,\n";
    for stage in stages(|tables| tables) {
        stage.with_domain().ok(&["extension", "add", "1009"]);
        stage.ok(&["device", "add", "001565aabbcc", "--model", "T46U"]);
        let before = stage.counts();
        let ran = import(&stage, file, &[]);
        assert!(!ran.success && ran.out.is_empty(), "{}", ran.out);
        let mut lines = ran.err.lines();
        for expected in [
            "-:2:1: address \"00156500004g\": 'g' is no hexadecimal digit",
            "-:3:2: there is no template for the model \"T64U\"; did you mean yealink/t44u, yealink/t46u",
            "-:4:4: extension \"1001\" exists in line 3 with another name; leave the cell empty",
            "-:5:1: address 001565001002 stands in line 4, too; leave one out",
            "-:5:6: line \"0\": write a whole number from 1 to 999",
            "-:6:4: the row has a name and no extension; write the extension",
            "-:7:7: there is no domain \"pbx.exmple.net\"; did you mean pbx.example.net?",
            "-:8:0: the row names neither a template nor a model; write one of them",
            "-:9:1: device 001565aabbcc exists already in pbx.example.net",
            "-:9:5: extension \"1009\" exists in the database with another password; leave the cell empty",
            "-:10:5: extension \"1009\" exists in the database with another password; leave the cell empty",
            "-:10:8: the row has 8 cells, and line 1 has 7 names",
            "dialplate: - has 12 faults; nothing was imported",
        ] {
            let line = lines.next().unwrap_or_default();
            assert!(line.starts_with(expected), "{line}\nexpected {expected}\n{}", ran.err);
        }
        assert_eq!((lines.next(), stage.counts()), (None, before));
    }
}

#[test]
fn ten_thousand_devices_are_imported_with_progress() {
    let row = |number: u32| format!("001565{number:06x},yealink/t46u,{},Phone {number}\n", 10_000 + number);
    let file: String =
        std::iter::once("address,template,extension,name\n".to_owned()).chain((0..10_000).map(row)).collect();
    for stage in stages(|tables| tables) {
        stage.with_domain();
        let ran = import(&stage, &file, &[]);
        assert!(ran.success && ran.out.starts_with("imported 10000 devices, 10000 lines and 10000 new"), "{}", ran.err);
        assert!(ran.err.contains("checked 5000 of 10000 rows\n") && ran.err.contains("wrote 10000 of 10000 rows\n"));
        assert_eq!(stage.value("select count(distinct device_address) from v_devices"), "10000");
        let last = "select display_name from v_device_lines where user_id = '19999' and password is not null";
        assert_eq!(stage.value(last), "Phone 9999");
        let again = import(&stage, &file, &[]);
        assert!(!again.success && again.err.contains("- has 10000 faults; nothing was imported"));
        assert_eq!(again.err.lines().filter(|line| line.starts_with("-:")).count(), 1_000, "the listed faults");
    }
}

#[test]
fn file_that_is_no_sheet_is_refused_whole() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        for (file, message) in [
            ("address\n001565001001\0,\n", "address \"001565001001\\0\""),
            ("adress\nx\n", "no such column; did you mean address?"),
            ("", "line 1 has no column `address`"),
        ] {
            let ran = import(&stage, file, &[]);
            assert!(!ran.success && ran.err.contains(message), "{file:?}: {}", ran.err);
        }
        assert!(stage.error(&["device", "import", "/nowhere/phones.csv"]).contains("cannot read /nowhere/phones.csv"));
        assert_eq!(stage.value("select count(*) from v_devices"), "0");
    }
}
