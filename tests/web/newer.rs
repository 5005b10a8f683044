//! A Janus that passes metadata on, as 1.3.0 and later do: a real one before 1.3.0, whose words about people get what
//! they said of themselves, as `tests/room/page/newer.js` has it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use janus_wasm::client::{Connector, OnEvent, Transport, TransportEvent};
use janus_wasm::room::{Room, RoomOptions};
use janus_wasm::web::{Socket, SocketEvent, spawn_local};
use janus_wasm::{Error, ErrorCode};
use serde_json::{Value, json};

const VERSION: u32 = 1_402;

/// Who is there by one socket, and how they are spoken to.
struct Seat {
    id: Option<u64>,
    sender: Value,
    session: Value,
    metadata: Value,
    on_event: OnEvent,
}

type Seats = Rc<RefCell<Vec<Rc<RefCell<Seat>>>>>;

/// One such server: those who come by its connector are known to it.
#[derive(Default)]
pub(crate) struct Newer {
    seats: Seats,
    /// What people said of themselves.
    metadata: RefCell<HashMap<u64, Value>>,
    /// The requests in which they did.
    asked: RefCell<Vec<String>>,
}

impl Newer {
    /// A room on it.
    pub(crate) fn room(self: &Rc<Self>, url: &str) -> Room {
        let mut options = RoomOptions::new([url]);
        options.connection.connector = Some(self.connector());
        Room::new(options)
    }

    /// How often somebody said something of themselves by requests that begin so.
    pub(crate) fn asked(&self, request: &str) -> usize {
        self.asked.borrow().iter().filter(|one| one.starts_with(request)).count()
    }

    fn connector(self: &Rc<Self>) -> Connector {
        let server = Rc::clone(self);
        Rc::new(move |url, on_event| {
            let way = Way::open(url, Rc::clone(&server), on_event)?;
            Ok(Box::new(way) as Box<dyn Transport>)
        })
    }

    /// Takes down what somebody says of themselves, and tells the others.
    fn sent(&self, seat: &Rc<RefCell<Seat>>, body: &Value) {
        let Some(metadata) = body.get("metadata").cloned() else { return };
        self.asked.borrow_mut().push(body["request"].as_str().unwrap_or_default().to_owned());
        seat.borrow_mut().metadata = metadata.clone();
        let Some(id) = seat.borrow().id else { return };
        self.metadata.borrow_mut().insert(id, metadata.clone());
        let others = self
            .seats
            .borrow()
            .iter()
            .filter(|other| !Rc::ptr_eq(other, seat))
            .cloned()
            .collect::<Vec<_>>();
        for other in others {
            let other = other.borrow();
            if other.id.is_none() {
                continue;
            }
            let data = json!({ "videoroom": "event", "id": id, "metadata": metadata });
            let message = json!({
                "janus": "event", "session_id": other.session, "sender": other.sender,
                "plugindata": { "plugin": "janus.plugin.videoroom", "data": data },
            });
            let on_event = Rc::clone(&other.on_event);
            // As it would come: not while something is being sent.
            spawn_local(async move { on_event(TransportEvent::Text(message.to_string())) });
        }
    }

    /// A message with what a newer server would say in it.
    fn heard(&self, seat: &Rc<RefCell<Seat>>, text: &str) -> String {
        let mut message: Value = serde_json::from_str(text).expect("JSON");
        if message["janus"] == "server_info" {
            message["version"] = VERSION.into();
        }
        let (sender, session) = (message["sender"].clone(), message["session_id"].clone());
        let Some(data) = message.pointer_mut("/plugindata/data") else {
            return message.to_string();
        };
        if data["videoroom"] == "joined"
            && let Some(id) = data["id"].as_u64()
        {
            let mut seat = seat.borrow_mut();
            (seat.id, seat.sender, seat.session) = (Some(id), sender, session);
            self.metadata.borrow_mut().insert(id, seat.metadata.clone());
        }
        for publisher in data["publishers"].as_array_mut().into_iter().flatten() {
            let known =
                publisher["id"].as_u64().and_then(|id| self.metadata.borrow().get(&id).cloned());
            if let Some(known) = known.filter(|known| !known.is_null()) {
                publisher["metadata"] = known;
            }
        }
        message.to_string()
    }
}

/// A way to it over a real socket.
struct Way {
    socket: Socket,
    seat: Rc<RefCell<Seat>>,
    server: Rc<Newer>,
}

impl Way {
    fn open(url: &str, server: Rc<Newer>, on_event: OnEvent) -> Result<Self, Error> {
        let nothing = || Value::Null;
        let seat = Rc::new(RefCell::new(Seat {
            id: None,
            sender: nothing(),
            session: nothing(),
            metadata: nothing(),
            on_event: Rc::clone(&on_event),
        }));
        server.seats.borrow_mut().push(Rc::clone(&seat));
        let (whose, knowing) = (Rc::clone(&seat), Rc::clone(&server));
        let socket = Socket::open(url, move |event| {
            on_event(match event {
                SocketEvent::Open => TransportEvent::Opened,
                SocketEvent::Text(text) => TransportEvent::Text(knowing.heard(&whose, &text)),
                SocketEvent::Closed { .. } => {
                    TransportEvent::Lost(Error::new(ErrorCode::ConnectionLost, "it is closed"))
                }
            });
        })?;
        Ok(Self { socket, seat, server })
    }
}

impl Transport for Way {
    fn send(&self, text: String) {
        let message: Value = serde_json::from_str(&text).expect("JSON");
        self.socket.send(text);
        self.server.sent(&self.seat, &message["body"]);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.server.seats.borrow_mut().retain(|seat| !Rc::ptr_eq(seat, &self.seat));
    }
}
