//! dnsmasq: a file for `/etc/dnsmasq.d`.

use super::plan::{Data, DhcpOption, Group, Plan};

pub fn write(plan: &Plan) -> String {
    let mut text = "# For /etc/dnsmasq.d/dialplate.conf; check it with `dnsmasq --test`.\n".to_owned();
    for group in &plan.groups {
        let tag = match group.maker {
            Some(maker) => {
                text += "\n";
                for class in maker.class {
                    // dnsmasq finds the text anywhere in option 60, also in a maker's binary form.
                    text += &format!("dhcp-vendorclass=set:{},{class}\n", maker.name);
                }
                format!("tag:{},", maker.name)
            }
            None => String::new(),
        };
        text += &lines(group, &tag);
    }
    text
}

fn lines(group: &Group, tag: &str) -> String {
    let value = |option: &DhcpOption| match &option.data {
        Data::Text(text) => format!("\"{text}\""),
        Data::Addresses(addresses) => addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        Data::Encapsulated(options) => Data::hex(&Data::encapsulated(options), ":"),
    };
    group.options.iter().map(|option| format!("dhcp-option={tag}{},{}\n", option.code, value(option))).collect()
}
