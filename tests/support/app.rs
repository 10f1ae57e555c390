//! The whole server in the test's own process, from the router to the database, without sockets and child processes.
//!
//! ```ignore
//! let app = TestApp::init()
//!     .with_template("yealink/t46u/{$mac}.cfg", "label {$label}")
//!     .with_device("001565aabbcc", "yealink/t46u")
//!     .build()
//!     .await;
//! assert_eq!(app.get("/provision/001565aabbcc.cfg").await.status, 200);
//! ```
//!
//! Without further methods of the builder, an app has the demonstration database and the templates of the repository.
//! Rows, templates and settings that are added before `build` are there when the server starts.

use crate::client::{Answer, encode};
use crate::database;
use crate::server::CLOCK;
use crate::server::{root, target};
use crate::site::write;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri, header};
use dialplate::app::{App, Opened};
use dialplate::config::{Config, ConfigSource};
use dialplate::explain::{Explanation, Question};
use dialplate::http::{AppState, ExplainError, PhoneListener};
use dialplate::reload::Current;
use http_body_util::BodyExt;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// The client of every request.
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Limits that would refuse a test's requests, which all come from one address.
const UNLIMITED: [(&str, &str); 3] =
    [("guesses_per_network_max", "0"), ("guesses_per_oui_max", "0"), ("domain_auto_inserts_per_minute_max", "0")];

/// Loaded templates and plugins by their folders and configuration.
static SHARED: Mutex<Option<HashMap<String, Current>>> = Mutex::const_new(None);

/// A server without sockets.
pub struct TestApp {
    app: Arc<App>,
    host: &'static str,
    database: String,
    folder: TempDir,
}

/// What a [`TestApp`] is built from.
pub struct TestAppBuilder {
    host: &'static str,
    rows: Rows,
    sql: String,
    devices: u32,
    config: Vec<(&'static str, String)>,
    templates: Vec<PathBuf>,
    folder: TempDir,
}

/// The rows that the database has before `with_sql`.
enum Rows {
    Demonstration,
    Recorded(Vec<PathBuf>),
    Database(String),
}

impl TestApp {
    /// Starts a builder.
    pub fn init() -> TestAppBuilder {
        TestAppBuilder {
            host: "localhost",
            rows: Rows::Demonstration,
            sql: String::new(),
            devices: 0,
            config: Vec::new(),
            templates: Vec::new(),
            folder: tempfile::tempdir().expect("a folder for the test"),
        }
    }

    /// Sends a GET request.
    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[("Host", self.host)], b"").await
    }

    /// Sends a GET request with this User-Agent.
    pub async fn get_as(&self, agent: &str, target: &str) -> Answer {
        self.send("GET", target, &[("Host", self.host), ("User-Agent", agent)], b"").await
    }

    /// Sends a request. Header values are sent as Latin-1 if possible, else as UTF-8.
    ///
    /// # Panics
    /// If HTTP does not allow the target or a header.
    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let uri: Uri = target.parse().unwrap_or_else(|error| panic!("{target:?}: {error}"));
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(&encode(value)).expect("a header value"));
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, body.len());
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let (parts, body) = self.app.respond(PEER, request).await.into_parts();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: body.collect().await.expect("a body").to_bytes().to_vec(),
        }
    }

    /// Explains a request.
    pub async fn explain(&self, question: &Question) -> Result<Explanation, ExplainError> {
        self.app.explain(question).await
    }

    /// Serves on a free port until the test ends, for requests that no [`Request`] can hold.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let (app, address) = (Arc::clone(&self.app), listener.local_addr().expect("an address"));
        tokio::spawn(
            async move { app.serve(vec![PhoneListener { listener, tls: None }], std::future::pending()).await },
        );
        address
    }

    /// What the server's handlers have.
    pub fn state(&self) -> &AppState {
        self.app.state()
    }

    /// Closes the database of an app that does not listen.
    ///
    /// # Panics
    /// If it listens.
    pub async fn close(self) {
        Arc::into_inner(self.app).expect("an app that does not listen").close().await;
    }

    /// Runs SQL statements in the app's database.
    pub async fn run_sql(&self, sql: &str) {
        database::run(&self.database, sql).await;
    }

    /// The single value of a query as text, empty for NULL.
    pub async fn value(&self, query: &str) -> String {
        database::value(&self.database, query).await
    }

    /// Waits until a query has this value. The server writes some rows after its answer.
    ///
    /// # Panics
    /// After [`crate::wait::PATIENCE`].
    pub async fn until_value(&self, query: &str, expected: &str) {
        database::until_value(&self.database, query, expected).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// A path in the app's folder, which has `templates/`, `custom/` and files of [`TestAppBuilder::with_file`].
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl TestAppBuilder {
    /// Uses the recorded database with these further SQL files of the corpus, and the recorded templates.
    pub fn with_recorded(mut self, corpus: &Path, files: &[&str]) -> Self {
        self.host = crate::site::HOST;
        self.rows = Rows::Recorded(files.iter().map(|file| corpus.join(file)).collect());
        self.with_templates(&corpus.join("templates"))
    }

    /// Uses an existing database.
    pub fn with_database(mut self, url: &str) -> Self {
        self.rows = Rows::Database(url.to_owned());
        self
    }

    /// Runs SQL statements after the rows. `@` stands for the app's folder.
    pub fn with_sql(mut self, sql: &str) -> Self {
        self.sql += &sql.replace('@', &self.folder.path().display().to_string());
        self.sql += ";\n";
        self
    }

    /// Adds an enabled device of the first domain. Its vendor is the first part of the template's name.
    pub fn with_device(mut self, address: &str, template: &str) -> Self {
        self.devices += 1;
        let vendor = template.split('/').next().unwrap_or_default();
        let number = self.devices;
        self.sql += &format!(
            "insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, \
             device_enabled) select 'de51ce00-0000-4000-8000-{number:012}', domain_uuid, '{address}', '{vendor}', \
             '{template}', true from v_domains order by domain_name limit 1;\n"
        );
        self
    }

    /// Sets a key of the configuration, such as `url_forms`. `@` stands for the app's folder.
    pub fn with_config(mut self, key: &'static str, value: &str) -> Self {
        self.config.push((key, value.replace('@', &self.folder.path().display().to_string())));
        self
    }

    /// Writes a template such as `yealink/t46u/{$mac}.cfg`, and uses the written templates instead of the repository's.
    pub fn with_template(self, name: &str, text: &str) -> Self {
        let app = self.with_file(&format!("templates/{name}"), text);
        let folder = app.folder.path().join("templates");
        app.with_templates(&folder)
    }

    /// Uses the templates of a folder. Of several folders with the same template, the first one counts.
    pub fn with_templates(mut self, folder: &Path) -> Self {
        if !self.templates.iter().any(|it| it == folder) {
            self.templates.push(folder.to_owned());
        }
        self
    }

    /// Writes a file below the app's folder.
    pub fn with_file(self, path: &str, text: &str) -> Self {
        write(self.folder.path(), path, text.as_bytes());
        self
    }

    /// Builds the server.
    ///
    /// # Panics
    /// If the server could not start.
    pub async fn build(self) -> TestApp {
        let database = match &self.rows {
            Rows::Database(url) => url.clone(),
            Rows::Demonstration => database::demonstration(self.folder.path()).await,
            Rows::Recorded(files) => database::recorded(self.folder.path(), files).await,
        };
        if !self.sql.is_empty() {
            database::run(&database, &self.sql).await;
        }
        let opened = Opened::open(self.config(&database)).await.expect("the server opens");
        let snapshot = self.snapshot(&opened).await;
        let app = opened.into_app(snapshot).expect("random numbers");
        TestApp { app: Arc::new(app), host: self.host, database, folder: self.folder }
    }

    /// Templates and plugins. Apps of a test process share them, unless they come from the app's own folder.
    async fn snapshot(&self, opened: &Opened) -> Current {
        let load = async || opened.load().await.expect("templates and plugins load").current;
        let key = format!("{:?} {:?}", self.templates, self.config);
        if key.contains(&self.folder.path().display().to_string()) {
            return load().await;
        }
        let mut shared = SHARED.lock().await;
        let shared = shared.get_or_insert_default();
        match shared.get(&key) {
            Some(snapshot) => Arc::clone(snapshot),
            None => Arc::clone(shared.entry(key).or_insert(load().await)),
        }
    }

    fn config(&self, database: &str) -> Config {
        let repository = root().join("templates");
        let templates = if self.templates.is_empty() { std::slice::from_ref(&repository) } else { &self.templates };
        let templates: Vec<_> = templates.iter().map(|folder| folder.display().to_string()).collect();
        let own = [
            ("database", database.to_owned()),
            ("templates", templates.join(":")),
            ("plugins", root().join("target/plugins").display().to_string()),
            ("cache", target().join("test-cache").display().to_string()),
            ("clock", CLOCK.to_owned()),
            ("journal", "off".to_owned()),
        ];
        let unlimited = UNLIMITED.map(|(key, value)| (key, value.to_owned()));
        let values = own.into_iter().chain(unlimited).chain(self.config.iter().cloned());
        let config = Config::read(ConfigSource::new(values, &|_| None, None), None);
        config.unwrap_or_else(|errors| panic!("{}", errors.iter().map(|it| format!("{it}\n")).collect::<String>()))
    }
}
