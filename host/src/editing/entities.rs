//! The list of what commands edit.

use super::entity::Entity;
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
