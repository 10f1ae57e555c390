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
