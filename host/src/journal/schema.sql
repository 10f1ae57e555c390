-- Version 2. A table's columns never change: the next version gets a new number, and a step like schema_2.sql.
create table origins (
    id integer primary key,
    plugin text not null,
    version text not null,
    component text not null,
    template text not null,
    texts text
);

create table entries (
    id integer primary key autoincrement,
    at_us integer not null,
    request text not null,
    client text not null,
    method text not null,
    domain text not null,
    device text,
    file text not null,
    target text not null,
    agent text not null,
    status integer not null,
    reason text not null,
    bytes integer not null,
    sha256 blob,
    origin integer,
    duration_us integer not null
);

-- A line in an index of all devices costs more than the line itself, since each device has another page there. Sixteen thousand
-- lines have a small index of their own instead, and a query looks into all of them (own.rs).
create index entries_block_device on entries (id >> 14, device) where device is not null;

-- For people with the program sqlite3.
create view journal as
select
    entries.id,
    strftime('%Y-%m-%dT%H:%M:%fZ', at_us / 1e6, 'unixepoch') as time,
    request, client, method, domain, device, file, target, agent as user_agent, status, reason, bytes,
    lower(hex(sha256)) as sha256, plugin, version, component, template, texts, duration_us
from entries left join origins on origins.id = entries.origin;

pragma application_id = 0x4469616a;
pragma user_version = 2;
