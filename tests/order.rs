//! Answers depend neither on the database's collation nor on its query plans. Uses `../shared/corpus`.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;

/// Replays phone books, which depend on order the most, and a sample of the other cases.
fn replay(what: &str, stage: &Recorded, url: &str) {
    let app = stage.app_on(url);
    let all = corpus::manifest(&stage.corpus);
    let books = all.iter().filter(|case| case["kind"] == "contacts");
    let books: Vec<_> = books.step_by(3).cloned().collect();
    let cases = [books, corpus::spread(&all, 15)].concat();
    corpus::check(what, &stage.replay(&app, &cases), cases.len());
}

#[test]
fn answers_match_on_a_database_with_language_collation() {
    let Some(stage) = Recorded::start() else { return };
    stage.create("sorted", "locale_provider icu icu_locale 'en-US' template template0");
    let sorts = "select string_agg(name, '' order by name) from (values ('a'), ('B'), ('c')) as it(name)";
    assert_eq!(
        stage.runtime.block_on(stage.postgres.value("sorted", sorts)),
        "aBc",
        "the collation is not that of a language"
    );
    replay("by a language", &stage, &stage.postgres.url("sorted"));
}

/// FusionPBX asks for keys, default settings and extensions in an order, so the order of storage does not matter.
#[test]
fn rows_that_fusionpbx_orders_match_in_any_storage_order() {
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

/// Where FusionPBX asks for no order, it gets the order of storage. The server returns that order also if indexes, other
/// joins or a rewritten table make PostgreSQL read the rows in another one.
#[test]
fn rows_without_order_keep_storage_order_under_any_plan() {
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
