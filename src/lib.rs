//! Conferencing on a [Janus](https://janus.conf.meetecho.com) WebRTC server, for browser pages.
//!
//! The crate is built in layers whose arrows point one way:
//!
//! ```text
//! js, live, exchange, support  ->  room  ->  videoroom  ->  client  ->  engine  ->  protocol
//!                                                              \----->  web   (browser only)
//! ```
//!
//! [`protocol`] turns text into typed messages and back, [`engine`] holds every decision as state
//! machines without clocks or sockets, [`web`] is the browser, [`client`] drives the engine with it,
//! [`videoroom`] is the typed VideoRoom plugin and [`room`] the conference itself. [`live`] is what keeps
//! to a call while it lasts: statistics, for instance. [`exchange`] is what people in it say to each
//! other beside media; [`support`] breaks it, reports about it, and checks whether it would work. The
//! `js` layer (cargo feature `npm`) exports the others to JavaScript and holds no logic.
//!
//! The pure layers never panic on anything a server, a network or a page can do: wrong input becomes
//! an [`Error`].

pub mod client;
pub mod engine;
mod error;
pub mod exchange;
#[cfg(feature = "npm")]
mod js;
pub mod live;
mod map;
pub mod protocol;
pub mod room;
pub mod support;
mod turns;
pub mod videoroom;
pub mod web;

pub use error::{Error, ErrorCode};
pub use map::Map;
pub use protocol::id::Id;

/// talc is about 2 kB smaller than the default allocator and needs no unsafe code to set up.
#[cfg(all(feature = "npm", target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What the README shows in Rust compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
