//! Untrusted values that a template captures, joins, escapes itself, or uses as array keys.

use dialplate_sdk::testing::{FakeHost, Files, job, table};
use dialplate_sdk::types::{Description, Value};
use dialplate_sdk::{Vendor, vendor};

struct Acme;

impl Vendor for Acme {
    fn describe(&self) -> Description {
        let vendors = vec![vendor("acme", &[], "check-sync", "check-sync;reboot=true")];
        Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
    }
}

/// Renders `source`, a file called `file`, for a device that has this label on line, key and contact.
fn render(file: &str, source: &str, label: &str) -> String {
    let files = Files::parse("acme/a1", &[(file, source.as_bytes())]);
    let mut job = job("acme/a1", "acme", "0015652a3b4c");
    job.file = Some(file.to_owned());
    job.parameters.push((label.to_owned(), "1".to_owned()));
    job.tables = vec![
        table("device", &[&[("device_vendor", "acme"), ("device_label", label)]]),
        table("lines", &[&[("line_number", label), ("display_name", label), ("user_id", "1001")]]),
        table(
            "device_keys",
            &[&[
                ("device_key_category", "line"),
                ("device_key_id", "1"),
                ("device_key_line", label),
                ("device_key_value", "${display_name}"),
                ("device_key_label", "${user_id}"),
            ]],
        ),
    ];
    let contact = [("contact_name_given", label), ("phone_number", "1"), ("phone_label", "work")];
    let host = FakeHost { contacts: vec![table("groups", &[&contact])], ..FakeHost::default() };
    let document = files.render(&Acme, &job, &host).expect("the template is fine");
    String::from_utf8(document.body).expect("text")
}

#[test]
fn captured_value_is_escaped_where_it_is_printed() {
    let source =
        "{capture name=c}{$label}{/capture}<?xml version=\"1.0\"?><a b=\"{$smarty.capture.c}\">{$smarty.capture.c}</a>";
    assert_eq!(render("f", source, "x\"&"), "<?xml version=\"1.0\"?><a b=\"x&quot;&amp;\">x\"&amp;</a>");
}

#[test]
fn captured_markup_keeps_its_tags() {
    let source = "<r>{capture name=c}<a b=\"{$label}\"/>{/capture}{$smarty.capture.c}</r>";
    assert_eq!(render("f", source, "x\"&"), "<r><a b=\"x&quot;&amp;\"/></r>");
}

#[test]
fn joined_values_are_escaped_once() {
    let source = "<r>{$s=\"No. $label!\"}<a b=\"{$s}\">{$s}</a>{$t=\"<b>$label</b>\"}{$t}</r>";
    assert_eq!(render("f", source, "\"&"), "<r><a b=\"No. &quot;&amp;!\">No. \"&amp;!</a><b>\"&amp;</b></r>");
}

#[test]
fn assigned_function_output_stays_untrusted() {
    let source = "{function name=f}{$label}{/function}<r>{call name=f assign=s}<a b=\"{$s}\"/></r>";
    assert_eq!(render("f", source, "\""), "<r><a b=\"&quot;\"/></r>");
}

#[test]
fn value_escaped_by_template_is_not_escaped_again() {
    assert_eq!(render("f", "<r>{$label|escape}{$label|escape:'url'}</r>", "a&b"), "<r>a&amp;ba%26b</r>");
    assert_eq!(render("f", "<r>{$label|replace:'&':'&amp;'}</r>", "a&b"), "<r>a&amp;b</r>");
}

#[test]
fn incomplete_escaping_does_not_make_a_value_trusted() {
    assert_eq!(render("f", "name = {$label|escape}\n", "a\nevil = 1"), "name = a evil = 1\n");
    assert_eq!(render("f", "<r>{$label|escape:'mail'}{$label|escape:'quotes'}</r>", "<"), "<r>&lt;&lt;</r>");
}

#[test]
fn parameter_names_and_line_numbers_are_untrusted() {
    let source = "<r>{foreach $smarty.get as $k => $v}{$k}{/foreach}{foreach $lines as $k => $v}{$k}{/foreach}</r>";
    assert_eq!(render("f", source, "<"), "<r>&lt;&lt;</r>");
}

#[test]
fn placeholder_value_is_not_searched_for_placeholders() {
    assert_eq!(render("f", "v = {$keys.line.1.device_key_value}\n", "${user_id}"), "v = ${user_id}\n");
}

#[test]
fn contact_names_match_fusionpbx_and_keep_placeholders() {
    let source = "<r>{foreach $contacts as $c}<a b=\"{$c.contact_name_given}\"/>{/foreach}</r>";
    assert_eq!(render("f.xml", source, "A & B > \"${x}\""), "<r><a b=\"A &amp; B &gt; &quot;${x}&quot;\"/></r>");
}

#[test]
fn settings_are_printed_unescaped() {
    let files = Files::parse("acme/a1", &[("f", b"<r>{$welcome}</r>")]);
    let mut job = job("acme/a1", "acme", "0015652a3b4c");
    job.file = Some("f".into());
    job.settings =
        vec![dialplate_sdk::types::Setting { name: "welcome".into(), value: Value::Text("<b>&</b>".into()) }];
    let document = files.render(&Acme, &job, &FakeHost::default()).expect("the template is fine");
    assert_eq!(document.body, b"<r><b>&</b></r>");
}

#[test]
fn html_tags_escape_untrusted_attributes() {
    let source = "<r><a b=\"{$label}\">{html_options values=[1] output=['x'] name='n' onfocus=$label}</a><c d=\"{$label}\"/></r>";
    let rendered = render("f", source, "\"<");
    assert!(rendered.starts_with("<r><a b=\"&quot;&lt;\">"), "{rendered}");
    assert!(rendered.ends_with("<c d=\"&quot;&lt;\"/></r>"), "{rendered}");
    assert_eq!(rendered.matches('"').count() % 2, 0, "{rendered}");
    let source = "<r>{html_select_date time=0 field_separator=$label}<c d=\"{$label}\"/></r>";
    let rendered = render("f", source, "x\"<y");
    assert!(rendered.contains("x\"&lt;y"), "{rendered}");
    assert!(rendered.ends_with("<c d=\"x&quot;&lt;y\"/></r>"), "{rendered}");
}
