//! The devices of the storm, and what each fetches: files that FusionPBX gave to its original, by the URLs and with the
//! User-Agent of its maker's phones.

use crate::disturb::{SWAPPED_FILE, SWAPPED_TEMPLATE};
use dialplate::bench::{Account, Client, Model, Origin, Request, of_vendor};
use dialplate_tests::corpus;
use dialplate_tests::fleet::Copy;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::Path;

/// Devices of each vendor whose files are compared byte by byte.
const CHECKED_PER_VENDOR: usize = 12;

/// The password that the domains demand of the user `phone`.
pub const PASSWORD: &str = "secret1";

/// The account that the domains demand.
pub fn account() -> Account {
    Account::parse(&format!("phone:{PASSWORD}")).expect("an account")
}

/// The server as the client knows it.
pub fn origin(server: SocketAddr) -> Origin {
    Origin::parse(&format!("http://{server}")).expect("a URL")
}

/// A device and its files, in the order in which its phone fetches them.
pub struct Device {
    vendor: String,
    pub files: Vec<File>,
}

/// A file, and its right body if it is compared.
pub struct File {
    pub request: Request,
    pub body: Option<Vec<u8>>,
    /// Whether its template is the one that is swapped.
    pub is_swapped: bool,
}

/// A recorded request that FusionPBX answered with a complete file.
struct Recording {
    target: String,
    file: String,
    agent: String,
}

/// What each copy fetches.
pub fn devices(copies: &[Copy], corpus: &Path) -> Vec<Device> {
    let recordings = recordings(corpus);
    let device = |copy: &Copy| {
        let file = |recording: &Recording| {
            let [target, agent] = [&recording.target, &recording.agent].map(|text| respelled(text, copy));
            let is_swapped = copy.template == SWAPPED_TEMPLATE && recording.file == SWAPPED_FILE;
            File { request: Request::new(&copy.domain, &target, &agent), body: None, is_swapped }
        };
        let files = wanted(&recordings[&copy.original], copy).into_iter().map(file).collect();
        Device { vendor: copy.vendor().to_owned(), files }
    };
    copies.iter().map(device).collect()
}

/// The recordings of each device, those of phones' own URLs first.
fn recordings(corpus: &Path) -> HashMap<String, Vec<Recording>> {
    let mut found: HashMap<String, Vec<Recording>> = HashMap::new();
    let cases = corpus::files(corpus);
    for kind in ["natural", "file"] {
        for case in cases.iter().filter(|case| case["kind"] == kind && case["method"] == "GET") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (target, file) = (text(&case["target"]), text(&case["file"]));
            let recording = Recording { target, file, agent: text(&case["headers"]["User-Agent"]) };
            found.entry(text(&case["mac"])).or_default().push(recording);
        }
    }
    found
}

/// The common file, the phone's own and its phone book, as far as they were recorded; at least one file.
fn wanted<'a>(recordings: &'a [Recording], copy: &Copy) -> Vec<&'a Recording> {
    let (phone, model) = (of_vendor(copy.vendor()), Model { address: &copy.original, template: &copy.template });
    let identifies = |recording: &&Recording| {
        respelled(&recording.target, copy) != recording.target || respelled(&recording.agent, copy) != recording.agent
    };
    let usable: Vec<_> = recordings.iter().filter(identifies).collect();
    let at = |target: Option<String>| usable.iter().find(|it| Some(&it.target) == target.as_ref()).copied();
    let first = |is_it: fn(&Recording) -> bool| usable.iter().find(|it| is_it(it)).copied();
    let common = at(phone.common(model)).or_else(|| first(|it| it.file.ends_with(".cfg") && !it.file.contains('$')));
    let own = at(Some(phone.own(model))).or_else(|| first(|it| it.file.contains('$')));
    let own = own.or_else(|| usable.first().copied().filter(|_| common.is_none()));
    let mut seen = BTreeSet::new();
    let files = [common, own, at(phone.directory(model))].into_iter().flatten();
    files.filter(|it| seen.insert(&it.file)).collect()
}

/// A text of the original with the address of the copy, in each spelling.
fn respelled(text: &str, copy: &Copy) -> String {
    let pairs = |address: &str, separator: &str| {
        let pairs = address.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.collect::<Vec<_>>().join(separator)
    };
    let mut text = text.to_owned();
    for separator in ["", ":", "-"] {
        let [from, to] = [&copy.original, &copy.address].map(|address| pairs(address, separator));
        text = text.replace(&from, &to).replace(&from.to_ascii_uppercase(), &to.to_ascii_uppercase());
    }
    text
}

/// The files of all devices, and the number of vendors.
pub fn summary(devices: &[Device]) -> (usize, usize) {
    let vendors: BTreeSet<_> = devices.iter().map(|device| &device.vendor).collect();
    (devices.iter().map(|device| device.files.len()).sum(), vendors.len())
}

/// Fetches the files of some devices of each vendor from a server that keeps nothing. The storm must give the same. Returns
/// the number of files.
pub fn learn(server: SocketAddr, devices: &mut [Device]) -> usize {
    let mut client = Client::new(&origin(server), Some(&account())).expect("random numbers");
    let (mut taken, mut checked) = (BTreeMap::<String, usize>::new(), 0);
    for device in devices {
        let taken = taken.entry(device.vendor.clone()).or_default();
        *taken += 1;
        if *taken > CHECKED_PER_VENDOR {
            continue;
        }
        for file in &mut device.files {
            let answer = client.ask(&file.request).expect("an answer");
            assert!(answer.status == 200, "{:?}: status {}", file.request, answer.status);
            file.body = Some(answer.body.to_vec());
            checked += 1;
        }
    }
    checked
}
