//! What the phones of each maker ask for, and how they name themselves, for requests that look like theirs. The server
//! does not use this table.

/// The requests of a maker's phones. `{mac}` and `{MAC}` stand for the address, `{colons}` and `{DASHES}` for the address
/// in pairs, `{model}` and `{MODEL}` for the template's name.
pub struct Phone {
    /// `device_vendor`.
    vendor: &'static str,
    agent: &'static str,
    own: &'static str,
    /// A file that all phones ask for, or all of a model; the server finds the device by the User-Agent.
    common: Option<&'static str>,
    /// The phone book.
    directory: Option<&'static str>,
}

const CFG: &str = "/provision/{mac}.cfg";
const XML: &str = "/provision/{mac}.xml";
const DIRECTORY: Option<&str> = Some("/provision/{mac}/directory.xml");
const PHONEBOOK: Option<&str> = Some("/provision/{mac}/phonebook.xml");

const fn phone(vendor: &'static str, agent: &'static str, own: &'static str) -> Phone {
    Phone { vendor, agent, own, common: None, directory: None }
}

impl Phone {
    const fn with(mut self, common: Option<&'static str>, directory: Option<&'static str>) -> Self {
        self.common = common;
        self.directory = directory;
        self
    }
}

/// Phones of makers without a line of their own.
const OTHER: Phone = phone("", "{model}", CFG);

/// The forms of the User-Agents are those by which FusionPBX and the plugins read an address from them, and the URLs
/// those of the sites that FusionPBX's installers write (`request/natural/rules.rs`).
static PHONES: [Phone; 32] = [
    phone("2n", "2N IP Style 2.35.0", XML),
    phone("aastra", "Aastra{model} MAC:{DASHES} V:3.3.1.4365-SIP", "/provision/{MAC}.cfg")
        .with(Some("/provision/aastra.cfg"), None),
    phone("acrobits", "SoftPhone/1.0 (acrobits)", XML),
    phone("algo", "Algo-{model}/3.4.1", "/provision/algom{mac}.conf"),
    phone("atcom", "ATCOM {MODEL}", CFG),
    phone("avaya", "Avaya {MODEL} 4.0.7.1.5 {mac}", "/provision/{mac}.txt").with(None, DIRECTORY),
    phone("cisco", "Cisco/{MODEL}-7.6.2 ({MAC})", XML).with(None, DIRECTORY),
    phone("digium", "Digium {MODEL} 2.9.6", CFG).with(None, Some("/provision/{mac}-contacts.cfg")),
    phone("escene", "ES330 V2.0.8", XML),
    phone("fanvil", "Fanvil {MODEL} 2.12.1 {mac}", CFG).with(None, DIRECTORY),
    phone("flyingvoice", "Flyingvoice {MODEL} V0.6.24 {colons}", CFG)
        .with(Some("/provision/y000000000000.cfg"), DIRECTORY),
    phone("grandstream", "Grandstream Model HW {MODEL} SW 1.0.11.39 DevId {mac}", "/provision/cfg{mac}.xml")
        .with(None, PHONEBOOK),
    phone("groundwire", "SoftPhone/1.0 (groundwire)", XML),
    phone("htek", "Htek {MODEL} 2.0.4.2 {colons}", CFG).with(None, PHONEBOOK),
    phone("linksys", "Linksys/{MODEL}-5.2.13 ({MAC})", XML),
    phone("linphone", "SoftPhone/1.0 (linphone)", XML),
    phone("mitel", "Mitel{model} MAC:{DASHES} V:6.4.0.4006-SIP", "/provision/MN_{MAC}.cfg"),
    phone("obihai", "OBIHAI/{model}-5.1.11", XML),
    phone("panasonic", "Panasonic_KX-{MODEL}/01.022 ({mac})", CFG),
    phone("poly", "FileTransport Poly-{model}-UA/8.0.1 Type/Application", CFG)
        .with(Some("/provision/{mac}-sip.cfg"), Some("/provision/{mac}-directory.xml")),
    phone("polycom", "FileTransport Polycom{MODEL}-UA/5.9.5.0614 Type/Application", CFG)
        .with(Some("/provision/{mac}-sip.cfg"), Some("/provision/{mac}-directory.xml")),
    phone("sangoma", "Sangoma {model} 2.0.4.60 {colons}", XML),
    phone("sipnetic", "SoftPhone/1.0 (sipnetic)", XML),
    phone(
        "snom",
        "Mozilla/4.0 (compatible; snom{model}-SIP 10.1.169.16 2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43) {MAC} \
         SXM:0 UXM:0 UXMC:0)",
        "/provision/snom{model}-{MAC}.htm",
    ),
    phone("spectralink", "Spectralink-{MODEL}-UA", CFG),
    phone("swissvoice", "Swissvoice {MODEL} 1.0", CFG),
    phone("telekonnectors", "SoftPhone/1.0 (telekonnectors)", CFG),
    phone("vtech", "Vesa {MODEL} 1.1.4.0", "/provision/VCS754_{MAC}.cfg").with(None, DIRECTORY),
    phone("yealink", "Yealink SIP-{MODEL} 66.86.0.15 {colons}", CFG)
        .with(Some("/provision/y000000000000.cfg"), DIRECTORY),
    phone("yeastar", "{MODEL} V10.2", CFG),
    phone("zoiper", "Z 5.6.6 v2.10.20.5", XML).with(None, DIRECTORY),
    phone("generic", "SoftPhone/1.0 (generic)", CFG),
];

/// The phones of a vendor.
pub fn of_vendor(vendor: &str) -> &'static Phone {
    PHONES.iter().find(|phone| phone.vendor == vendor).unwrap_or(&OTHER)
}

/// An address and a template of FusionPBX's, such as `yealink/t46u`.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    pub address: &'a str,
    pub template: &'a str,
}

impl Phone {
    pub fn agent(&self, model: Model<'_>) -> String {
        filled(self.agent, model)
    }

    /// The target of the phone's own file.
    pub fn own(&self, model: Model<'_>) -> String {
        filled(self.own, model)
    }

    pub fn common(&self, model: Model<'_>) -> Option<String> {
        self.common.map(|target| filled(target, model))
    }

    pub fn directory(&self, model: Model<'_>) -> Option<String> {
        self.directory.map(|target| filled(target, model))
    }
}

fn filled(text: &str, model: Model<'_>) -> String {
    let name = model.template.rsplit('/').next().unwrap_or_default();
    let pairs = |separator: &str| {
        let pairs = model.address.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.collect::<Vec<_>>().join(separator)
    };
    text.replace("{mac}", model.address)
        .replace("{MAC}", &model.address.to_ascii_uppercase())
        .replace("{colons}", &pairs(":"))
        .replace("{DASHES}", &pairs("-").to_ascii_uppercase())
        .replace("{model}", name)
        .replace("{MODEL}", &name.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_asks_in_its_makers_way() {
        let model = Model { address: "001565aabbcc", template: "yealink/t46u" };
        let phone = of_vendor("yealink");
        assert_eq!(phone.agent(model), "Yealink SIP-T46U 66.86.0.15 00:15:65:aa:bb:cc");
        assert_eq!(phone.own(model), "/provision/001565aabbcc.cfg");
        assert_eq!(phone.common(model).as_deref(), Some("/provision/y000000000000.cfg"));
        assert_eq!(phone.directory(model).as_deref(), Some("/provision/001565aabbcc/directory.xml"));
        let model = Model { address: "00085d0591c3", template: "aastra/6731i" };
        assert_eq!(of_vendor("aastra").agent(model), "Aastra6731i MAC:00-08-5D-05-91-C3 V:3.3.1.4365-SIP");
        assert_eq!(of_vendor("aastra").own(model), "/provision/00085D0591C3.cfg");
        assert_eq!(of_vendor("acme").own(model), "/provision/00085d0591c3.cfg");
    }
}
