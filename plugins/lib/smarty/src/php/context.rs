//! What a function may know of its surroundings: the clock it is given and how much it may use.

use jiff::tz::TimeZone;

use super::PhpError;

/// "Now" of a request. The same clock gives the same bytes.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: i64,
    pub nanoseconds: u32,
    /// PHP's default time zone (`date_default_timezone_get`).
    pub zone: TimeZone,
}

/// How large what a function makes may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueLimits {
    /// Bytes of one string. The largest files phones fetch are a few hundred KB (phone books).
    pub string_bytes: usize,
    /// Entries of one array. A large domain has some 20,000 contacts.
    pub array_entries: usize,
    /// Nesting of arrays that a recursive function (json_encode, print_r, ==) follows. json_decode's own
    /// default is 512; the stack of a wasm instance lasts for it.
    pub nesting: usize,
    /// Steps of backtracking of one regular expression; PHP's `pcre.backtrack_limit`.
    pub regex_steps: usize,
}

impl ValueLimits {
    pub const STRING_BYTES: usize = 8 << 20;
    pub const ARRAY_ENTRIES: usize = 200_000;
    pub const NESTING: usize = 256;
    pub const REGEX_STEPS: usize = 1_000_000;
    /// Work units of one render, about a nanosecond or a byte each: see [`Context::fuel`].
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

/// Handed to every function and modifier of one render.
#[derive(Debug)]
pub struct Context<'a> {
    pub clock: &'a Clock,
    pub limits: ValueLimits,
    /// Work that is left to this render: every call pays for the bytes and entries it reads and makes, so
    /// that a loop over cheap calls with large arguments ends too.
    pub fuel: u64,
}

impl<'a> Context<'a> {
    #[must_use]
    pub fn new(clock: &'a Clock) -> Context<'a> {
        Context { clock, limits: ValueLimits::default(), fuel: ValueLimits::FUEL }
    }

    /// Pays for `work` bytes or entries.
    ///
    /// # Errors
    /// A limit fault when the render has used up its fuel.
    pub fn charge(&mut self, work: usize) -> Result<(), PhpError> {
        match self.fuel.checked_sub(work as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(PhpError::limit("the template does more work than one render may"))
            }
        }
    }

    /// Asks whether a string of `bytes` may be made.
    ///
    /// # Errors
    /// A limit fault naming the size and the limit.
    pub fn allow_bytes(&self, bytes: usize) -> Result<(), PhpError> {
        if bytes <= self.limits.string_bytes {
            return Ok(());
        }
        let max = self.limits.string_bytes;
        Err(PhpError::limit(format!("a string of {bytes} bytes is more than the {max} allowed")))
    }

    /// Asks whether an array of `entries` may be made.
    ///
    /// # Errors
    /// A limit fault naming the size and the limit.
    pub fn allow_entries(&self, entries: usize) -> Result<(), PhpError> {
        if entries <= self.limits.array_entries {
            return Ok(());
        }
        let max = self.limits.array_entries;
        Err(PhpError::limit(format!("an array of {entries} entries is more than the {max} allowed")))
    }
}
