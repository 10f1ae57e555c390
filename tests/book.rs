//! docs/plugins: what the pages say of variables and escaping, checked against the SDK.

use dialplate_sdk::testing::cases::device::Case;
use dialplate_sdk::types::Description;
use dialplate_sdk::{Vendor, vendor};
use dialplate_tests::page::{blocks, rows};
use dialplate_tests::server::root;
use std::collections::BTreeSet;
use std::fs;

const VARIABLES: &str = "docs/plugins/variables.md";
const ESCAPING: &str = "docs/plugins/escaping.md";

struct Acme;

impl Vendor for Acme {
    fn describe(&self) -> Description {
        let vendors = vec![vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
        Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
    }
}

/// What a template prints for the device of the page.
fn rendered(device: &str, file: &str, template: &str) -> String {
    let templates = vec![(file.to_owned(), template.as_bytes().to_vec())];
    let mut case = Case::parse(device, templates).unwrap();
    case.job.file = Some(file.to_owned());
    let document = case.render(&Acme).unwrap_or_else(|failure| panic!("{template}: {failure:?}"));
    String::from_utf8(document.body).unwrap()
}

/// The text of a cell without its backquotes.
fn code(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or(cell)
}

#[test]
fn documented_variables_have_their_type_and_text() {
    let device = blocks(VARIABLES, "toml").remove(0);
    let rows = rows(VARIABLES, "variable");
    assert!(rows.len() > 90, "only {} variables", rows.len());
    for row in rows {
        let [variable, kind, example, source] = row.as_slice() else { panic!("{row:?} has not four cells") };
        let variable = code(variable);
        assert!(!source.is_empty(), "{variable} has no source");
        let template = format!("{{gettype({variable})}}|{{if !is_array({variable})}}{{{variable}}}{{/if}}");
        let printed = rendered(&device, "{$mac}.cfg", &template);
        assert_eq!(printed, format!("{kind}|{}", code(example)), "{variable}");
    }
}

/// The names in the sources of the variables: texts of lower-case letters, digits and underscores.
fn names_in_sources() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in ["mod", "keys", "lines", "contacts", "settings"] {
        let path = root().join(format!("plugins/lib/sdk/src/variables/{file}.rs"));
        let source = fs::read_to_string(path).unwrap();
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let texts = line.split('"').skip(1).step_by(2);
            let is_name = |text: &&str| {
                text.len() > 2
                    && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            };
            names.extend(texts.filter(is_name).map(str::to_owned));
        }
    }
    names
}

/// Names in the sources that are no variables: a part of names, tables of the job, PHP's functions, the fallback of a line, and columns that
/// only the SDK reads.
const NO_VARIABLES: [&str; 11] = [
    "_key_",
    "dialect",
    "date",
    "release",
    "xml",
    "md5",
    "tcp",
    "effective_caller_id_name",
    "device_vendor",
    "device_keys",
    "profile_keys",
];

#[test]
fn every_variable_of_the_sdk_is_documented() {
    let page = fs::read_to_string(root().join(VARIABLES)).unwrap();
    let words: BTreeSet<&str> =
        page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let names = names_in_sources();
    assert!(names.len() > 60, "only {} names were found", names.len());
    let absent: Vec<_> =
        names.iter().filter(|name| !words.contains(name.as_str()) && !NO_VARIABLES.contains(&name.as_str())).collect();
    assert!(absent.is_empty(), "{VARIABLES} lacks {absent:?}");
}

#[test]
fn values_are_printed_as_documented() {
    let rows = rows(ESCAPING, "place");
    assert!(rows.len() > 10, "only {} places", rows.len());
    for row in rows {
        let [_, before, value, printed] = row.as_slice() else { panic!("{row:?} has not four cells") };
        let [before, value, printed] = [before, value, printed].map(|cell| code(cell));
        let device = "vendor = 'acme'\naddress = '02acce000001'\nfolder = 'acme/one'\n[device]\n";
        let device = format!("{device}device_label = '''{value}'''\n");
        let rendered = rendered(&device, "{$mac}.cfg", &format!("{{literal}}{before}{{/literal}}{{$label}}"));
        assert_eq!(rendered.strip_prefix(before), Some(printed), "{value:?} after {before:?}");
    }
}
