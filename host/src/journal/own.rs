//! The lines of one device. The index has a part for each block of lines (`schema.sql`), and a query looks into each part.

/// The query for `what` of the lines of a device, which are called `own`. `device` is its placeholder, and `rest` follows.
pub fn of_device(what: &str, device: &str, rest: &str) -> String {
    format!(
        "with recursive blocks (block) as (select max(id) >> 14 from entries union all \
         select block - 1 from blocks where block > (select min(id) >> 14 from entries)) \
         select {what} from blocks cross join entries as own on own.id >> 14 = block and own.device = {device} {rest}"
    )
}
