-- From version 1 to 2.
drop index entries_device;
create index entries_block_device on entries (id >> 14, device) where device is not null;
pragma user_version = 2;
