//! The list of what commands edit.

use super::entity::{Entity, Kind};
use super::{contact, device, domain, extension, key, line, profile, setting, user};

/// Every kind of row, in the order of the help.
pub const ENTITIES: [&Entity; 10] = [
    &domain::DOMAIN,
    &device::DEVICE,
    &line::LINE,
    &key::KEY,
    &profile::PROFILE,
    &key::PROFILE_KEY,
    &setting::DEFAULT,
    &extension::EXTENSION,
    &contact::CONTACT,
    &user::USER,
];

/// The description of a kind of row. That of settings is of the default ones.
pub fn entity(kind: Kind) -> &'static Entity {
    ENTITIES.into_iter().find(|entity| entity.kind == kind).unwrap_or(ENTITIES[0])
}
