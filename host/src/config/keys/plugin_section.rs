//! Keys of a section `[plugins.NAME]`, which has no flags and no environment variables.

use super::find;
use super::key::{ConfigKey, absent, fixed};
use std::sync::LazyLock;

/// The key of the plugins' folder, and the table that holds the sections.
pub const PLUGINS: &str = "plugins";

/// What an operator permits the plugin.
pub static PERMISSIONS: LazyLock<Vec<ConfigKey>> = LazyLock::new(|| {
    vec![
        absent(
            "vendors",
            "vendors",
            "all that it claims",
            "snom",
            "Vendors that the plugin may serve, as a list; `*` stands for every vendor that no other plugin serves",
        ),
        absent(
            "ouis",
            "OUIs",
            "all that it claims",
            "000413",
            "OUIs by which the plugin may recognise its phones, as a list",
        ),
        fixed(
            "contacts",
            "true or false",
            "true",
            "Whether the plugin gets contacts; without them, its phone books are empty",
        ),
    ]
});

/// Keys of the whole server that a section may have too. The others concern what plugins share, or what the server does
/// before it knows a plugin's name.
pub const LIMITS: [&str; 14] = [
    "render_timeout_ms",
    "render_memory_bytes_max",
    "output_bytes_max",
    "contacts_rows_max",
    "questions_max",
    "log_lines_max",
    "log_line_chars_max",
    "failures_max",
    "prepare_timeout_ms",
    "prepare_memory_bytes_max",
    "prepare_output_bytes_max",
    "compile_cpu_s_max",
    "compile_memory_bytes_max",
    "code_bytes_max",
];

/// The key of this name in a section.
pub fn find_in_section(name: &str) -> Option<&'static ConfigKey> {
    let permission = PERMISSIONS.iter().find(|key| key.name == name);
    permission.or_else(|| LIMITS.contains(&name).then(|| find(name)).flatten())
}
