//! The User-Agents of phones, read by the built components, against FusionPBX's rules for them.

use dialplate_tests::client;
use dialplate_tests::server::Server;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const CASES: usize = 1_500;

/// The last bytes of a text, or all of it if it is shorter.
fn last(text: &str, count: usize) -> &str {
    &text[text.len().saturating_sub(count)..]
}

/// Whether a text is twelve digits in pairs, with `:` or `-` between them.
fn is_in_pairs(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| if at % 3 == 2 { b":-".contains(&byte) } else { byte.is_ascii_hexdigit() };
    text.len() == 17 && text.bytes().enumerate().all(fits)
}

/// The address that FusionPBX reads, rule by rule. If several rules match, the last one counts.
fn model(agent: &str) -> String {
    let begins = |start: &str| agent.starts_with(start);
    let begins_any_case = |start: &str| agent.len() >= start.len() && agent[..start.len()].eq_ignore_ascii_case(start);
    let mut found = "";
    if begins("Mitel") || begins("Aastra") {
        let fits = |text: &&str| text.bytes().all(|byte| matches!(byte, b'A'..=b'F' | b'0'..=b'9' | b'-'));
        let mut after = agent.match_indices("MAC:").filter_map(|(at, _)| agent.get(at + 4..at + 21));
        found = after.find(fits).unwrap_or_default();
    }
    for (is_such, count) in [
        (begins("AUDC-IPPhone"), 13),
        (begins("Fanvil"), 13),
        (begins_any_case("flyingvoice"), 17),
        (begins("Grandstream"), 12),
        (begins("Htek"), 17),
        (begins("Panasonic"), 14),
    ] {
        if is_such {
            found = last(agent, count);
        }
    }
    // FusionPBX cuts an address in pairs; the whole one counts here.
    if begins("Grandstream") && agent.rsplit(' ').next().is_some_and(is_in_pairs) {
        found = last(agent, 17);
    }
    if agent.get(25..29) == Some("snom") {
        found = agent.split(' ').nth(10).unwrap_or_default();
    }
    if begins_any_case("yealink") || begins_any_case("vp530") {
        found = last(agent, if last(agent, 4).contains(':') { 17 } else { 12 });
    }
    found.to_ascii_lowercase().chars().filter(|char| matches!(char, '0'..='9' | 'a'..='f' | '.' | '/')).collect()
}

/// An address as makers write it, or sometimes a text that only looks like one.
fn address() -> impl Strategy<Value = String> {
    let joined = |digits: String, separator: &str| {
        digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(separator)
    };
    prop_oneof![
        3 => "[0-9a-f]{12}",
        3 => "[0-9A-F]{12}",
        3 => "[0-9a-f]{12}".prop_map(move |digits| joined(digits, ":")),
        3 => "[0-9A-F]{12}".prop_map(move |digits| joined(digits, "-")),
        2 => "[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4}",
        2 => "[0-9a-f:-]{10,18}",
        1 => "[ -~]{0,20}",
    ]
}

fn agent() -> impl Strategy<Value = String> {
    let maker = prop::sample::select(vec![
        "Yealink SIP-T46U 66.86.0.15 ",
        "yealink SIP-T58 58.86.0.5 ",
        "VP530P 23.70.0.40 ",
        "vp530p 23.70.0.40 ",
        "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId ",
        "grandstream Model HW GXP2135 ",
        "Fanvil X5U-V2 2.12.1 ",
        "fanvil X5U-V2 2.12.1 ",
        "Flyingvoice FIP13G V0.6.24 ",
        "FLYINGVOICE FIP13G V0.6.24 ",
        "Htek UC926 2.0.4.2 ",
        "HTEK UC926 2.0.4.2 ",
        "Panasonic_KX-UT670/01.022 (",
        "AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; ",
        "Mitel6940 MAC:",
        "Aastra6731i V:1 MAC:",
        "Aastra6731i MAC:x MAC:",
        "mitel6940 MAC:",
        "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43) ",
        "Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 ",
        "Cisco-CP7960G/8.0 (",
        "curl/8.0 ",
    ]);
    let end =
        prop::sample::select(vec!["", "", "", ")", " V:6.4.0.4006-SIP", " SXM:0 UXM:0 UXMC:0)", " (more)", "x", ":"]);
    // A header's value has no spaces around it.
    (maker, address(), end).prop_map(|(maker, address, end)| format!("{maker}{address}{end}").trim().to_owned())
}

/// The addresses in the log, one for each request.
fn addresses(log: &str) -> Vec<String> {
    let found = log.lines().filter_map(|line| line.split_once("device.address=\"")?.1.split('"').next());
    found.map(str::to_owned).collect()
}

#[test]
fn user_agent_address_equals_fusionpbxs_for_every_maker() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let mut runner = TestRunner::deterministic();
    let agents: Vec<_> = (0..CASES).map(|_| agent().new_tree(&mut runner).unwrap().current()).collect();
    for agent in &agents {
        let headers = [("Host", "localhost"), ("User-Agent", agent.as_str())];
        client::send(server.address, "GET", "/app/provision/", &headers, b"");
    }
    let read = addresses(&server.log());
    assert_eq!(read.len(), CASES);
    let differing = agents.iter().zip(&read).filter(|(agent, read)| model(agent) != **read);
    let differing: Vec<_> =
        differing.map(|(agent, read)| format!("{agent:?}: {read:?}, not {:?}", model(agent))).collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    let named = read.iter().filter(|address| !address.is_empty()).count();
    assert!((CASES / 10..CASES).contains(&named), "{named} name a device");
}
