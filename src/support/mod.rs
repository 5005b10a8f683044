//! What helps those who help others: trouble caused on purpose.
//!
//! ```no_run
//! # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::Error> {
//! room.simulate(janus_wasm::support::Simulation::SignalLost).await?;
//! # Ok(()) }
//! ```

mod simulate;

pub use simulate::Simulation;
