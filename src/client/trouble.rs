//! Trouble with the way to the server, caused on purpose: the library is not told that it is none of the real kind.

use super::connection::Connection;
use super::transport::{self, Transport, TransportEvent};
use crate::engine::Millis;
use crate::engine::signalling::State;
use crate::protocol::Json;
use crate::protocol::request::{Request, Verb};
use crate::web;

/// How long a way that swallows everything stays open for the server once it was given up here, ms.
const GRAVE: Millis = Millis(10_000);

/// Takes what is to be sent, and sends nothing.
struct Hole(Option<Box<dyn Transport>>);

impl Transport for Hole {
    fn send(&self, _text: String) {}
}

impl Drop for Hole {
    fn drop(&mut self) {
        let buried = self.0.take();
        web::spawn_local(async move {
            // The server is not told before it has had the time to find out.
            web::sleep(GRAVE).await;
            drop(buried);
        });
    }
}

impl Connection {
    fn is_up(&self) -> bool {
        self.state() == State::Connected
    }

    /// Closes what carries messages, as a network would that goes down. Whether there was anything to close.
    pub(crate) fn cut(&self) -> bool {
        let is_up = self.is_up();
        if is_up {
            let link = self.0.engine.borrow().link();
            self.0.happen(link, TransportEvent::Lost(transport::lost()));
        }
        is_up
    }

    /// From now on nothing passes in either direction, and nobody is told. Whether anything passed before.
    pub(crate) fn swallow(&self) -> bool {
        let is_up = self.is_up();
        if is_up {
            self.0.engine.borrow_mut().deafen();
            let carrier = self.0.transport.take();
            self.0.transport.replace(Some(Box::new(Hole(carrier))));
        }
        is_up
    }

    /// Ends the sessions on the server by requests the engine does not know of, and so does not understand the answers
    /// of. Comes when the server has read them; whether they could be sent.
    pub(crate) async fn end_sessions(&self) -> bool {
        if !self.is_up() {
            return false;
        }
        let token = self.0.engine.borrow().current_token().map(str::to_owned);
        let sessions = self.0.engine.borrow().sessions();
        for session in sessions {
            let mut request = Request::session(Verb::Destroy, session);
            request.transaction = ["simulated-", &web::random_text()].concat();
            request.token.clone_from(&token);
            request.apisecret.clone_from(&self.0.options.api_secret);
            if let Some(transport) = self.0.transport.borrow().as_ref() {
                transport.send(Json::write(&request).to_string());
            }
        }
        // The server reads what belongs to no handle in the order it came.
        self.ping().await.is_ok()
    }
}
