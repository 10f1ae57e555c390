//! Saves of a project in a language whose build takes long, with a project that is built already.

use super::author::edit;
use super::server::DevServer;
use dialplate_tests::author::Machine;
use std::fs;
use std::path::Path;

/// Texts of a source file: what is there, a mistake in its place, and what a compiler says of that.
pub struct Mistake {
    pub file: &'static str,
    pub old: &'static str,
    pub new: &'static str,
    pub says: &'static str,
}

/// Serves a project, makes a mistake, and makes the change `mended` in its place, if there is one.
pub fn check(machine: &Machine, project: &Path, mistake: &Mistake, mended: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    DevServer::install_generic(folder.path());
    let mut server = DevServer::start(machine, folder.path(), project, "dialplate serve --dev .");
    server.until(&["serving acme 0.1.0 (build 1)\n", "front_desk  ", "label = Front desk\n", "nothing_set  "]);
    let before = fs::read_to_string(project.join(mistake.file)).unwrap();
    edit(project, mistake.file, mistake.old, mistake.new);
    server.until(&[mistake.says, "the build failed", "acme 0.1.0 (build 1) is still served\n"]);
    match mended {
        Some(mended) => {
            edit(project, mistake.file, mistake.new, mended);
            server.until(&["serving acme 0.1.0 (build 3)\n", "front_desk  ", ": unchanged\n"]);
        }
        None => fs::write(project.join(mistake.file), before).unwrap(),
    }
    server.signal("INT");
    assert_eq!(server.end(), Ok(0));
}
