//! Many phones at once: load alone makes no request fail.

use crate::proxied::execute;
use dialplate_tests::server::Server;
use std::thread;
use std::time::{Duration, Instant};

const PHONE_BOOK: &str = "/app/provision/?mac=001565000046&file=directory.xml";
const PHONES: usize = 40;
const CONTACTS: usize = 10_000;

/// Contacts of the demonstration's domain, with a number each.
const ROWS: &str = "
with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10000)
insert into v_contacts (contact_uuid, domain_uuid, contact_organization, contact_name_given, contact_name_family)
select printf('c1000000-0000-4000-8000-%012d', n), (select domain_uuid from v_domains), 'Example Paper', 'Person', n
from numbers;
insert into v_contact_phones (contact_phone_uuid, domain_uuid, contact_uuid, phone_type_voice, phone_number)
select replace(contact_uuid, 'c1', 'c2'), domain_uuid, contact_uuid, 1, '+4930' || contact_name_family
from v_contacts where contact_uuid like 'c1000000-%';
";

#[test]
fn phones_that_ask_for_a_large_phone_book_at_once_wait() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    execute(folder.path(), ROWS);
    let expected = server.get("localhost", PHONE_BOOK);
    assert_eq!(expected.status, 200, "{}", server.log());
    assert!(expected.text().matches("<Name>").count() > CONTACTS);
    let began = Instant::now();
    let ask = || {
        let answer = server.get("localhost", PHONE_BOOK);
        let later = answer.status == 503 && answer.header("retry-after").parse::<u32>().is_ok();
        let whole = answer.status == 200 && answer.body == expected.body;
        assert!(whole || later, "status {}, {} bytes: {}", answer.status, answer.body.len(), server.log());
        whole
    };
    let served = thread::scope(|scope| {
        let phones: Vec<_> = (0..PHONES).map(|_| scope.spawn(ask)).collect();
        // Another vendor's phone is served meanwhile.
        thread::sleep(Duration::from_millis(300));
        let other = server.get("localhost", "/provision/001565000046.cfg");
        assert_eq!(other.status, 200);
        phones.into_iter().map(|phone| phone.join().unwrap()).filter(|whole| *whole).count()
    });
    println!("{served} of {PHONES} phone books of {} bytes in {:?}", expected.body.len(), began.elapsed());
    assert!(served >= PHONES / 2, "only {served} got it");
}
