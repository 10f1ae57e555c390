-- Run whenever the file is opened for writing.
create table if not exists documents (
    id integer primary key autoincrement,
    at_us integer not null,
    domain text not null,
    device text not null,
    file text not null,
    parameters text not null,
    sha256 blob not null,
    bytes integer not null,
    secrets text not null,
    body blob not null
);

create index if not exists documents_device on documents (device, file);

-- What operators did: resync, reload, edits, logins, tokens.
create table if not exists actions (
    id integer primary key autoincrement,
    at_us integer not null,
    operator text not null,
    source text not null,
    client text not null,
    action text not null,
    domain text not null,
    device text,
    detail text not null,
    is_done integer not null
);

-- Which version of a plugin took the place of another one. A plugin that was new has none before, a removed one none after.
create table if not exists plugin_swaps (
    id integer primary key autoincrement,
    at_us integer not null,
    plugin text not null,
    version_before text,
    sha256_before text,
    version_after text,
    sha256_after text
);
