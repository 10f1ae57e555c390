//! The embedded database.

use super::servers::{Scratch, connect};
use crate::directory::{DEFAULT_DOMAIN, Directory, Lookup};
use crate::facts::DeviceAddress;
use crate::gate::DevicePermit;

#[tokio::test]
async fn new_database_serves_a_phone_of_each_maker_on_any_host() {
    let scratch = Scratch::default();
    let path = scratch.path().join("new/dialplate.db");
    assert!(Directory::create_embedded(&path, DEFAULT_DOMAIN).await.unwrap());
    assert!(!Directory::create_embedded(&path, "other").await.unwrap(), "a second start changes nothing");
    let directory = connect(&format!("sqlite://{}", path.display())).await;
    let demonstration = [
        ("001565000046", "yealink", "yealink/t46u"),
        ("0004f2000450", "polycom", "polycom/vvx450"),
        ("000b82002170", "grandstream", "grandstream/gxp2170"),
        ("30e4db000504", "cisco", "cisco/spa504g"),
    ];
    for (address, vendor, template) in demonstration {
        let address = DeviceAddress::parse(address).ok();
        let lookup = Lookup { address: address.as_ref(), host: "127.0.0.1" };
        let facts = directory.find(&lookup).await.unwrap();
        assert_eq!(facts.domain.as_ref().map(|domain| domain.name.as_str()), Some("localhost"));
        assert!(facts.settings.is_on("provision", "enabled", false));
        let device = directory.load(DevicePermit::unchecked(facts)).await.unwrap();
        assert_eq!((device.vendor.as_str(), device.template.as_str()), (vendor, template));
        let rows = |name| device.tables.iter().find(|table| table.name == name).map(|table| table.rows.len());
        assert_eq!(rows("lines"), Some(2));
        assert!(rows("device_keys") >= Some(3), "{address:?}");
        let contacts = directory.phone_book(&device).contacts(20_000).await.unwrap();
        let counts: Vec<_> = contacts.iter().map(|table| (table.name, table.rows.len())).collect();
        assert_eq!(counts, [("groups", 3), ("extensions", 20)]);
        let fewer = directory.phone_book(&device).contacts(1).await.unwrap();
        assert!(fewer.iter().all(|table| table.rows.len() == 2), "one more than allowed shows that there are more");
        let too_long = directory.phone_book(&device).extension(&"1".repeat(1_000)).await.unwrap();
        assert!(too_long.columns.is_empty(), "no query is sent");
        let extension = directory.phone_book(&device).extension("101").await.unwrap();
        assert_eq!(extension.first().unwrap().text("effective_caller_id_name"), "Ada Lovelace");
    }
}

#[tokio::test]
async fn concurrent_starts_create_one_database() {
    let scratch = Scratch::default();
    let path = scratch.path().join("dialplate.db");
    let (one, other) =
        tokio::join!(Directory::create_embedded(&path, "one"), Directory::create_embedded(&path, "other"));
    assert_eq!([one.unwrap(), other.unwrap()].iter().filter(|made| **made).count(), 1);
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["dialplate.db"], "the draft is removed");
}
