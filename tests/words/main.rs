//! `VideoRoom`'s words: every request against the list that says what Janus takes, every answer and event
//! against recordings of real servers.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod checks;
mod recordings;
mod requests;
mod schema;
