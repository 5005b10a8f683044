//! What helps those who help others: trouble caused on purpose, a report about a room, and whether a call would work
//! from here.
//!
//! ```no_run
//! # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::Error> {
//! use janus_wasm::support::{self, CheckOptions};
//!
//! let report = support::check_connection(CheckOptions::new(["wss://sfu.example/janus"])).await?;
//! for step in &report.steps { /* show step.text */ }
//! let bundle = support::debug_bundle(&room).await;
//! # Ok(()) }
//! ```

mod check;
mod debug;
mod scrub;
mod simulate;
mod together;

pub use check::{
    CheckOptions, CheckReport, CheckStep, CheckStepName, CheckVerdict, OnStep, check_connection,
};
pub use debug::{DebugBundle, DebugBundleOptions, debug_bundle, debug_bundle_with};
pub use simulate::Simulation;
