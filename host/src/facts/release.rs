//! FusionPBX's releases, as far as phones' files depend on them.

/// A release, in the order of publication.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Release {
    V5_0,
    V5_1,
    V5_2,
    V5_3,
    V5_4,
    /// The release 5.5.7. Its branch 5.5, which the installers clone, has been the same as `Master` since March 2026.
    V5_5,
    #[default]
    Master,
}

impl Release {
    const NAMES: [(Self, &'static str); 7] = [
        (Self::V5_0, "5.0"),
        (Self::V5_1, "5.1"),
        (Self::V5_2, "5.2"),
        (Self::V5_3, "5.3"),
        (Self::V5_4, "5.4"),
        (Self::V5_5, "5.5"),
        (Self::Master, "master"),
    ];

    /// The release of this name, `5.0` to `5.5` or `master`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(release, _)| *release)
    }

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(release, _)| *release == self).map_or("", |(_, name)| name)
    }
}
