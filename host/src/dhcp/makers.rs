//! Which options each maker's phones read, and by what they are known. The sources are in `docs/dhcp.md`.

/// How a maker's phones read option 43.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor43 {
    /// The URL as plain text.
    Url,
    /// Options 66 and 67 within it.
    Encapsulated,
}

/// A maker's phones.
#[derive(Debug)]
pub struct Maker {
    pub name: &'static str,
    /// Other names that FusionPBX and the field use.
    pub aliases: &'static [&'static str],
    /// With what the vendor class (option 60) begins; empty if no guide of the maker says it.
    pub class: &'static [&'static str],
    /// With what it begins if the phone sends the binary form.
    pub binary_class: Option<&'static [u8]>,
    /// The options that hold the URL, the one that phones prefer first.
    pub url: &'static [u8],
    pub vendor_43: Option<Vendor43>,
    /// Whether option 67 holds the file's path. Option 66 then holds the server alone.
    pub file_67: bool,
    /// Whether the phones read the addresses of TFTP servers in option 150.
    pub addresses_150: bool,
}

const MAKER: Maker = Maker {
    name: "",
    aliases: &[],
    class: &[],
    binary_class: None,
    url: &[66],
    vendor_43: None,
    file_67: false,
    addresses_150: false,
};

pub const MAKERS: &[Maker] = &[
    Maker { name: "yealink", class: &["yealink"], vendor_43: Some(Vendor43::Url), ..MAKER },
    Maker {
        name: "polycom",
        aliases: &["poly"],
        class: &["Polycom"],
        // The maker's number at IANA, 13885.
        binary_class: Some(&[0x00, 0x00, 0x36, 0x3d]),
        url: &[160, 66],
        ..MAKER
    },
    Maker { name: "grandstream", class: &["Grandstream"], url: &[66, 160], addresses_150: true, ..MAKER },
    // SPA phones, adapters, and multiplatform phones.
    Maker { name: "cisco", class: &["Cisco", "CISCO", "CP-"], url: &[66, 160], addresses_150: true, ..MAKER },
    Maker { name: "linksys", class: &["LINKSYS"], url: &[66, 160], addresses_150: true, ..MAKER },
    Maker { name: "snom", class: &["snom"], vendor_43: Some(Vendor43::Encapsulated), file_67: true, ..MAKER },
    Maker { name: "fanvil", class: &["Fanvil"], vendor_43: Some(Vendor43::Url), ..MAKER },
    Maker { name: "panasonic", url: &[160, 66], ..MAKER },
    Maker { name: "audiocodes", url: &[160, 66], ..MAKER },
];

impl Maker {
    /// The maker of this name, in any case.
    pub fn find(name: &str) -> Option<&'static Self> {
        let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
        MAKERS.iter().find(|maker| is_it(&maker.name) || maker.aliases.iter().any(&is_it))
    }
}
