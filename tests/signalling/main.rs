//! The signalling engine: what it asks of a server, how it takes what a server says, and how it survives
//! the loss of one.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod api;
mod auth;
mod handles;
mod liveness;
mod pitfalls;
mod recording;
mod recovery;
mod requests;
mod stories;
mod support;
