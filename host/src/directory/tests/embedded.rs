//! The embedded database.

use super::servers::{Scratch, connect};
use crate::directory::{DEFAULT_DOMAIN, Directory, Lookup};
use crate::facts::DeviceAddress;
use crate::gate::DevicePermit;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;

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
        let contacts = directory.phone_book(&device).contacts(20_000).await.unwrap().value;
        let counts: Vec<_> = contacts.iter().map(|table| (table.name, table.rows.len())).collect();
        assert_eq!(counts, [("groups", 3), ("extensions", 20)]);
        let fewer = directory.phone_book(&device).contacts(1).await.unwrap().value;
        assert!(fewer.iter().all(|table| table.rows.len() == 2), "one more than allowed shows that there are more");
        let too_long = directory.phone_book(&device).extension(&"1".repeat(1_000)).await.unwrap().value;
        assert!(too_long.columns.is_empty(), "no query is sent");
        let extension = directory.phone_book(&device).extension("101").await.unwrap().value;
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

/// Columns, with their types, and indexes.
const SHAPE: &str = "select group_concat(line, '; ') from (select m.name || '.' || c.name || ' ' || c.type line \
    from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' \
    union select name from sqlite_master where type = 'index' order by 1)";

async fn execute(path: &Path, sql: &str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn value<T>(path: &Path, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let value = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    value
}

/// Removes what older releases of Dialplate lacked.
const OLDER: &str = "drop table v_extension_users; drop table v_user_settings; \
    alter table v_devices drop column device_provisioned_agent; drop index device_keys_by_device_uuid; \
    pragma application_id = 0; alter table v_devices add column own_remark text; \
    update v_devices set own_remark = 'kept' where device_address = '001565000046';";

#[tokio::test]
async fn older_database_gets_what_it_lacks_and_loses_nothing() {
    let scratch = Scratch::default();
    let path = scratch.path().join("dialplate.db");
    assert!(Directory::create_embedded(&path, "pbx.example.net").await.unwrap());
    let before: String = value(&path, SHAPE).await;
    execute(&path, OLDER).await;
    let mut added = Directory::update_embedded(&path).await.unwrap();
    added.sort();
    assert_eq!(
        added,
        [
            "device_keys_by_device_uuid",
            "extension_users_by_user_uuid",
            "v_devices.device_provisioned_agent",
            "v_extension_users",
            "v_user_settings"
        ]
    );
    assert_eq!(value::<String>(&path, SHAPE).await.replace("v_devices.own_remark TEXT; ", ""), before);
    assert_eq!(value::<i64>(&path, "select count(*) from v_devices where own_remark = 'kept'").await, 1);
    assert_eq!(value::<i64>(&path, "pragma application_id").await, 0x4469_616c);
    assert!(Directory::update_embedded(&path).await.unwrap().is_empty(), "a second start adds nothing");
}

#[tokio::test]
async fn database_of_another_program_stays_as_it_is() {
    let scratch = Scratch::default();
    let path = scratch.path().join("dialplate.db");
    assert!(Directory::create_embedded(&path, DEFAULT_DOMAIN).await.unwrap());
    execute(&path, OLDER).await;
    execute(&path, "update v_domains set domain_description = ''; delete from v_default_settings").await;
    let before = std::fs::read(&path).unwrap();
    assert!(Directory::update_embedded(&path).await.unwrap().is_empty());
    assert!(std::fs::read(&path).unwrap() == before);
    assert!(Directory::update_embedded(&scratch.path().join("absent.db")).await.unwrap().is_empty());
    assert!(!scratch.path().join("absent.db").exists());
}
