//! MikroTik's RouterOS, version 7: lines for its terminal or a file for `/import`.

use super::plan::{Data, DhcpOption, Group, Plan};

pub fn write(plan: &Plan) -> String {
    let mut text = "# For RouterOS 7. Replace dhcp1 by the name of your DHCP server.\n".to_owned();
    text += "/ip dhcp-server option\n";
    for group in &plan.groups {
        for option in &group.options {
            text += &format!("add name={}-{} code={} value={}\n", set(group), option.code, option.code, value(option));
        }
    }
    text += "/ip dhcp-server option sets\n";
    for group in &plan.groups {
        let names: Vec<_> = group.options.iter().map(|option| format!("{}-{}", set(group), option.code)).collect();
        text += &format!("add name={} options={}\n", set(group), names.join(","));
    }
    for group in &plan.groups {
        let set = set(group);
        let Some(maker) = group.maker else {
            text += &format!("/ip dhcp-server set [find name=dhcp1] dhcp-option-set={set}\n");
            continue;
        };
        for class in maker.class {
            // RouterOS finds the text anywhere in option 60, also in a maker's binary form.
            text += &format!(
                "/ip dhcp-server matcher add name={set} server=dhcp1 code=60 matching-type=substring value=\"{class}\" option-set={set}\n"
            );
        }
    }
    text
}

/// The name of a group's option set.
fn set(group: &Group) -> String {
    group.maker.map_or_else(|| "dialplate".to_owned(), |maker| format!("dialplate-{}", maker.name))
}

fn value(option: &DhcpOption) -> String {
    let hex = |bytes: &[u8]| format!("0x{}", Data::hex(bytes, ""));
    match &option.data {
        // Between quotes, RouterOS replaces names after `$`, and its terminal shows help for `?`.
        Data::Text(text) => format!("\"s'{}'\"", text.replace('$', "\\$").replace('?', "\\3F")),
        Data::Addresses(addresses) => hex(&addresses.iter().flat_map(|address| address.octets()).collect::<Vec<_>>()),
        Data::Encapsulated(options) => hex(&Data::encapsulated(options)),
    }
}
