//! The environment of a function: its clock and its limits.

use jiff::tz::TimeZone;
use std::cell::OnceCell;
use std::fmt;

use super::PhpError;
use super::last_error::LastErrors;

/// A time and a time zone.
#[derive(Clone, Debug)]
pub struct Now {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanoseconds: u32,
    /// PHP's default time zone (`date_default_timezone_get`).
    pub zone: TimeZone,
}

/// The current time of a render. Nothing in a template can read time or zone but from here, so whoever gives the time
/// knows whether the document depends on it. It is read when the template first needs it, and at most once: the same
/// time gives the same bytes.
///
/// ```
/// use dialplate_smarty::php::{Array, Clock, Now};
/// use dialplate_smarty::{Render, Template};
/// use jiff::tz::TimeZone;
/// use std::cell::Cell;
///
/// let is_read = Cell::new(false);
/// let read = || {
///     is_read.set(true);
///     Now { seconds: 1_782_907_200, nanoseconds: 0, zone: TimeZone::UTC }
/// };
/// let template = Template::parse("a.cfg", b"{if $dated}{$smarty.now}{/if}")?;
/// template.render(&Render::new(&Array::new(), &Clock::new(&read)))?;
/// assert!(!is_read.get());
/// # Ok::<(), dialplate_smarty::Error>(())
/// ```
pub struct Clock<'a> {
    read: &'a dyn Fn() -> Now,
    now: OnceCell<Now>,
}

impl<'a> Clock<'a> {
    /// A clock that calls `read` when the template needs the time.
    #[must_use]
    pub fn new(read: &'a dyn Fn() -> Now) -> Self {
        Self { read, now: OnceCell::new() }
    }

    /// The time and the zone.
    pub fn now(&self) -> &Now {
        self.now.get_or_init(self.read)
    }
}

impl Clock<'static> {
    /// A clock that stands still at this time in UTC.
    #[must_use]
    pub fn stopped(seconds: i64) -> Self {
        Now { seconds, nanoseconds: 0, zone: TimeZone::UTC }.into()
    }
}

impl From<Now> for Clock<'static> {
    fn from(now: Now) -> Self {
        // Never called, because the time is there.
        Self { read: &|| Now { seconds: 0, nanoseconds: 0, zone: TimeZone::UTC }, now: OnceCell::from(now) }
    }
}

impl fmt::Debug for Clock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now).finish()
    }
}

/// The largest values that functions may create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueLimits {
    /// Bytes of one string. The largest files that phones fetch are phone books of a few hundred KB.
    pub string_bytes: usize,
    /// Entries of one array. A large domain has some 20,000 contacts.
    pub array_entries: usize,
    /// Nesting of arrays that recursive functions (json_encode, print_r, ==) follow. json_decode's own default is 512;
    /// the stack of a wasm instance is large enough for this value.
    pub nesting: usize,
    /// Backtracking steps of one regular expression; PHP's `pcre.backtrack_limit`.
    pub regex_steps: usize,
}

impl ValueLimits {
    /// The default of [`ValueLimits::string_bytes`].
    pub const STRING_BYTES: usize = 8 << 20;
    /// The default of [`ValueLimits::array_entries`].
    pub const ARRAY_ENTRIES: usize = 200_000;
    /// The default of [`ValueLimits::nesting`].
    pub const NESTING: usize = 256;
    /// The default of [`ValueLimits::regex_steps`].
    pub const REGEX_STEPS: usize = 1_000_000;
    /// The default fuel of one render, in units of roughly a nanosecond or a byte: see [`Context::fuel`].
    pub const FUEL: u64 = 1 << 30;
}

impl Default for ValueLimits {
    fn default() -> ValueLimits {
        ValueLimits {
            string_bytes: ValueLimits::STRING_BYTES,
            array_entries: ValueLimits::ARRAY_ENTRIES,
            nesting: ValueLimits::NESTING,
            regex_steps: ValueLimits::REGEX_STEPS,
        }
    }
}

/// The state that all functions and modifiers of one render share.
#[derive(Debug)]
pub struct Context<'a> {
    /// The current time.
    pub clock: &'a Clock<'a>,
    /// The largest values that a function may create.
    pub limits: ValueLimits,
    /// The work that is left to this render. Every call pays for the bytes and entries that it reads and creates, so
    /// that a loop of cheap calls with large arguments ends too.
    pub fuel: u64,
    /// What `json_last_error` and `preg_last_error` return.
    pub(crate) last_errors: LastErrors,
}

impl<'a> Context<'a> {
    /// A context with the default limits and fuel.
    #[must_use]
    pub fn new(clock: &'a Clock<'a>) -> Context<'a> {
        Context { clock, limits: ValueLimits::default(), fuel: ValueLimits::FUEL, last_errors: LastErrors::default() }
    }

    /// Pays for `work` bytes or entries.
    ///
    /// # Errors
    /// A limit error if the render has used up its fuel.
    pub fn charge(&mut self, work: usize) -> Result<(), PhpError> {
        match self.fuel.checked_sub(work as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(PhpError::limit("the work of the render exceeds its limit: shorten loops or the values in them"))
            }
        }
    }

    /// Checks that a string of `bytes` bytes is allowed.
    ///
    /// # Errors
    /// A limit error that names the size and the limit.
    pub fn allow_bytes(&self, bytes: usize) -> Result<(), PhpError> {
        if bytes <= self.limits.string_bytes {
            return Ok(());
        }
        let max = self.limits.string_bytes;
        Err(PhpError::limit(format!("string of {bytes} bytes exceeds the limit of {max} bytes")))
    }

    /// Checks that an array of `entries` entries is allowed.
    ///
    /// # Errors
    /// A limit error that names the size and the limit.
    pub fn allow_entries(&self, entries: usize) -> Result<(), PhpError> {
        if entries <= self.limits.array_entries {
            return Ok(());
        }
        let max = self.limits.array_entries;
        Err(PhpError::limit(format!("array of {entries} entries exceeds the limit of {max}")))
    }
}
