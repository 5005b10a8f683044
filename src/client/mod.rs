//! The driver: one loop joins the signalling engine and the browser.
//!
//! [`Connection`] to a server, [`Session`]s on it, [`Handle`]s of any plugin. Requests leave when the
//! method is called, not when its future is first polled, so that several of them share one flight;
//! dropping the future gives the request up.
//!
//! ```no_run
//! # async fn example() -> Result<(), janus_wasm::Error> {
//! use std::rc::Rc;
//! use janus_wasm::client::{AttachOptions, Connection, Options, Session};
//! use janus_wasm::protocol::Json;
//!
//! let connection = Connection::open(&["wss://sfu.example/janus"], Options::default()).await?;
//! let session = Session::create(&connection).await?;
//! let options = AttachOptions::default();
//! let echo = session.attach("janus.plugin.echotest", options, Rc::new(|_event| {})).await?;
//! let said = echo.request(Json::parse(r#"{"audio":true}"#)?, None).await?;
//! # Ok(()) }
//! ```

mod connection;
mod driver;
mod handle;
mod health;
mod leftover;
mod options;
mod reply;
mod session;
mod transport;
mod trouble;

pub use connection::Connection;
pub(crate) use handle::unheard;
pub use handle::{Handle, Sink};
pub(crate) use leftover::is_haunted;
pub use options::{Leaving, Level, LogEntry, Logger, Options, Policy, TokenProvider};
pub use reply::Answer;
pub use session::{AttachOptions, Session, SessionEvent};
pub(crate) use transport::has_scheme;
pub use transport::{Connector, OnEvent, Transport, TransportEvent};
pub(crate) use trouble::Trouble;
