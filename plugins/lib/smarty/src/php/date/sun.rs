//! The times at which the sun reaches an altitude.
//!
//! Source: Paul Schlyter, "Computing planetary positions" (public domain), with the constants and the order of
//! operations that PHP 8.2 has, so that the results are the same to the bit. Angles are in degrees.

use super::days_from_civil;

/// A place on the Earth; north and east are positive.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
}

/// A height of the sun over the horizon.
#[derive(Clone, Copy, Debug)]
pub struct Altitude {
    pub degrees: f64,
    /// True if the upper edge of the sun has to reach it, not its centre.
    pub of_edge: bool,
}

/// What the sun does on one day.
#[derive(Clone, Copy, Debug)]
pub struct SunDay {
    /// Seconds since 1970 of midnight in Greenwich, before which no hour counts.
    midnight: i64,
    /// The hour in Greenwich at which the sun is highest.
    noon_hour: f64,
    pub path: Path,
}

/// The path of the sun with respect to an altitude.
#[derive(Clone, Copy, Debug)]
pub enum Path {
    AlwaysBelow,
    AlwaysAbove,
    /// The hours between the crossing of the altitude and noon.
    Crosses(f64),
}

impl SunDay {
    /// The day of a local date.
    #[must_use]
    pub fn of(date: (i64, i64, i64), place: Place, altitude: Altitude) -> SunDay {
        let midnight = i64::try_from(days_from_civil(date.0, date.1, date.2) * 86_400).unwrap_or(i64::MIN);
        let Place { latitude, longitude } = place;
        // Days since 2000 at noon of the place's mean solar time.
        let days = midnight as f64 / 86_400.0 + 2_440_587.5 - 2_451_545.0 + 2.0 - longitude / 360.0;
        let sidereal = revolution(sidereal_at_midnight(days) + 180.0 + longitude);
        let sun = Sun::at(days);
        let noon_hour = 12.0 - half_revolution(sidereal - sun.right_ascension) / 15.0;
        let degrees = if altitude.of_edge { altitude.degrees - 0.2666 / sun.distance } else { altitude.degrees };
        let cosine = (sin(degrees) - sin(latitude) * sin(sun.declination)) / (cos(latitude) * cos(sun.declination));
        let path = if cosine >= 1.0 {
            Path::AlwaysBelow
        } else if cosine <= -1.0 {
            Path::AlwaysAbove
        } else {
            Path::Crosses(PER_RADIAN * cosine.acos() / 15.0)
        };
        SunDay { midnight, noon_hour, path }
    }

    /// Seconds since 1970 at which the sun is highest.
    #[must_use]
    pub fn transit(&self) -> i64 {
        whole(self.midnight as f64 + self.noon_hour * 3600.0)
    }

    /// Seconds since 1970 at which the sun rises over the altitude or sets below it; `None` if it does neither.
    #[must_use]
    pub fn crossing(&self, sets: bool) -> Option<i64> {
        self.crossing_hour(sets).map(|hour| whole(hour * 3600.0 + self.midnight as f64))
    }

    /// The same as an hour in Greenwich.
    #[must_use]
    pub fn crossing_hour(&self, sets: bool) -> Option<f64> {
        match self.path {
            Path::Crosses(hours) => Some(if sets { self.noon_hour + hours } else { self.noon_hour - hours }),
            Path::AlwaysBelow | Path::AlwaysAbove => None,
        }
    }
}

/// A float as C converts it on the servers that PHP runs on: what has no place becomes the least integer.
fn whole(x: f64) -> i64 {
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x);
    if fits { x as i64 } else { i64::MIN }
}

/// The position of the sun in the sky, and its distance in astronomical units.
struct Sun {
    right_ascension: f64,
    declination: f64,
    distance: f64,
}

impl Sun {
    fn at(days: f64) -> Sun {
        let mean_anomaly = revolution(356.0470 + 0.985_600_258_5 * days);
        let perihelion = 282.9404 + 4.70935E-5 * days;
        let eccentricity = 0.016_709 - 1.151E-9 * days;
        let eccentric_anomaly =
            mean_anomaly + eccentricity * PER_RADIAN * sin(mean_anomaly) * (1.0 + eccentricity * cos(mean_anomaly));
        let x = cos(eccentric_anomaly) - eccentricity;
        let y = (1.0 - eccentricity * eccentricity).sqrt() * sin(eccentric_anomaly);
        let distance = (x * x + y * y).sqrt();
        let mut longitude = PER_RADIAN * y.atan2(x) + perihelion;
        if longitude >= 360.0 {
            longitude -= 360.0;
        }
        let (x, y) = (distance * cos(longitude), distance * sin(longitude));
        let obliquity = 23.4393 - 3.563E-7 * days;
        let (y, z) = (y * cos(obliquity), y * sin(obliquity));
        let declination = PER_RADIAN * z.atan2((x * x + y * y).sqrt());
        Sun { right_ascension: PER_RADIAN * y.atan2(x), declination, distance }
    }
}

const PER_RADIAN: f64 = 180.0 / std::f64::consts::PI;
const PER_DEGREE: f64 = std::f64::consts::PI / 180.0;

fn sin(degrees: f64) -> f64 {
    (degrees * PER_DEGREE).sin()
}

fn cos(degrees: f64) -> f64 {
    (degrees * PER_DEGREE).cos()
}

/// An angle from 0 to 360 degrees.
fn revolution(x: f64) -> f64 {
    x - 360.0 * (x * (1.0 / 360.0)).floor()
}

/// An angle from -180 to 180 degrees.
fn half_revolution(x: f64) -> f64 {
    x - 360.0 * (x * (1.0 / 360.0) + 0.5).floor()
}

/// The sidereal time in Greenwich at midnight, in degrees.
fn sidereal_at_midnight(days: f64) -> f64 {
    revolution((180.0 + 356.0470 + 282.9404) + (0.985_600_258_5 + 4.70935E-5) * days)
}
