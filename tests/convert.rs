//! `dialplate grandstream convert`, with xmllint as an independent reader of its documents.

use dialplate_tests::{reader, server};
use std::path::Path;
use std::process::Output;

const TEMPLATE: &str = "# Account 1\nP271 = 1 # on\nP270 = Front & <desk>\nP34 = p&ss=w rd\n";

fn convert(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = server::command("grandstream", &[]);
    command.arg("convert").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn template_becomes_xml_with_escaped_values_and_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cfg000b82123456.txt"), TEMPLATE).unwrap();
    let xml = convert(folder.path(), &["cfg000b82123456.txt"]).stdout;
    let shown = String::from_utf8_lossy(&xml).into_owned();
    assert!(shown.contains("<mac>000b82123456</mac>") && shown.contains("Front &amp; &lt;desk&gt;"), "{shown}");
    for (path, expected) in [("//P270", "Front & <desk>"), ("//P34", "p&ss=w rd"), ("//mac", "000b82123456")] {
        let query = format!("string({path})");
        let Some(value) = reader::read("xmllint", &["--xpath", &query, "-"], &xml) else { return };
        assert_eq!(String::from_utf8_lossy(&value).trim_end(), expected, "{path}");
    }
    std::fs::write(folder.path().join("phone.txt"), TEMPLATE).unwrap();
    let unnamed = convert(folder.path(), &["phone.txt"]);
    let message = String::from_utf8_lossy(&unnamed.stderr).into_owned();
    assert!(unnamed.status.success() && message.contains("phone.txt names no address"), "{message}");
    let named = convert(folder.path(), &["phone.txt", "--mac", "00:0b:82:12:34:56"]);
    assert!(named.stdout == xml && named.stderr.is_empty(), "{named:?}");
    std::fs::write(folder.path().join("a.xml"), &xml).unwrap();
    let text = convert(folder.path(), &["a.xml"]).stdout;
    let expected = "mac = 000b82123456\nP271 = 1\nP270 = Front & <desk>\nP34 = p&ss=w rd\n";
    assert_eq!(String::from_utf8_lossy(&text), expected);
    let binary = convert(folder.path(), &["a.xml", "--to", "binary"]).stdout;
    std::fs::write(folder.path().join("a.bin"), &binary).unwrap();
    assert_eq!(convert(folder.path(), &["a.bin"]).stdout, text);
}

#[test]
fn mistake_in_a_template_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    for (text, expected) in [
        ("P1 = a\nP34 secret\n", "a.txt: line 2: there is no `=`"),
        ("P1 = a\n\nP1 = b\n", "a.txt: line 3: P1 is already set in line 1"),
        ("<gs_provision>\n<b/></gs_provision>", "a.txt: line 2: <b> is neither"),
    ] {
        std::fs::write(folder.path().join("a.txt"), text).unwrap();
        let output = convert(folder.path(), &["a.txt"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && message.contains(expected), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
}
