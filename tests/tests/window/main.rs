//! The real window on a screen of its own, moved through WebKit's driver as people move it: what they press, type and read.

mod desk;
mod first;
mod keychain;
mod locked;
mod page;
mod secrets;
mod templates;
mod work;
