//! The limits.

/// What one source may do. A number of 0 switches its limit off.
#[derive(Clone, Debug)]
pub struct Config {
    /// Failed requests of one network in a window. A hundred phones without a device row stay below it. An OUI has 16
    /// million addresses, so that a sweep from one network takes more than two years.
    pub per_network_max: u32,
    /// Failed requests for devices of one maker in a window, from all networks together. Ten times the limit
    /// of one network, so that one network alone never reaches it.
    pub per_oui_max: u32,
    /// How long failures count and a limit lasts, in seconds. A phone requests all its files within a minute.
    pub window_s: u64,
    /// Devices that auto insert creates for one network in a minute. A new office's switch powers 24 or 48 phones, which
    /// boot over two minutes.
    pub inserts_per_minute_max: u32,
    /// Devices that auto insert creates in one domain in a minute, from all networks together. Two large offices may
    /// open at once.
    pub domain_inserts_per_minute_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            per_network_max: 120,
            per_oui_max: 1_200,
            window_s: 600,
            inserts_per_minute_max: 30,
            domain_inserts_per_minute_max: 60,
        }
    }
}

impl Config {
    /// Whether all limits are off.
    pub fn is_off(&self) -> bool {
        let all =
            [self.per_network_max, self.per_oui_max, self.inserts_per_minute_max, self.domain_inserts_per_minute_max];
        all == [0; 4]
    }
}
