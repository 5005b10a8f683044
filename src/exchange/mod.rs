//! What people in a room say to each other beside media: data, words about themselves, chat, requests, files.
//!
//! Nearly everything goes over Janus's data channels, which are **a broadcast: everybody in the room can read all of
//! it**, requests to one person too. It travels as the npm package has it, so that pages made with either understand
//! each other; clients that are neither are not shown it.
//!
//! ```no_run
//! # async fn example() -> Result<(), janus_wasm::room::Failure> {
//! use janus_wasm::exchange::{Exchange, ExchangeEvent};
//! use janus_wasm::room::{JoinOptions, Room, RoomOptions};
//!
//! let room = Room::new(RoomOptions::new(["wss://sfu.example/janus"]));
//! let exchange = Exchange::new(&room);
//! let mut events = exchange.events();
//! room.join(exchange.introduce(JoinOptions::new(1234).display("Ada"))).await?;
//! exchange.set_hand_raised(true)?;
//! exchange.send_chat_message("hello").await?;
//! while let Some(event) = events.next().await {
//!     if let ExchangeEvent::ChatMessage(message) = event { /* message.text, never as HTML */ }
//! }
//! # Ok(()) }
//! ```

mod attributes;
mod event;
mod files;
mod frames;
mod heads;
mod inner;
mod lane;
mod queue;
mod reassembly;
mod recent;
mod requests;
mod saying;
mod settling;
mod stay;
mod ways;
mod words;

use std::fmt;
use std::rc::{Rc, Weak};

pub use self::attributes::Attributes;
pub use self::event::{ChatMessage, ExchangeEvent, ExchangeEvents, IncomingRequest, Listening};
pub use self::files::{FileContent, FileOptions, IncomingFile};
pub use self::ways::DataOptions;
pub use crate::web::{Blob, Data, File, Uint8Array};

use self::attributes::HAND;
use self::inner::{Handler, Inner};
use self::reassembly::MAX_BYTES;
use crate::engine::Millis;
use crate::protocol::Json;
use crate::room::{Failure, JoinOptions, Room, Watching};
use crate::web::date_text;
use crate::{Error, ErrorCode, Id};

/// What is said in a room. Clones are the same; with the last of them everything that waits ends.
///
/// One for each room, made before joining or during the call: it hears what is said from then on. What older servers do
/// not pass on, attributes of others, it knows a moment later. It lasts for as many calls as the room does, and so do our
/// own attributes and those who answer requests.
#[derive(Clone)]
pub struct Exchange(Rc<Inner>);

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

impl Exchange {
    /// That of this room.
    pub fn new(room: &Room) -> Self {
        Self(Inner::new(room))
    }

    /// Every event from now on, as a stream.
    pub fn events(&self) -> ExchangeEvents {
        self.0.listeners.stream()
    }

    /// Calls `listener` with every event, at once and in order, until what is returned is dropped.
    #[must_use = "nothing is heard once it is dropped"]
    pub fn watch(&self, listener: impl Fn(&ExchangeEvent) + 'static) -> Listening {
        Watching::new(&self.0, listener)
    }

    /// Joining that tells the server our attributes, as part of the metadata. From Janus 1.3.0 on it passes them on, to
    /// everybody and to those who come later; without this they go over data, as they do with older servers.
    ///
    /// ```no_run
    /// # async fn example(room: &janus_wasm::room::Room, exchange: &janus_wasm::exchange::Exchange) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::room::JoinOptions;
    /// room.join(exchange.introduce(JoinOptions::new(1234).display("Ada"))).await?;
    /// # Ok(()) }
    /// ```
    #[must_use = "it is for Room::join"]
    pub fn introduce(&self, mut options: JoinOptions) -> JoinOptions {
        options.join.metadata = Some(self.0.introduce(options.join.metadata.take()));
        options
    }

    /// Says something else about us to pages of every kind, an object, and leaves the attributes in it as they are:
    /// [`Room::set_metadata`] would take them away. It takes joining with [`Exchange::introduce`].
    ///
    /// # Errors
    /// `InvalidArgument` for what is no object or has `attributes`; `InvalidState` outside of a room; `Unsupported`
    /// before Janus 1.3.0; the server's.
    pub async fn set_metadata(&self, metadata: Json) -> Result<(), Failure> {
        self.0.set_metadata(metadata).await
    }

    /// Says words about us to everybody, whoever comes later as well: those with a value are set, `None` takes one away.
    /// They stay until they are changed, in the next call of this room too. At most 64, with 8,192 characters together.
    ///
    /// ```no_run
    /// # fn example(exchange: &janus_wasm::exchange::Exchange) -> Result<(), janus_wasm::Error> {
    /// exchange.set_attributes([("language", Some("pt")), ("seat", None)])?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidArgument` if they are too much; then nothing changes.
    pub fn set_attributes<N: Into<String>, V: Into<String>>(
        &self,
        changes: impl IntoIterator<Item = (N, Option<V>)>,
    ) -> Result<(), Error> {
        let changes = changes.into_iter().map(|(name, value)| (name.into(), value.map(Into::into)));
        self.0.set_attributes(changes.collect())
    }

    /// What we say of ourselves.
    pub fn attributes(&self) -> Attributes {
        self.0.book.borrow().own().clone()
    }

    /// What somebody says of themselves. The words are theirs: text, never HTML, and not proven.
    pub fn attributes_of(&self, id: &Id) -> Attributes {
        let book = self.0.book.borrow();
        let own = || self.0.is_own(id).then(|| book.own());
        book.of(id).or_else(own).cloned().unwrap_or_default()
    }

    /// Raises or lowers our hand: the attribute `hand`, with the time it was raised (ISO 8601), so that hands have an
    /// order.
    ///
    /// # Errors
    /// `InvalidArgument` if the attributes leave no room for it.
    pub fn set_hand_raised(&self, raised: bool) -> Result<(), Error> {
        if raised == self.attributes().contains_key(HAND) {
            return Ok(());
        }
        self.set_attributes([(HAND, raised.then(date_text))])
    }

    /// Whether somebody's hand is raised.
    pub fn is_hand_raised(&self, id: &Id) -> bool {
        self.attributes_of(id).contains_key(HAND)
    }

    /// Sends data to everybody who is in the room: text, or bytes, up to 64 MiB. What fits into 60,000 bytes travels as it
    /// is, so that other clients understand it. Ends when the browser has all of it, of which no more than 1 MiB waits
    /// there; to drop the future calls off what is not on its way. Nothing is kept for those who come later, and the first
    /// message opens the way, for which the others need a moment:
    /// [`JoinOptions::data_channel`]`("reliable", "{}")` opens it with joining.
    ///
    /// ```no_run
    /// # async fn example(exchange: &janus_wasm::exchange::Exchange) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::exchange::DataOptions;
    /// exchange.send_data("hello", DataOptions::default()).await?;
    /// exchange.send_data(&[1, 2, 3][..], DataOptions::lossy()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidState` outside of a room; `InvalidArgument` for what is empty, which Janus drops, or too large; `Aborted`
    /// if the room is left meanwhile; the browser's.
    pub async fn send_data(
        &self,
        data: impl Into<Data>,
        options: DataOptions,
    ) -> Result<(), Failure> {
        let data = data.into();
        let wrong = |text| Err(Error::new(ErrorCode::InvalidArgument, text).into());
        match data.size() {
            0 => wrong("data: Janus drops empty messages"),
            size if size > MAX_BYTES as usize => wrong("data: more than 64 MiB"),
            _ => self.0.post(options, data, false).await,
        }
    }

    /// Writes to everybody who is in the room, up to 16,384 characters. Ends when it is on its way, with what the others
    /// get. Nothing is kept for those who come later.
    ///
    /// # Errors
    /// `InvalidState` outside of a room; `InvalidArgument` for no text or too much; `Aborted` if the room is left
    /// meanwhile.
    pub async fn send_chat_message(&self, text: impl Into<String>) -> Result<ChatMessage, Failure> {
        self.0.chat(text.into()).await
    }

    /// Asks one person's page, which answers by [`Exchange::on_request`]. Payload and answer are JSON, 59,000 bytes at
    /// most; [`web::write`](crate::web::write) and [`web::read`](crate::web::read) make them of serde's types. It is asked
    /// again every second until the answer comes, and handled once. To drop the future ends the asking.
    ///
    /// ```no_run
    /// # async fn example(exchange: &janus_wasm::exchange::Exchange, bob: janus_wasm::Id) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::engine::Millis;
    /// use janus_wasm::protocol::Json;
    /// let question = Json::parse(r#"{"question":"Tea?"}"#)?;
    /// let answer = exchange.request(&bob, "vote", question, Millis(5_000)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `Timeout`; `ParticipantLeft`; `Unsupported` if that page does not answer this; `RequestFailed` if it could not;
    /// `InvalidState` outside of a room; `InvalidArgument` for what is too long; `Aborted` if the room is left meanwhile.
    pub async fn request(
        &self,
        of: &Id,
        method: &str,
        payload: Json,
        timeout: Millis,
    ) -> Result<Json, Failure> {
        self.0.ask(of, method, payload, timeout).await
    }

    /// Answers what people in the room ask of this page, by this name; before joining as well, and until what is returned
    /// is dropped. If the handler fails, the other page hears that it failed, and no more.
    ///
    /// ```no_run
    /// # fn example(exchange: &janus_wasm::exchange::Exchange) -> Result<(), janus_wasm::Error> {
    /// let answering = exchange.on_request("echo", |request| async move { Ok(request.payload) })?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidArgument` for no name, and if it is answered already.
    pub fn on_request<F>(
        &self,
        method: &str,
        handler: impl Fn(IncomingRequest) -> F + 'static,
    ) -> Result<Answering, Error>
    where
        F: Future<Output = Result<Json, Failure>> + 'static,
    {
        let wrong = |text| Err(Error::new(ErrorCode::InvalidArgument, text));
        if method.is_empty() {
            return wrong("method: expected a name");
        }
        let handler: Handler = Rc::new(move |request| Box::pin(handler(request)));
        let mut handlers = self.0.handlers.borrow_mut();
        if handlers.contains_key(method) {
            return wrong("on_request: that is answered already");
        }
        handlers.insert(method.to_owned(), handler);
        Ok(Answering { exchange: Rc::downgrade(&self.0), method: method.to_owned() })
    }

    /// Sends a file to everybody who is in the room, up to 256 MiB: a `Blob`, a `File`, or bytes. It begins when those
    /// who came a moment ago can hear it, within three seconds, and ends when all of it is on its way. Other things that
    /// are sent meanwhile do not wait for it; of files, eight are under way at a time, with 256 MiB together. To drop the future calls the file off.
    ///
    /// ```no_run
    /// # async fn example(exchange: &janus_wasm::exchange::Exchange, file: janus_wasm::web::File) -> Result<(), janus_wasm::room::Failure> {
    /// use janus_wasm::exchange::FileOptions;
    /// let options = FileOptions::new().on_progress(|sent, size| { /* sent of size */ });
    /// exchange.send_file(file, options).await?;
    /// exchange.send_file(&b"a,b\n1,2\n"[..], FileOptions::new().name("table.csv").media_type("text/csv")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidState` outside of a room; `InvalidArgument` if it is too large; `Aborted` if the room is left meanwhile;
    /// the browser's, for a file that cannot be read.
    pub async fn send_file(
        &self,
        file: impl Into<FileContent>,
        options: FileOptions,
    ) -> Result<(), Failure> {
        self.0.send_file(file.into(), options).await
    }
}

/// Answers requests until it is dropped: [`Exchange::on_request`].
#[must_use = "nothing is answered once it is dropped"]
pub struct Answering {
    exchange: Weak<Inner>,
    method: String,
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answering")
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.upgrade() {
            let handler = exchange.handlers.borrow_mut().remove(&self.method);
            drop(handler);
        }
    }
}
