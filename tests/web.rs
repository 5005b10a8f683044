//! The crate in a real browser: `wasm-pack test --headless --chrome` (or `--firefox`).
//!
//! What needs a Janus finds it by `JANUS_WASM_TEST_WS` and `JANUS_WASM_TEST_HTTP`, read when the tests
//! are built; without them it is ignored, and says so.
#![cfg(target_family = "wasm")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

use wasm_bindgen_test::wasm_bindgen_test_configure;

#[path = "web/adaptive.rs"]
pub mod adaptive;
#[path = "web/check.rs"]
pub mod check;
#[path = "web/debug.rs"]
pub mod debug;
#[path = "web/devices.rs"]
pub mod devices;
#[path = "web/exchange.rs"]
pub mod exchange;
#[path = "web/introductions.rs"]
pub mod introductions;
#[path = "web/janus.rs"]
pub mod janus;
#[path = "web/json.rs"]
pub mod json;
#[path = "web/leaks.rs"]
pub mod leaks;
#[path = "web/lifecycle.rs"]
pub mod lifecycle;
#[path = "web/live.rs"]
pub mod live;
#[path = "web/moderation.rs"]
pub mod moderation;
#[path = "web/newer.rs"]
mod newer;
#[path = "web/people.rs"]
mod people;
#[path = "web/printout.rs"]
pub mod printout;
#[path = "web/publishing.rs"]
pub mod publishing;
#[path = "web/receiving.rs"]
pub mod receiving;
#[path = "web/returning.rs"]
pub mod returning;
#[path = "web/room.rs"]
pub mod room;
#[path = "web/server.rs"]
pub mod server;
#[path = "web/shown.rs"]
mod shown;
#[path = "web/sight.rs"]
pub mod sight;
#[path = "web/simulate.rs"]
pub mod simulate;
#[path = "web/stage.rs"]
mod stage;
#[path = "web/videoroom.rs"]
pub mod videoroom;
#[path = "web/within.rs"]
pub mod within;
#[path = "web/wrong.rs"]
pub mod wrong;

wasm_bindgen_test_configure!(run_in_browser);
