//! Trouble with the way to the server, caused on purpose: the library is not told that it is none of the real kind.

use super::connection::Connection;
use super::transport::{self, TransportEvent};
use crate::engine::signalling::State;

/// What can be caused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// What carries messages is closed, as by a network that goes down.
    Cut,
    /// From now on nothing passes in either direction, and nobody is told.
    Swallow,
    /// The sessions are ended on the server by requests of which the engine does not know. It reads them in the order in
    /// which they come: when a `ping` is answered, it has read them.
    EndSessions,
}

impl Connection {
    /// Causes it; whether there was anything to break.
    pub(crate) fn cause(&self, trouble: Trouble) -> bool {
        let is_up = self.state() == State::Connected;
        if is_up {
            match trouble {
                Trouble::Cut => self.cut(),
                Trouble::Swallow => self.swallow(),
                Trouble::EndSessions => self.0.send_last_words(),
            }
        }
        is_up
    }

    fn cut(&self) {
        let link = self.0.engine.borrow().link();
        self.0.happen(link, TransportEvent::Lost(transport::lost()));
    }

    fn swallow(&self) {
        self.0.engine.borrow_mut().deafen();
        let carrier = self.0.transport.take();
        // Polls that go on would take what is for those that are to come. A socket stays open, for the server to find out.
        if !transport::is_rest(&self.0.url()) {
            drop(self.0.buried.replace(carrier));
        }
    }
}
