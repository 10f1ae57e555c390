//! The table of natural URLs: every URL that phones request, and its meaning.

use Of::{All, Phones, Sites};
use To::{Page, PageOrDefault, Picture, Static};

/// The origin of a rule, which determines the value of `url_forms` that enables it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Of {
    /// The nginx site of at least one of FusionPBX's installers.
    Sites,
    /// Phones request it, and no site has a rule, so that nginx answers 404. Some of these are in FusionPBX's wiki, its
    /// `.htaccess`, or sites that others publish.
    Phones,
    /// Like `Phones`, but the rule would change the behaviour of phones that work today, or match URLs far from
    /// `/provision/`.
    All,
}

impl Of {
    /// The least value of `url_forms` that enables the rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sites => "fusionpbx",
            Self::Phones => "phones",
            Self::All => "all",
        }
    }
}

/// The result of a rule.
pub enum To {
    /// These parameters, with the pattern's captures in place of `{name}`.
    Page(&'static str),
    /// Like `Page`, and the device's default file if it has no file of that name.
    PageOrDefault(&'static str),
    /// An unrendered public file below the template root.
    Static(&'static str),
    /// A picture: public below the template roots, otherwise the device's own.
    Picture(&'static str),
}

/// The part of a rule's URL before its pattern.
pub const PROVISION: &str = "/provision/";

pub struct Rule {
    pub of: Of,
    pub pattern: &'static str,
    pub to: To,
}

const fn rule(of: Of, pattern: &'static str, to: To) -> Rule {
    Rule { of, pattern, to }
}

/// The first matching rule counts, so the sites' rules come first.
///
/// A pattern that begins with `/` is a whole path; any other is matched after `/provision/`, at any place in the path.
/// `{hex}` is twelve hexadecimal digits; `{mac}` is the same, `{pairs}` six pairs of them with `:` or `-` between,
/// `{dashed}` twelve to seventeen of them and hyphens, `{ext}` up to eleven decimal digits, and these are captured, as is
/// every named group. The rest is a regular expression. Dots that the installers leave unescaped match any character
/// here too, and patterns that they leave unanchored are unanchored here, because existing phones may rely on it.
///
/// Where the sources contradict each other:
/// - `000000000000.cfg` is an address like any other. The sites have a rule of its own for it, which stands behind
///   the general one and is never reached.
/// - `MAC-directory.xml` means `{$mac}-directory.xml`, as on every nginx; `.htaccess` alone says `directory.xml`.
/// - The three spellings of a phone book with an address exclude each other, so all three are here.
/// - `y….cfg` names no device: the User-Agent does. `.htaccess` would take the digits for an address.
/// - An address is twelve digits with no further digit at either end; `.htaccess` takes the last twelve of any number.
/// - `file/MAC.xml` is a file of that name, not an address, and `12345/cfgMAC.xml` an extension: the nginx sites'
///   meaning, not that of `.htaccess`.
/// - `VVX411-MAC.cfg` and the like are snom's form of an address on every site; one that others publish says
///   `custom.cfg`.
/// - Firmware (`*.ld`, `polycom/firmware/…`) is not served: those rules lead to folders that FusionPBX does not have.
/// - `.boot` is off by default: FusionPBX has had 112 such files that no phone ever got, and a Yealink that gets one
///   follows it.
pub const RULES: &[Rule] = &[
    // Algo. CentOS alone sends no file for it.
    rule(Sites, r"algom{mac}\.conf.*", Page("mac={mac}&file=algom{$mac}.conf")),
    rule(Sites, r"algom{mac}", Page("mac={mac}")),
    // Avaya.
    rule(Sites, r"J100Supgrade.txt.*", Static("avaya/J100Supgrade.txt")),
    rule(Sites, r"{mac}.txt?", Page("mac={mac}")),
    // Mitel.
    rule(Sites, r"MN_{mac}\.cfg.*", Page("mac={mac}&file=MN_{$mac}.cfg")),
    rule(Sites, r"MN_Generic.cfg.*", Page("mac=08000f000000&file=MN_Generic.cfg")),
    // Grandstream.
    rule(Sites, r"cfg{mac}(\.(xml|cfg))?", Page("mac={mac}")),
    rule(Sites, r"(pb/)?{mac}/phonebook\.xml", Page("mac={mac}&file=phonebook.xml")),
    rule(Sites, r"pb{dashed}/phonebook\.xml", Page("mac={mac}&file=phonebook.xml")),
    rule(Sites, r"(?<file>(phonebook\.xml)?)", Page("file={file}")),
    // Grandstream Wave: the extension counts, the address in the name does not.
    rule(Sites, r"(?<ext>[0-9]{5})/cfg{hex}.xml", Page("ext={ext}")),
    // Aastra.
    rule(Sites, r"aastra.cfg", Page("file=aastra.cfg")),
    // Yealink, and with its second rule everybody.
    rule(Sites, r"(?<file>y[0-9]{12})(\.cfg)?", Page("file={file}.cfg")),
    rule(Sites, r"{mac}(\.(xml|cfg))?", Page("mac={mac}")),
    // Polycom.
    rule(Sites, r"features.cfg", Page("file=features.cfg")),
    rule(Sites, r"{mac}-sip.cfg", Page("mac={mac}&file=sip.cfg")),
    rule(Sites, r"{mac}-phone.cfg", Page("mac={mac}")),
    rule(Sites, r"{mac}-registration.cfg", Page("mac={mac}&file={$mac}-registration.cfg")),
    rule(Sites, r"{mac}-directory.xml", Page("mac={mac}&file={$mac}-directory.xml")),
    // Cisco.
    rule(Sites, r"file/(?<file>.*\.(xml|cfg)).*", Page("file={file}")),
    rule(Sites, r"directory\.xml", Page("file=directory.xml")),
    // Escene.
    rule(Sites, r"{ext}_Extern.xml", Page("ext={ext}&file={$mac}_extern.xml")),
    rule(Sites, r"{ext}_Phonebook.xml", Page("ext={ext}&file={$mac}_phonebook.xml")),
    // VTech.
    rule(Sites, r"VCS754_{mac}\.cfg", Page("mac={mac}")),
    rule(Sites, r"pb{dashed}/directory\.xml", Page("mac={mac}&file=directory.xml")),
    // Digium.
    rule(Sites, r"{mac}-contacts\.cfg", Page("mac={mac}&file={$mac}-contacts.cfg")),
    rule(Sites, r"{mac}-smartblf\.cfg", Page("mac={mac}&file={$mac}-smartblf.cfg")),
    // snom.
    rule(Sites, r".*-{mac}\.?(cfg|htm)?", Page("mac={mac}")),
    rule(Sites, r"C520-WiMi_{mac}\.cfg", Page("mac={mac}")),
    rule(Sites, r"{mac}/directory\.xml", Page("mac={mac}&file=directory.xml")),
    // The page without its slash: the wiki's `Profile_Rule` for Cisco's phones. A phone may not follow nginx's redirect.
    rule(Phones, r"/app/provision", Page("")),
    // Any address with separators (`.htaccess`) or an ending in capitals, or in a vendor's folder (wiki).
    rule(Phones, r"([A-Za-z0-9_-]+/)?{pairs}(\.(?i:cfg|xml|txt))?", Page("mac={mac}")),
    rule(Phones, r"([A-Za-z0-9_-]+/)?{mac}(\.(?i:cfg|xml|txt))?", Page("mac={mac}")),
    rule(Phones, r"/provisioning/[a-z]+/{mac}\.(xml|cfg)", Page("mac={mac}")),
    // Any address in the root (`.htaccess`): where the provisioning server is named without a folder.
    rule(Phones, r"/(cfg)?({pairs}|(?<bare>{hex}))(\.(xml|cfg))?", Page("mac={mac}{bare}")),
    // Konftel, snom, 2N (the newest site): a name before the address.
    rule(Phones, r"[A-Za-z0-9_-]+-({pairs}|(?<bare>{hex}))\.xml", Page("mac={mac}{bare}")),
    // VTech and others: the model before the address; without such a file, the device's own.
    rule(
        Phones,
        r"(?<model>[A-Za-z0-9-]+_){mac}(?<kind>\.(xml|cfg))",
        PageOrDefault("mac={mac}&file={model}{$mac}{kind}"),
    ),
    // snom m3 (`.htaccess`).
    rule(Phones, r"/(.*/)?m3/settings/{mac}(\.cfg)?", Page("mac={mac}")),
    // Polycom (wiki), and a site that others publish.
    rule(Phones, r"{mac}-(?<file>(site|web|features)\.cfg)", Page("mac={mac}&file={file}")),
    rule(Phones, r"phone{mac}.cfg", Page("mac={mac}&file=phoneMAC.cfg")),
    rule(Phones, r"directories/000000000000-directory.xml", Page("file={$mac}-directory.xml")),
    // Grandstream: a prefix and a postfix around the name, which are settings of the phone (P234, P235); a postfix may
    // begin with a digit, so that the first twelve are the address. And the files of the model and of all models, which
    // the device's own file replaces if they are absent.
    rule(Phones, r"[^/]*cfg({pairs}|(?<bare>{hex}))[^/]*", Page("mac={mac}{bare}")),
    rule(Phones, r"/[^/]*cfg({pairs}|(?<bare>{hex}))[^/]*", Page("mac={mac}{bare}")),
    rule(Phones, r"(?<file>([^/]*[_.-])?cfg[A-Za-z0-9_-]*\.xml)", PageOrDefault("file={file}")),
    rule(Phones, r"/(?<file>cfg[A-Za-z0-9_-]*\.xml)", PageOrDefault("file={file}")),
    rule(Phones, r"([^/]*[_.-])?(?<file>cfg[A-Za-z0-9_-]*\.xml)[^/]+", PageOrDefault("file={file}")),
    // Cisco SPA's and Zoiper's first file, which names a model or nothing.
    rule(Phones, r"(?<file>spa[A-Za-z0-9]+\.cfg|zoiper\.xml)", PageOrDefault("file={file}")),
    // Yealink's key of the file common to a model, whose digits are no address.
    rule(Phones, r"(?<file>y[0-9]{12}_Security\.enc)", Page("file={file}")),
    // Pictures (wiki, and sites that others publish).
    rule(Phones, r"(?<file>([A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+\.(?i:png|jpe?g|gif|bmp))", Picture("file={file}")),
    // Cisco's `SEP….cnf.xml` and `SIP….cnf`, Algo's `algo….conf`, Polycom's `…-license.cfg`: a file of the device's
    // with its address in the name; then its file of just that name, in a folder named like the address or in none.
    rule(
        Phones,
        r"(?<before>([A-Za-z0-9_.-]*[G-Zg-z_.-])?){mac}(?<after>([G-Zg-z_.-][A-Za-z0-9_.-]*)?\.{kind})",
        Page("mac={mac}&file={before}{$mac}{after}"),
    ),
    rule(Phones, r"{mac}/(?<file>[A-Za-z0-9_.-]+\.{kind})", Page("mac={mac}&file={file}")),
    rule(Phones, r"(?<file>[A-Za-z0-9_.-]+\.{kind})", Page("file={file}")),
    // Yealink, Flyingvoice.
    rule(All, r"{mac}\.boot", Page("mac={mac}&file={$mac}.boot")),
    rule(All, r"(?<file>y[0-9]{12}\.boot)", Page("file={file}")),
    // An address, an extension or a model's number in any path (`.htaccess`, wiki).
    rule(All, r"/(.*/)?(?<file>y[0-9]{12})(\.cfg)?", Page("file={file}.cfg")),
    rule(All, r"/.*[^0-9A-Fa-f]({pairs}|(?<bare>{hex}))(\.(xml|cfg))?", Page("mac={mac}{bare}")),
    rule(All, r"/(.*/)?{ext}_Extern.xml", Page("ext={ext}&file={$mac}_extern.xml")),
    rule(All, r"/(.*/)?{ext}_Phonebook.xml", Page("ext={ext}&file={$mac}_phonebook.xml")),
];

/// Endings of text files that are not a program's, which are what templates are made into, and of Yealink's key files.
const KINDS: &str = "(?i:cfg|conf|cnf|xml|txt|csv|json|ini|dat|ott|enc)";

/// The regular expression of a pattern, for a whole path or for what follows [`PROVISION`].
pub fn expression(pattern: &str) -> String {
    let tail = pattern
        .replace("{hex}", "[A-Fa-f0-9]{12}")
        .replace("{mac}", "(?<mac>[A-Fa-f0-9]{12})")
        .replace("{pairs}", "(?<mac>[A-Fa-f0-9]{2}(?:[:-][A-Fa-f0-9]{2}){5})")
        .replace("{dashed}", "(?<mac>[A-Fa-f0-9-]{12,17})")
        .replace("{ext}", "(?<ext>[0-9]{1,11})")
        .replace("{kind}", KINDS);
    format!("^(?:{tail})$")
}

impl Rule {
    pub fn is_of_whole_path(&self) -> bool {
        self.pattern.starts_with('/')
    }
}
