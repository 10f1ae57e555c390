//! The devices that an operator means, from the database or a file.

use crate::app;
use crate::config::Config;
use crate::directory::Phone;
use crate::facts::Oui;
use crate::files::read_bounded;
use crate::plugin::Plugins;
use crate::redirect::{self, FILE_BYTES_MAX, OuiOwners, RedirectDevice, UrlRule, model_of, read_sheet, version};
use crate::resync::{self, Selection};
use anyhow::{Context, Result, anyhow, ensure};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whose devices are meant.
pub enum Subject {
    /// Rows of the database.
    Rows(Selection),
    /// A CSV file.
    File(PathBuf),
}

/// The devices, and what else is known of them.
pub(super) struct Loaded {
    pub devices: Vec<RedirectDevice>,
    /// They know makers' addresses.
    pub plugins: Arc<Plugins>,
    /// All addresses of the database, or of the file.
    pub known: HashSet<String>,
    /// Whether all devices are meant.
    pub is_whole: bool,
}

impl Loaded {
    /// Leaves out the devices of other makers.
    ///
    /// # Errors
    /// No device is the maker's, and there has to be one.
    pub fn keep_maker(&mut self, maker: &str, may_be_empty: bool) -> Result<()> {
        let total = self.devices.len();
        self.devices.retain(|device| device.vendor == maker);
        ensure!(
            may_be_empty || !self.devices.is_empty(),
            "none of {total} devices is {maker}'s; the vendor of a device says whose it is"
        );
        Ok(())
    }
}

pub(super) async fn load(config: Config, subject: &Subject) -> Result<Loaded> {
    match subject {
        Subject::File(file) => load_file(config, file).await,
        Subject::Rows(selection) => load_rows(config, selection).await,
    }
}

async fn load_file(config: Config, file: &Path) -> Result<Loaded> {
    let redirect = config.redirect.clone();
    let mut devices = read_sheet(&read_file(file)?).with_context(|| file.display().to_string())?;
    let loaded = app::load_for_command(config).await?;
    let plugins = Arc::clone(&loaded.current.load().plugins);
    for device in &mut devices {
        complete(device, &plugins, &redirect);
    }
    let known = devices.iter().map(|device| device.address.to_string()).collect();
    Ok(Loaded { devices, plugins, known, is_whole: true })
}

async fn load_rows(config: Config, selection: &Selection) -> Result<Loaded> {
    let redirect = config.redirect.clone();
    let (opened, loaded) = app::open_for_command(config).await?;
    let plugins = Arc::clone(&loaded.current.load().plugins);
    let mut phones = opened.directory().phones().await?;
    resync::add_vendors(&mut phones, &plugins);
    let is_named = !selection.addresses.is_empty();
    let chosen = selection.choose(&phones)?.into_iter();
    // A softphone has no hardware address, and no maker would redirect it.
    let chosen = chosen.filter(|phone| is_named || phone.address.mac().is_some() || has_service(phone));
    let devices = chosen.map(|phone| device(phone, &redirect)).collect();
    let known = phones.iter().map(|phone| phone.address.to_string()).collect();
    opened.into_app(loaded.current)?.close().await;
    Ok(Loaded { devices, plugins, known, is_whole: !is_named && selection.domain.is_none() })
}

fn has_service(phone: &Phone) -> bool {
    UrlRule::of(&phone.vendor).is_some()
}

/// The content of a list that an operator names.
pub(super) fn read_file(file: &Path) -> Result<Vec<u8>> {
    let read = read_bounded(file, FILE_BYTES_MAX).with_context(|| file.display().to_string())?;
    read.ok_or_else(|| anyhow!("{} is larger than {FILE_BYTES_MAX} bytes; split it", file.display()))
}

/// Gives a device of a file the maker by its address, and a URL, where the file has none.
fn complete(device: &mut RedirectDevice, plugins: &Plugins, config: &redirect::Config) {
    if device.vendor.is_empty() {
        let owner = device.address.oui().and_then(|oui| plugins.vendor_of(oui));
        device.vendor = owner.unwrap_or_default().to_ascii_lowercase();
    }
    if device.url.is_empty() {
        device.url = config.url_of(&device.vendor, &device.domain);
    }
}

fn device(phone: &Phone, config: &redirect::Config) -> RedirectDevice {
    let Phone { address, domain, vendor, template, hardware, fetched, .. } = phone;
    let firmware =
        if hardware.firmware.is_empty() { version(&fetched.agent).unwrap_or_default() } else { &hardware.firmware };
    RedirectDevice {
        address: address.clone(),
        spelled: address.to_string(),
        place: domain.clone(),
        vendor: vendor.clone(),
        model: model_of(&hardware.model, template),
        serial: hardware.serial.clone(),
        firmware: firmware.to_owned(),
        domain: domain.clone(),
        url: config.url_of(vendor, domain),
    }
}

/// The OUIs of the loaded components.
pub(super) struct ComponentOuis<'a>(pub &'a Plugins);

impl OuiOwners for ComponentOuis<'_> {
    fn vendor_of(&self, oui: Oui) -> Option<&str> {
        self.0.vendor_of(oui)
    }

    fn knows(&self, vendor: &str) -> bool {
        let of_vendor = |plugin: &Arc<crate::plugin::Plugin>| {
            plugin.description().vendors.iter().any(|known| known.name == vendor && !known.ouis.is_empty())
        };
        self.0.iter().any(of_vendor)
    }
}
