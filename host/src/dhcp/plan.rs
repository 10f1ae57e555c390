//! Which options a DHCP server has to send, and to whom, before they are written in its language.

use super::base_url::BaseUrl;
use super::makers::{MAKERS, Maker, Vendor43};
use std::net::Ipv4Addr;

/// The options of the base for phones of every maker.
const COMMON: [u8; 2] = [66, 160];
const FILE: u8 = 67;
const VENDOR: u8 = 43;
const ADDRESSES: u8 = 150;

/// The file that a snom asks for; it replaces `{mac}` by its address.
const SNOM_FILE: &str = "snom-{mac}.htm";

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    Text(String),
    Addresses(Vec<Ipv4Addr>),
    /// Texts within an option, each with its code.
    Encapsulated(Vec<(u8, String)>),
}

/// One option with its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpOption {
    pub code: u8,
    pub data: Data,
}

/// Options for the same clients.
#[derive(Debug)]
pub struct Group {
    /// The maker whose phones get them; `None` for every client.
    pub maker: Option<&'static Maker>,
    pub options: Vec<DhcpOption>,
}

/// All options of one configuration.
#[derive(Debug)]
pub struct Plan {
    pub groups: Vec<Group>,
    /// What the operator has to know, one sentence each.
    pub notes: Vec<String>,
}

impl Plan {
    /// The options for this base. `tftp` are the servers of option 150. For one maker alone, only clients with its vendor
    /// class get options, if the class is known.
    pub fn new(base: &BaseUrl, tftp: &[Ipv4Addr], maker: Option<&'static Maker>) -> Self {
        let addresses: Vec<_> = if tftp.is_empty() { base.address().into_iter().collect() } else { tftp.to_vec() };
        let groups = match maker {
            Some(maker) => vec![Group {
                maker: Some(maker).filter(|maker| !maker.class.is_empty()),
                options: of_maker(base, &addresses, maker),
            }],
            None => of_all(base, &addresses),
        };
        Self { groups, notes: notes(base, &addresses, maker) }
    }
}

/// The common options for everybody, and option 43 for those makers whose phones read it.
fn of_all(base: &BaseUrl, addresses: &[Ipv4Addr]) -> Vec<Group> {
    let text = |code: &u8| DhcpOption { code: *code, data: Data::Text(base.as_str().to_owned()) };
    let common = COMMON.iter().map(text).chain(addresses_150(addresses)).collect();
    let vendors = MAKERS.iter().filter(|maker| maker.vendor_43.is_some());
    let group = |maker: &'static Maker| {
        let mut options = of_maker(base, addresses, maker);
        // The others are the same as for everybody, unless option 66 holds the server alone.
        options.retain(|option| option.code == VENDOR || maker.file_67);
        Group { maker: Some(maker), options }
    };
    std::iter::once(Group { maker: None, options: common }).chain(vendors.map(group)).collect()
}

fn of_maker(base: &BaseUrl, addresses: &[Ipv4Addr], maker: &Maker) -> Vec<DhcpOption> {
    let value = if maker.file_67 { base.server() } else { base.as_str() };
    let path = format!("{}{SNOM_FILE}", base.folder());
    let mut options: Vec<_> =
        maker.url.iter().map(|code| DhcpOption { code: *code, data: Data::Text(value.to_owned()) }).collect();
    if maker.file_67 {
        options.push(DhcpOption { code: FILE, data: Data::Text(path.clone()) });
    }
    if let Some(form) = maker.vendor_43 {
        let data = match form {
            Vendor43::Url => Data::Text(base.as_str().to_owned()),
            Vendor43::Encapsulated => Data::Encapsulated(vec![(COMMON[0], value.to_owned()), (FILE, path)]),
        };
        options.push(DhcpOption { code: VENDOR, data });
    }
    if maker.addresses_150 {
        options.extend(addresses_150(addresses));
    }
    options
}

fn addresses_150(addresses: &[Ipv4Addr]) -> Option<DhcpOption> {
    (!addresses.is_empty()).then(|| DhcpOption { code: ADDRESSES, data: Data::Addresses(addresses.to_vec()) })
}

fn notes(base: &BaseUrl, addresses: &[Ipv4Addr], maker: Option<&Maker>) -> Vec<String> {
    let mut notes = Vec::new();
    if addresses.is_empty() && maker.is_none_or(|maker| maker.addresses_150) {
        notes.push(
            "option 150 is left out: it holds addresses of TFTP servers, so name them with --tftp-server".to_owned(),
        );
    }
    if let Some(maker) = maker.filter(|maker| maker.class.is_empty()) {
        let name = maker.name;
        notes.push(format!("every client gets these options, because the vendor class of {name} is not known"));
    }
    if !base.is_encrypted() {
        notes.push("the URL is not https, so everybody on the way can read the phones' passwords".to_owned());
    }
    notes
}

impl Data {
    /// Bytes in hexadecimal digits, with this text between them.
    pub fn hex(bytes: &[u8], between: &str) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
    }

    /// The bytes of an option that others are within.
    pub fn encapsulated(options: &[(u8, String)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, text) in options {
            // A base URL is short enough for every length to fit into a byte. The zero at the end counts, as in the maker's
            // example.
            let text = text.bytes().chain([0]).take(usize::from(u8::MAX));
            bytes.extend([*code, u8::try_from(text.clone().count()).unwrap_or(u8::MAX)]);
            bytes.extend(text);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(maker: &str) -> Vec<u8> {
        let base = BaseUrl::parse("http://192.0.2.10/provision/").unwrap();
        let plan = Plan::new(&base, &[], Maker::find(maker));
        plan.groups.iter().flat_map(|group| &group.options).map(|option| option.code).collect()
    }

    #[test]
    fn each_maker_gets_the_options_of_its_guide() {
        for (maker, expected) in [
            ("yealink", &[66, 43][..]),
            ("Poly", &[160, 66]),
            ("grandstream", &[66, 160, 150]),
            ("cisco", &[66, 160, 150]),
            ("snom", &[66, 67, 43]),
            ("fanvil", &[66, 43]),
            ("panasonic", &[160, 66]),
        ] {
            assert_eq!(codes(maker), expected, "{maker}");
        }
    }

    #[test]
    fn option_150_needs_an_address() {
        let base = BaseUrl::parse("https://pbx.example.net/provision/").unwrap();
        let has_150 = |plan: &Plan| plan.groups[0].options.iter().any(|option| option.code == ADDRESSES);
        let plan = Plan::new(&base, &[], None);
        assert!(!has_150(&plan) && plan.notes.iter().any(|note| note.contains("--tftp-server")), "{:?}", plan.notes);
        assert!(has_150(&Plan::new(&base, &[Ipv4Addr::new(192, 0, 2, 10)], None)));
    }

    #[test]
    fn encapsulated_option_has_codes_and_lengths() {
        let options = [(66, "http://test".to_owned()), (67, "a.php".to_owned())];
        assert_eq!(Data::encapsulated(&options), b"\x42\x0chttp://test\0\x43\x06a.php\0");
    }
}
