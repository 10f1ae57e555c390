//! The user as whom the server runs, and what its files allow it.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const READ: u32 = 4;
const WRITE: u32 = 2;

/// A user with its groups.
pub struct Account {
    pub name: String,
    /// Whether this command runs as that user.
    pub is_own: bool,
    uid: u32,
    groups: Vec<u32>,
}

impl Account {
    /// The user who runs this command; for root, the owner of the folder that the server writes to, because the server runs as
    /// that user.
    pub fn of_server(data: &Path) -> Self {
        let own = Self::own();
        match fs::metadata(data) {
            Ok(metadata) if own.uid == 0 && metadata.uid() != 0 => Self::of(metadata.uid(), metadata.gid()),
            _ => own,
        }
    }

    /// The user of this process.
    fn own() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let numbers = |name: &str| -> Vec<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().filter_map(|number| number.parse().ok()).collect()
        };
        // Each line has the real one first, then the effective one.
        let uid = numbers("Uid:").get(1).copied().unwrap_or(u32::MAX);
        let mut groups = numbers("Groups:");
        groups.extend(numbers("Gid:").get(1));
        Self { name: name_of(uid), is_own: true, uid, groups }
    }

    /// Another user, with the groups that `/etc/group` gives it.
    fn of(uid: u32, gid: u32) -> Self {
        let name = name_of(uid);
        let file = fs::read_to_string("/etc/group").unwrap_or_default();
        let of_line = |line: &str| {
            let mut fields = line.split(':').skip(2);
            let gid = fields.next()?.parse().ok()?;
            fields.next()?.split(',').any(|member| member == name).then_some(gid)
        };
        let groups = file.lines().filter_map(of_line).chain([gid]).collect();
        Self { name, is_own: false, uid, groups }
    }

    pub fn may_read(&self, metadata: &Metadata) -> bool {
        self.may(metadata, READ)
    }

    /// Whether the user may create files in a folder, or change a file.
    pub fn may_write(&self, metadata: &Metadata) -> bool {
        self.may(metadata, WRITE)
    }

    fn may(&self, metadata: &Metadata, bit: u32) -> bool {
        let shift = match () {
            () if self.uid == 0 => return true,
            () if metadata.uid() == self.uid => 6,
            () if self.groups.contains(&metadata.gid()) => 3,
            () => 0,
        };
        metadata.mode() >> shift & bit != 0
    }
}

/// A user's name in `/etc/passwd`, else the number.
fn name_of(uid: u32) -> String {
    let file = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    };
    file.lines().find_map(of_line).unwrap_or_else(|| uid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn rights_follow_owner_group_and_others() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = |mode| {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            fs::metadata(file.path()).unwrap()
        };
        let (uid, gid) = (metadata(0o640).uid(), metadata(0o640).gid());
        let account = |uid, groups: &[u32]| Account { name: String::new(), is_own: true, uid, groups: groups.to_vec() };
        let stranger = account(uid + 1_000, &[gid + 1_000]);
        let colleague = account(uid + 1_000, &[gid]);
        assert!(colleague.may_read(&metadata(0o640)) && !colleague.may_write(&metadata(0o640)));
        assert!(!stranger.may_read(&metadata(0o640)) && stranger.may_read(&metadata(0o644)));
        assert!(account(0, &[]).may_write(&metadata(0o000)));
        assert_eq!(Account::own().uid, uid);
    }
}
