-- Version 1. A table's columns never change: the next version gets a new number and a step from this one.
create table if not exists tokens (
    id integer primary key autoincrement,
    name text not null unique,
    -- SHA-256 of the token, which is random.
    hash blob not null unique,
    -- Words, separated by spaces.
    scopes text not null,
    -- Names in lower case, separated by spaces; null for all domains.
    domains text,
    created_s integer not null,
    expires_s integer not null
);

pragma user_version = 1;
