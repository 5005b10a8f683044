//! What lets us in is another pin or token than the room was joined with.

use std::fmt;

use super::Room;
use super::event::Failure;

/// What a room asks of those who come in; see [`Room::set_credentials`]. What is not given stays as it is.
#[derive(Clone, Default)]
pub struct Credentials {
    pub(crate) pin: Option<String>,
    pub(crate) token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds a pin and a token.
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Those there are.
    pub fn new() -> Self {
        Self::default()
    }

    /// The room's pin.
    #[must_use]
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.pin = Some(pin.into());
        self
    }

    /// A token of the room's list, or a signed one.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }
}

impl Room {
    /// Says another pin or token from now on, for as long as this stay: the room was locked, or the token is about to
    /// expire. Whoever is in a room needs them again when a session is lost, the server starts again, or the connection
    /// that receives is made anew. What was refused meanwhile for want of them is asked again at once. They are in the
    /// requests and nowhere else.
    ///
    /// [`Moderation::lock`](super::Moderation::lock) does it for the room it is made of.
    ///
    /// ```no_run
    /// # fn example(room: janus_wasm::room::Room, token: String) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::room::Credentials;
    /// room.set_credentials(Credentials::new().pin("1815").token(token))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidState` outside of a room.
    pub fn set_credentials(&self, credentials: Credentials) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        let Credentials { pin, token } = credentials;
        let is_unseen = call.conference.borrow_mut().set_credentials(pin, token);
        if is_unseen {
            call.resynchronise(true);
        }
        call.pump();
        Ok(())
    }
}
