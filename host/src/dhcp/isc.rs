//! ISC's dhcpd: statements for `dhcpd.conf`.

use super::makers::Maker;
use super::plan::{Data, DhcpOption, Plan};

pub fn write(plan: &Plan) -> String {
    let mut text = "# For dhcpd.conf, outside of every subnet; check it with `dhcpd -t`.\n".to_owned();
    let codes: Vec<u8> = plan.groups.iter().flat_map(|group| &group.options).map(|option| option.code).collect();
    for (code, definition) in [
        (150, "option tftp-servers code 150 = array of ip-address;\n"),
        (160, "option provisioning-url code 160 = text;\n"),
    ] {
        if codes.contains(&code) {
            text += definition;
        }
    }
    for group in &plan.groups {
        match group.maker {
            None => text += &group.options.iter().map(|option| statement(option, "")).collect::<String>(),
            Some(maker) => {
                text += &format!("\nclass \"{}\" {{\n    match if {};\n", maker.name, condition(maker));
                text += &group.options.iter().map(|option| statement(option, "    ")).collect::<String>();
                text += "}\n";
            }
        }
    }
    text
}

fn condition(maker: &Maker) -> String {
    let length = |bytes: usize| format!("substring (option vendor-class-identifier, 0, {bytes})");
    let texts = maker.class.iter().map(|class| format!("{} = \"{class}\"", length(class.len())));
    let binary = maker.binary_class.iter().map(|bytes| format!("{} = {}", length(bytes.len()), Data::hex(bytes, ":")));
    texts.chain(binary).collect::<Vec<_>>().join(" or ")
}

fn statement(option: &DhcpOption, indent: &str) -> String {
    let name = match option.code {
        43 => "vendor-encapsulated-options",
        66 => "tftp-server-name",
        67 => "bootfile-name",
        150 => "tftp-servers",
        _ => "provisioning-url",
    };
    let value = match &option.data {
        // dhcpd reads only bytes here.
        Data::Text(text) if option.code == 43 => {
            return format!("{indent}# {text}\n{indent}option {name} {};\n", Data::hex(text.as_bytes(), ":"));
        }
        Data::Text(text) => format!("\"{text}\""),
        Data::Addresses(addresses) => addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Data::Encapsulated(options) => Data::hex(&Data::encapsulated(options), ":"),
    };
    format!("{indent}option {name} {value};\n")
}
