//! Two phones for every template folder of the repository, one of them with all settings, and all their files.

use super::folder;
use super::format::{self, Values};
use dialplate_tests::app::TestApp;
use dialplate_tests::client::Answer;
use dialplate_tests::reader;
use dialplate_tests::server::root;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use tokio::sync::OnceCell;

/// The domain's time zone: north of the equator, with daylight saving.
const ZONE: &str = "Europe/Berlin";
/// Further zones: another rule, half an hour off, the south, changes at midnight and by half an hour, no daylight saving, no
/// offset.
const ZONES: [&str; 8] = [
    "America/New_York",
    "America/St_Johns",
    "Australia/Sydney",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Marquesas",
    "UTC",
];

/// Which settings the phone has.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Variant {
    /// Those of the demonstration.
    #[default]
    Plain,
    /// Those of `settings/<vendor>` too.
    Full,
}

/// One file of one phone.
pub struct Rendered {
    /// The vendor whose base the model links to: Poly's phones are Polycom's.
    pub maker: String,
    pub vendor: String,
    pub model: String,
    pub file: String,
    pub address: String,
    pub variant: Variant,
    /// One of [`ZONES`]; `None` for [`ZONE`].
    pub zone: Option<&'static str>,
    /// The model's row in its vendor's table.
    pub capabilities: BTreeMap<String, String>,
    pub status: u16,
    pub text: String,
    pub values: Result<Values, String>,
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.zone.unwrap_or(ZONE);
        write!(f, "{}/{}/{} ({:?}, {zone})", self.vendor, self.model, self.file, self.variant)
    }
}

/// A template folder and its files. Parts that files include have no extension.
struct Model {
    maker: String,
    vendor: String,
    name: String,
    files: Vec<String>,
    capabilities: BTreeMap<String, String>,
}

static RENDERED: OnceCell<Vec<Rendered>> = OnceCell::const_new();

/// Every file of every phone, and those of the golden models in further time zones. All tests share one server and one
/// rendering.
pub async fn rendered() -> &'static [Rendered] {
    RENDERED.get_or_init(render_all).await
}

async fn render_all() -> Vec<Rendered> {
    let (models, app) = (models(), app(None).await);
    let mut rendered = Vec::new();
    for model in &models {
        for variant in [Variant::Plain, Variant::Full] {
            for file in &model.files {
                rendered.push(render(&app, model, variant, file).await);
            }
        }
    }
    for zone in ZONES {
        app.run_sql(&in_zone(zone)).await;
        let golden = folder().join("golden");
        let is_asked = |model: &Model| golden.join(&model.vendor).join(&model.name).is_dir();
        for model in models.iter().filter(|model| is_asked(model)) {
            for file in &model.files {
                let file = render(&app, model, Variant::Plain, file).await;
                rendered.push(Rendered { zone: Some(zone), ..file });
            }
        }
    }
    rendered
}

/// A server with all phones, on the repository's templates or those of a folder.
pub async fn app(templates: Option<&Path>) -> TestApp {
    let app = TestApp::init();
    let app = templates.into_iter().fold(app, |app, folder| app.with_templates(folder)).build().await;
    app.run_sql(&rows(&models())).await;
    app
}

async fn render(app: &TestApp, model: &Model, variant: Variant, file: &str) -> Rendered {
    let encoded = file.replace('{', "%7B").replace('}', "%7D").replace('$', "%24");
    let target = format!("/app/provision/?mac={}&contacts=all&file={encoded}", model.address(variant));
    let answer = app.get(&target).await;
    let text = plain(&answer, &settings(&model.maker, variant));
    Rendered {
        maker: model.maker.clone(),
        vendor: model.vendor.clone(),
        model: model.name.clone(),
        file: file.to_owned(),
        address: model.address(variant),
        variant,
        zone: None,
        capabilities: model.capabilities.clone(),
        status: answer.status,
        values: format::read(&model.maker, &text),
        text,
    }
}

/// The text of an answer, decrypted by openssl with the settings of its phone if it is encrypted.
fn plain(answer: &Answer, settings: &[(String, String)]) -> String {
    let setting = |end: &str| settings.iter().find(|(name, _)| name.ends_with(end)).map(|(_, value)| value.as_str());
    let decrypt = |arguments: &[&str]| {
        let plain = reader::read("openssl", &[&["enc", "-d"], arguments].concat(), &answer.body);
        String::from_utf8_lossy(&plain.unwrap_or_default()).into_owned()
    };
    match (setting("_config_password"), setting("_config_aes_key")) {
        (Some(password), _) if answer.body.starts_with(b"Salted__") => {
            decrypt(&["-aes-256-cbc", "-md", "md5", "-k", password])
        }
        (_, Some(key)) if answer.header("content-type") == "application/octet-stream" => {
            let key: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
            decrypt(&["-aes-128-ecb", "-nopad", "-K", &key])
        }
        _ => answer.text(),
    }
}

impl Model {
    /// The address of the model's phone: its name's, so that further models change no golden file.
    fn address(&self, variant: Variant) -> String {
        let name = format!("{}/{}", self.vendor, self.name);
        let sum = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(0x0100_0193) ^ u32::from(byte));
        format!("02{:02x}{sum:08x}", variant as u8)
    }
}

/// The template folders of the repository, without the bases (`_base`) that they link to.
fn models() -> Vec<Model> {
    let templates = root().join("templates");
    let mut models = Vec::new();
    for vendor in names(&templates) {
        for name in names(&templates.join(&vendor)).into_iter().filter(|name| !name.starts_with('_')) {
            let folder = templates.join(&vendor).join(&name);
            let files: Vec<_> = names(&folder).into_iter().filter(|file| file.contains('.')).collect();
            let file = folder.join(&files[0]).canonicalize().expect("a file");
            let base = file.parent().expect("a folder");
            let maker = base.parent().and_then(Path::file_name).expect("the folder of a vendor").to_string_lossy();
            let capabilities = capabilities(base, &name);
            models.push(Model { maker: maker.into_owned(), vendor: vendor.clone(), name, files, capabilities });
        }
    }
    models
}

/// The sorted names in a folder; none of a file.
pub fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(path)
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

/// The row `'<name>' => ['<capability>' => <value>, …]` of the base's table.
fn capabilities(base: &Path, name: &str) -> BTreeMap<String, String> {
    let table = std::fs::read_to_string(base.join("models")).unwrap_or_default();
    let row = table.lines().find(|line| line.trim_start().starts_with(&format!("'{name}' ")));
    let cells = row.and_then(|row| row.split_once('[')).map_or("", |(_, cells)| cells);
    let pairs = cells.split(',').filter_map(|cell| cell.split_once("=>"));
    pairs.map(|(name, value)| (bare(name), bare(value))).collect()
}

fn bare(text: &str) -> String {
    text.trim_matches([' ', '\'', ']', '[']).to_owned()
}

fn in_zone(zone: &str) -> String {
    format!(
        "update v_default_settings set default_setting_value = '{zone}' where default_setting_subcategory = 'time_zone'"
    )
}

/// A device for each model and variant, each with the lines and keys of `phones.sql`.
fn rows(models: &[Model]) -> String {
    let mut sql = in_zone(ZONE) + ";\n";
    for model in models {
        for variant in [Variant::Plain, Variant::Full] {
            let address = model.address(variant);
            let (vendor, template) = (&model.vendor, format!("{}/{}", model.vendor, model.name));
            let device = format!("ae000000-0000-4000-8000-{address}");
            sql += &format!(
                "insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, \
                 device_label, device_enabled, device_description) select '{device}', domain_uuid, '{address}', '{vendor}', \
                 '{template}', 'Ada', true, 'own' from v_domains;\n"
            );
            for (name, value) in settings(&model.maker, variant) {
                sql += &format!(
                    "insert into v_device_settings (device_setting_uuid, device_uuid, domain_uuid, \
                     device_setting_subcategory, device_setting_name, device_setting_value, device_setting_enabled) \
                     select '{device}{name}', '{device}', domain_uuid, '{name}', 'text', '{value}', true from v_domains;\n"
                );
            }
        }
    }
    sql + &std::fs::read_to_string(folder().join("phones.sql")).expect("the rows")
}

/// The settings of a vendor's file, `name = value` in each line.
fn settings(vendor: &str, variant: Variant) -> Vec<(String, String)> {
    if variant == Variant::Plain {
        return Vec::new();
    }
    let text = std::fs::read_to_string(folder().join("settings").join(vendor)).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once(" = "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
