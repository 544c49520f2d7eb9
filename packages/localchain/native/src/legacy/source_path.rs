//! Source files in what a program logs. They are where cargo keeps them on the machine that compiled, which is no part of
//! what happened.

use std::borrow::Cow;

/// Where cargo unpacks a registry's crates, followed by a folder for the registry and one for the crate.
const UNPACKED: &str = "/registry/src/";

/// `text`, its first source file starting with the crate's folder, such as `squads-multisig-program-2.0.0/src/lib.rs`.
pub fn portable(text: &str) -> Cow<'_, str> {
    let Some(at) = text.find(UNPACKED) else {
        return text.into();
    };
    let start = text[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
    let registry = at + UNPACKED.len();
    match text[registry..].find('/') {
        Some(length) => format!("{}{}", &text[..start], &text[registry + length + 1..]).into(),
        None => text.into(),
    }
}
