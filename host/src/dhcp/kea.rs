//! Kea: members of `Dhcp4`.

use super::makers::Maker;
use super::plan::{Data, DhcpOption, Group, Plan};
use serde_json::{Value, json};

pub fn write(plan: &Plan) -> String {
    let codes: Vec<u8> = plan.groups.iter().flat_map(|group| &group.options).map(|option| option.code).collect();
    let definitions: Vec<_> = [150, 160].into_iter().filter(|code| codes.contains(code)).map(definition).collect();
    let (common, makers): (Vec<_>, Vec<_>) = plan.groups.iter().partition(|group| group.maker.is_none());
    let data: Vec<_> = common.iter().flat_map(|group| &group.options).map(value).collect();
    let classes: Vec<_> = makers.iter().filter_map(|group| Some(class(group.maker?, group))).collect();
    let members = [("option-def", definitions), ("option-data", data), ("client-classes", classes)];
    // Kea refuses some empty lists.
    let configuration: serde_json::Map<_, _> = members
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| (name.to_owned(), Value::Array(list)))
        .collect();
    let text = serde_json::to_string_pretty(&json!({ "Dhcp4": configuration })).unwrap_or_default();
    format!("// Add these members to \"Dhcp4\" of your kea-dhcp4.conf; check it with `kea-dhcp4 -t`.\n{text}\n")
}

fn name(code: u8) -> &'static str {
    match code {
        43 => "vendor-encapsulated-options",
        66 => "tftp-server-name",
        67 => "boot-file-name",
        150 => "tftp-servers",
        _ => "provisioning-url",
    }
}

fn definition(code: u8) -> Value {
    match code {
        150 => json!({ "name": name(code), "code": code, "type": "ipv4-address", "array": true }),
        _ => json!({ "name": name(code), "code": code, "type": "string" }),
    }
}

fn class(maker: &Maker, group: &Group) -> Value {
    let data: Vec<_> = group.options.iter().map(value).collect();
    // By default Kea expects options within option 43. Within a class it may be redefined as bytes.
    let has_43 = group.options.iter().any(|option| option.code == 43);
    let definitions: Vec<_> =
        has_43.then(|| json!({ "name": name(43), "code": 43, "type": "binary" })).into_iter().collect();
    let mut class = json!({ "name": maker.name, "test": condition(maker), "option-data": data });
    if !definitions.is_empty() {
        class["option-def"] = definitions.into();
    }
    class
}

fn condition(maker: &Maker) -> String {
    let start = |bytes: usize| format!("substring(option[60].hex,0,{bytes})");
    let texts = maker.class.iter().map(|class| format!("{} == '{class}'", start(class.len())));
    let binary = maker.binary_class.iter().map(|bytes| format!("{} == 0x{}", start(bytes.len()), Data::hex(bytes, "")));
    texts.chain(binary).collect::<Vec<_>>().join(" or ")
}

fn value(option: &DhcpOption) -> Value {
    let bytes = |bytes: &[u8]| json!({ "code": option.code, "name": name(option.code), "csv-format": false, "data": Data::hex(bytes, "") });
    match &option.data {
        Data::Text(text) if option.code == 43 => bytes(text.as_bytes()),
        Data::Text(text) => json!({ "code": option.code, "name": name(option.code), "data": text }),
        Data::Encapsulated(options) => bytes(&Data::encapsulated(options)),
        Data::Addresses(addresses) => {
            let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            json!({ "code": option.code, "name": name(option.code), "data": list })
        }
    }
}
