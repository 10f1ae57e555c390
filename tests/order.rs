//! Bytes depend neither on the database's collation nor on how it happens to read its rows. Uses `../shared/corpus`;
//! skipped where it is absent.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;

/// Phone books, whose order is most easily lost, and a spread of everything else.
fn replay(what: &str, stage: &Recorded, url: &str) {
    let server = corpus::serve(url, &stage.corpus, &[]);
    let all = corpus::manifest(&stage.corpus);
    let books = all.iter().filter(|case| case["kind"] == "contacts");
    let books: Vec<_> = books.step_by(3).cloned().collect();
    let cases = [books, corpus::spread(&all, 15)].concat();
    corpus::check(what, &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn a_database_that_sorts_by_a_language_gives_the_same_bytes() {
    let Some(stage) = Recorded::start() else { return };
    stage.create("sorted", "locale_provider icu icu_locale 'en-US' template template0");
    let sorts = "select string_agg(name, '' order by name) from (values ('a'), ('B'), ('c')) as it(name)";
    assert_eq!(stage.runtime.block_on(stage.postgres.value("sorted", sorts)), "aBc", "it sorts like C");
    replay("by a language", &stage, &stage.postgres.url("sorted"));
}

/// FusionPBX asks for keys, default settings and the directory's extensions in an order of its own. In another order
/// of storage they come out the same.
#[test]
fn rows_that_fusionpbx_orders_may_be_stored_in_any_order() {
    let Some(stage) = Recorded::start() else { return };
    for table in ["v_device_keys", "v_device_profile_keys", "v_default_settings", "v_extensions"] {
        let shuffle = format!(
            "create temporary table shuffled as select * from {table} order by md5(cast({table} as text));
             truncate {table}; insert into {table} select * from shuffled"
        );
        stage.run(&shuffle);
    }
    replay("in another order", &stage, &stage.url());
}

/// Where FusionPBX asks for no order, what it gets is the order of storage. Other plans (indexes, other joins, what
/// has been moved to a place of its own) read the rows in other orders, and it stays that one.
#[test]
fn unordered_rows_come_in_storage_order() {
    let Some(stage) = Recorded::start() else { return };
    let plans = "create index on v_device_lines (user_id, device_uuid); create index on v_device_keys (device_uuid);
        create index on v_contacts (domain_uuid, contact_name_family); create index on v_devices (device_address);
        create index on v_contact_phones (contact_uuid, phone_number); create index on v_extensions (domain_uuid);
        create index on v_domain_settings (domain_setting_subcategory); create index on v_devices (domain_uuid);
        analyze; alter database fusionpbx set enable_seqscan = off;
        alter database fusionpbx set enable_hashjoin = off; alter database fusionpbx set enable_nestloop = off";
    stage.run(plans);
    for table in ["v_contact_phones", "v_device_lines", "v_devices"] {
        stage.run(&format!("vacuum full {table}"));
    }
    replay("by other plans", &stage, &stage.url());
}
