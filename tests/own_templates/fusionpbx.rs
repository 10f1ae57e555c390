//! Compares the accounts in our files with those that FusionPBX's templates give the same phones. FusionPBX's files are not
//! always well-formed, so the parameters are searched in the text.

use super::phones::{self, Rendered, Variant, rendered};
use super::report;
use dialplate_tests::corpus;
use std::collections::BTreeSet;

/// What must agree, for each maker.
const ESSENTIAL: &[(&str, &[&str])] = &[
    (
        "polycom",
        &[
            "reg.1.address",
            "reg.1.auth.password",
            "reg.1.server.1.address",
            "reg.1.server.1.port",
            "reg.1.server.1.transport",
            "reg.1.server.1.expires",
            "reg.2.server.1.transport",
            "reg.1.outboundProxy.address",
            "msg.mwi.1.callBack",
        ],
    ),
    (
        "grandstream",
        &[
            "P35",
            "P34",
            "P3",
            "P32",
            "P130",
            "account.1.sip.userid",
            "account.1.sip.subscriber.password",
            "account.1.sip.registerExpiration",
            "account.2.sip.registerExpiration",
        ],
    ),
    (
        "cisco",
        &[
            "User_ID_1_",
            "Password_1_",
            "Display_Name_1_",
            "Register_Expires_1_",
            "SIP_Transport_1_",
            "SIP_Transport_2_",
        ],
    ),
    (
        "poly",
        &[
            "VoiceService.1.VoiceProfile.1.Line.1.SIP.AuthUserName",
            "VoiceService.1.VoiceProfile.1.Line.1.SIP.AuthPassword",
            "VoiceService.1.VoiceProfile.1.SIP.ProxyServer",
            "VoiceService.1.VoiceProfile.1.SIP.ProxyServerPort",
            "VoiceService.1.VoiceProfile.1.SIP.ProxyServerTransport",
            "VoiceService.1.Phone.LeftLineKey.3.Number",
            "VoiceService.1.Phone.LeftLineKey.2.Name",
            "VoiceService.1.Phone.LineKey.1.Function",
            "VoiceService.1.Phone.LineKey.1.Number",
        ],
    ),
    (
        "yealink",
        &[
            "account.1.user_name",
            "account.1.password",
            "account.1.label",
            "account.1.sip_server.1.address",
            "account.1.sip_server.1.port",
            "account.1.sip_server.1.expires",
            "account.1.sip_server.1.transport_type",
            "account.1.sip_server.2.address",
            "account.2.sip_server.1.transport_type",
            "account.1.outbound_proxy.1.address",
            "account.1.outbound_proxy.2.address",
            "linekey.2.value",
        ],
    ),
];

/// A model that FusionPBX lacks, and FusionPBX's template for a phone with the same firmware.
const STAND_IN: (&str, &str) = ("poly/edge-b30", "poly/poly-vvx-450");

/// Where FusionPBX's template ignores a column of the line, so that ours is right.
const DIFFERENCES: &[(&str, &str)] = &[
    ("polycom/3.x", "reg.1.server.1.address"),
    ("grandstream/gxp16xx", "P32"),
    ("grandstream/ht813", "P130"),
    ("cisco/spa525g2", "Register_Expires_1_"),
    ("cisco/spa525g2", "SIP_Transport_2_"),
    ("yealink/t4x", "account.1.sip_server.1.address"),
    // It is for one account, and ignores its authentication user, registrar, port and transport.
    ("poly/edge-b30", "VoiceService.1.VoiceProfile.1.Line.1.SIP.AuthUserName"),
    ("poly/edge-b30", "VoiceService.1.VoiceProfile.1.SIP.ProxyServer"),
    ("poly/edge-b30", "VoiceService.1.VoiceProfile.1.SIP.ProxyServerPort"),
    ("poly/edge-b30", "VoiceService.1.VoiceProfile.1.SIP.ProxyServerTransport"),
    // In lower case, which is no value of the phone's.
    ("cisco/spa509g", "SIP_Transport_1_"),
    ("cisco/spa509g", "SIP_Transport_2_"),
];

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_agree_with_fusionpbx_on_accounts() {
    let Some(corpus) = corpus::find() else { return };
    let app = phones::app(Some(&corpus.join("templates"))).await;
    let (model, template) = STAND_IN;
    app.run_sql(&format!("update v_devices set device_template = '{template}' where device_template = '{model}'"))
        .await;
    let (mut faults, mut compared, mut differing) = (Vec::new(), 0, BTreeSet::new());
    for file in rendered().await.iter().filter(|file| file.variant == Variant::Plain && file.zone.is_none()) {
        let answer = app.get(&format!("/app/provision/?mac={}", file.address)).await;
        let text = answer.text();
        for (name, value) in essential(file) {
            let Some(other) = value_of(&text, name).filter(|_| answer.status == 200) else { continue };
            compared += 1;
            let model = format!("{}/{}", file.vendor, file.model);
            let known = DIFFERENCES.iter().find(|difference| **difference == (model.as_str(), name));
            match (other == value, known) {
                (true, None) => {}
                (false, Some(known)) => drop(differing.insert(known)),
                (_, _) => faults.push(format!("{file}: {name} is {value:?}, and {other:?} in FusionPBX's file")),
            }
        }
    }
    report(&faults);
    assert_eq!(differing.len(), DIFFERENCES.len(), "not all differences were seen: {differing:?}");
    assert!(compared > 1_000, "only {compared} values were compared");
}

/// The essential parameters that a file sets.
fn essential(file: &Rendered) -> impl Iterator<Item = (&'static str, &str)> {
    let names = ESSENTIAL.iter().filter(|(maker, _)| *maker == file.maker).flat_map(|(_, names)| *names);
    names.filter_map(|name| Some((*name, file.values.as_ref().ok()?.get(*name)?.as_str())))
}

/// The value of a parameter that a text sets: `name = value`, `name="value"`, `<name …>value<`, `<item name="name">value<`,
/// or `<V>value<` after `<N>name<` in an object.
fn value_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    if text.contains("<ParameterList>") {
        return value_in_object(text, name);
    }
    let until = |start: usize, end: char| text[start..].split(end).next().map(str::trim);
    for (at, _) in text.match_indices(name) {
        let (before, after) = (text[..at].chars().next_back(), &text[at + name.len()..]);
        let rest = at + name.len();
        match (before, after.chars().next()?) {
            (Some('<'), '>' | ' ') => return until(rest + after.find('>')? + 1, '<'),
            (Some('"'), '"') => return until(rest + after.find('>')? + 1, '<'),
            (Some('\n' | '\t' | ' '), '=') if after.starts_with("=\"") => return until(rest + 2, '"'),
            (Some('\n') | None, ' ' | '=') => return until(rest + after.find('=')? + 1, '\n'),
            _ => {}
        }
    }
    None
}

/// The value of `object.name` in a file of OBi's firmware. A parameter without a value is unset.
fn value_in_object<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (object, name) = name.split_at(name.rfind('.')? + 1);
    let (_, parameters) = text.split_once(&format!("<N>{object}</N>"))?;
    let (_, value) = parameters.split("</O>").next()?.split_once(&format!("<N>{name}</N>"))?;
    value.trim_start().strip_prefix("<V>")?.split('<').next()
}
