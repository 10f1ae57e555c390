//! The database that Dialplate makes itself.

use super::both::permit;
use super::servers::{Scratch, connect};
use crate::directory::{DEFAULT_DOMAIN, Directory, Lookup};
use crate::facts::MacAddress;

#[tokio::test]
async fn new_database_serves_each_makers_phone_at_any_host() {
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
        let lookup = Lookup { address: MacAddress::parse(address).ok(), host: "127.0.0.1" };
        let admission = directory.find(&lookup).await.unwrap();
        assert_eq!(admission.domain.as_ref().map(|domain| domain.name.as_str()), Some("localhost"));
        assert!(admission.settings.is_on("provision", "enabled", false));
        let device = directory.load(&permit(&admission), &admission).await.unwrap();
        assert_eq!((device.vendor.as_str(), device.template.as_str()), (vendor, template));
        let rows = |name| device.tables.iter().find(|table| table.name == name).map(|table| table.rows.len());
        assert_eq!(rows("lines"), Some(2));
        assert!(rows("device_keys") >= Some(3), "{address}");
        let contacts = directory.scope(&device).contacts(20_000).await.unwrap();
        let counts: Vec<_> = contacts.iter().map(|table| (table.name, table.rows.len())).collect();
        assert_eq!(counts, [("groups", 3), ("extensions", 8)]);
        let fewer = directory.scope(&device).contacts(1).await.unwrap();
        assert!(fewer.iter().all(|table| table.rows.len() == 2), "one more than was wanted tells that there are more");
        let endless = directory.scope(&device).extension(&"1".repeat(1_000)).await.unwrap();
        assert!(endless.columns.is_empty(), "the database was not asked");
        let extension = directory.scope(&device).extension("101").await.unwrap();
        assert_eq!(extension.first().unwrap().text("effective_caller_id_name"), "Ada Lovelace");
    }
}

#[tokio::test]
async fn two_servers_that_start_at_once_make_one_database() {
    let scratch = Scratch::default();
    let path = scratch.path().join("dialplate.db");
    let (one, other) =
        tokio::join!(Directory::create_embedded(&path, "one"), Directory::create_embedded(&path, "other"));
    assert_eq!([one.unwrap(), other.unwrap()].iter().filter(|made| **made).count(), 1);
    let left: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["dialplate.db"], "no draft stays behind");
}
