//! Sunrise, sunset and twilight: `date_sunrise`, `date_sunset`, `date_sun_info`.

use jiff::tz::TimeZone;

use super::args;
use super::register::moves;
use crate::php::date::Moment;
use crate::php::date::sun::{Altitude, Path, Place, SunDay};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("date_sunrise", 1, 6, |c, a| crossing(c, a, false)),
    moves("date_sunset", 1, 6, |c, a| crossing(c, a, true)),
    moves("date_sun_info", 3, 3, info),
];

/// The values of PHP's settings `date.default_latitude`, `date.default_longitude`, `date.sunrise_zenith` and
/// `date.sunset_zenith`, if nobody changes them.
const LATITUDE: f64 = 31.7667;
const LONGITUDE: f64 = 35.2333;
const ZENITH: f64 = 90.833_333;

/// The forms of the result: `SUNFUNCS_RET_TIMESTAMP`, `SUNFUNCS_RET_STRING`, `SUNFUNCS_RET_DOUBLE`.
const TIMESTAMP: i64 = 0;
const TEXT: i64 = 1;
const HOURS: i64 = 2;

fn local_date(seconds: i64, zone: &TimeZone) -> (i64, i64, i64) {
    let local = Moment::at(seconds, zone).civil;
    (local.year, local.month, local.day)
}

fn float_opt(args: &[Value], i: usize, default: f64) -> Result<f64, PhpError> {
    if args.get(i).is_none_or(Value::is_null) { Ok(default) } else { args::float(args, i) }
}

fn crossing(context: &mut Context<'_>, args: &mut [Value], sets: bool) -> Result<Value, PhpError> {
    let zone = &context.clock.now().zone;
    let date = local_date(args::int(args, 0)?, zone);
    let form = args::int_or(args, 1, TEXT)?;
    let place = Place { latitude: float_opt(args, 2, LATITUDE)?, longitude: float_opt(args, 3, LONGITUDE)? };
    let altitude = Altitude { degrees: 90.0 - float_opt(args, 4, ZENITH)?, of_edge: true };
    // PHP takes the zone's offset of 1970, in whole hours.
    let offset = float_opt(args, 5, (Moment::at(0, zone).offset_seconds / 3600) as f64)?;
    if ![TIMESTAMP, TEXT, HOURS].contains(&form) {
        let forms = "be one of SUNFUNCS_RET_TIMESTAMP, SUNFUNCS_RET_STRING, or SUNFUNCS_RET_DOUBLE";
        return Err(args::bad(1, forms));
    }
    if !place.latitude.is_finite() || !place.longitude.is_finite() {
        return Ok(Value::Bool(false));
    }
    let day = SunDay::of(date, place, altitude);
    let (Some(seconds), Some(hour)) = (day.crossing(sets), day.crossing_hour(sets)) else {
        return Ok(Value::Bool(false));
    };
    if form == TIMESTAMP {
        return Ok(Value::Int(seconds));
    }
    let in_day = |hour: f64| (0.0..=24.0).contains(&hour) || hour.is_nan();
    let mut hour = hour + offset;
    if !in_day(hour) {
        hour -= (hour / 24.0).floor() * 24.0;
    }
    Ok(match form {
        _ if !in_day(hour) => Value::Bool(false),
        TEXT => {
            let hours = c_int(hour);
            Value::from(format!("{hours:02}:{:02}", c_int(60.0 * (hour - f64::from(hours)))))
        }
        _ => Value::Float(hour),
    })
}

/// The hour of a date that is too far away is no number.
fn c_int(x: f64) -> i32 {
    if x.is_nan() { i32::MIN } else { x as i32 }
}

/// The two entries of an altitude in `date_sun_info`, and the altitude.
const TWILIGHTS: [(&str, &str, f64); 3] = [
    ("civil_twilight_begin", "civil_twilight_end", -6.0),
    ("nautical_twilight_begin", "nautical_twilight_end", -12.0),
    ("astronomical_twilight_begin", "astronomical_twilight_end", -18.0),
];

fn info(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let date = local_date(args::int(args, 0)?, &context.clock.now().zone);
    let place = Place { latitude: args::float(args, 1)?, longitude: args::float(args, 2)? };
    for (i, degrees) in [(1, place.latitude), (2, place.longitude)] {
        if !degrees.is_finite() {
            return Err(args::bad(i, "be finite"));
        }
    }
    let mut out = Array::new();
    let sun = SunDay::of(date, place, Altitude { degrees: -50.0 / 60.0, of_edge: true });
    put(&mut out, &sun, ("sunrise", "sunset"));
    out.insert(Key::from("transit"), Value::Int(sun.transit()));
    for (begin, end, degrees) in TWILIGHTS {
        put(&mut out, &SunDay::of(date, place, Altitude { degrees, of_edge: false }), (begin, end));
    }
    Ok(Value::array(out))
}

/// Two times, or twice whether the sun is above the altitude all day.
fn put(out: &mut Array, day: &SunDay, names: (&str, &str)) {
    for (name, sets) in [(names.0, false), (names.1, true)] {
        let all_day = matches!(day.path, Path::AlwaysAbove);
        out.insert(Key::from(name), day.crossing(sets).map_or(Value::Bool(all_day), Value::Int));
    }
}
