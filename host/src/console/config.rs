//! Where the console is.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Begins with a slash, and does not end with one.
    pub path: String,
}

impl Config {
    /// First parts of paths that the admin endpoint has itself.
    pub const TAKEN: [&str; 11] = [
        "health",
        "ready",
        "plugins",
        "metrics",
        "reload",
        "probe",
        "limits",
        "explain",
        "capture",
        "api",
        "openapi.json",
    ];
}
