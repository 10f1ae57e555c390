//! What a vendor plugin is made of.
