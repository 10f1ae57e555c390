//! SQL statements, for both databases, that change default settings of the category `provision`.

use std::sync::atomic::{AtomicU64, Ordering};

/// Replaces all values of a setting by this one.
pub fn set(name: &str, kind: &str, value: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(
        "{} insert into v_default_settings (default_setting_uuid, default_setting_category, \
         default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled) values \
         ('5e770000-0000-4000-8000-{number:012x}', 'provision', '{name}', '{kind}', '{value}', true);",
        unset(name)
    )
}

/// Removes a setting.
pub fn unset(name: &str) -> String {
    format!(
        "delete from v_default_settings where default_setting_category = 'provision' \
         and default_setting_subcategory = '{name}';"
    )
}

/// Requires digest authentication with the user `phone` and the password `secret1`.
pub fn digest() -> String {
    [
        set("http_auth_username", "text", "phone"),
        set("http_auth_password", "array", "secret1"),
        set("http_auth_enabled", "boolean", "true"),
        set("http_auth_type", "text", "digest"),
    ]
    .concat()
}
