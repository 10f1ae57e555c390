//! Smarty 4's template language over PHP 8's values.
pub mod modifiers;
pub mod php;
