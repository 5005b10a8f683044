//! A call in a page, in Rust alone: everybody seen and heard, muting, a chat, raised hands, waves and files.
//!
//! What the room tells becomes elements, and what the person clicks becomes calls of the room. `index.html` is the
//! page, [`page`] what little of the DOM it takes, and `README.md` says how to build both.

mod page;

use janus_wasm::Id;
use janus_wasm::exchange::{Exchange, ExchangeEvent, FileOptions, IncomingFile, IncomingRequest};
use janus_wasm::room::{
    Failure, JoinOptions, Json, Millis, Room, RoomEvent, RoomOptions, RoomState, Source,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use page::Page;

const SERVER: &str = "ws://127.0.0.1:8188";
const ROOM: u64 = 1234;

/// One room for as long as the page is there; it can be joined and left again and again.
#[derive(Clone)]
struct Call {
    page: Page,
    room: Room,
    exchange: Exchange,
}

#[wasm_bindgen(start)]
fn start() -> Result<(), JsValue> {
    let page = Page::open()?;
    let server = page.query("server").unwrap_or_else(|| SERVER.to_owned());
    let room = Room::new(RoomOptions::new([server]));
    let exchange = Exchange::new(&room);
    let call = Call { page, room, exchange };
    spawn_local(call.clone().show_room());
    spawn_local(call.clone().show_words());
    call.listen()?;
    call.page.set_state(RoomState::Disconnected.as_str());
    Ok(())
}

impl Call {
    /// What the person can do.
    fn listen(&self) -> Result<(), JsValue> {
        self.on("join", "submit", async |call| {
            let room = call.page.query("room").and_then(|room| room.parse().ok()).unwrap_or(ROOM);
            let stay = JoinOptions::new(room).display(call.page.value("name"));
            call.room.join(call.exchange.introduce(stay.camera().microphone())).await
        })?;
        self.on("camera", "click", async |call| {
            call.room.set_camera_enabled(!call.is_on(Source::Camera), None).await
        })?;
        self.on("microphone", "click", async |call| {
            call.room.set_microphone_enabled(!call.is_on(Source::Microphone), None).await
        })?;
        self.on("hand", "click", async |call| {
            Ok(call.exchange.set_hand_raised(!call.is_hand_raised())?)
        })?;
        self.on("chat", "submit", async |call| {
            let message = call.exchange.send_chat_message(call.page.take("line")).await?;
            call.page.say(&format!("You: {}", message.text));
            Ok(())
        })?;
        self.on("file", "change", async |call| {
            let Some(file) = call.page.file("file") else { return Ok(()) };
            let name = file.name();
            call.exchange.send_file(file, FileOptions::new()).await?;
            call.page.say(&format!("You sent {name}"));
            Ok(())
        })?;
        self.on("sound", "click", async |call| {
            call.room.start_playback().await;
            Ok(())
        })?;
        self.on("leave", "click", async |call| {
            call.room.leave().await;
            Ok(())
        })
    }

    /// Does something whenever an element tells it; the person is shown what goes wrong.
    fn on(
        &self,
        id: &str,
        event: &str,
        act: impl AsyncFn(Self) -> Result<(), Failure> + Clone + 'static,
    ) -> Result<(), JsValue> {
        let call = self.clone();
        self.page.on(id, event, move || {
            let (call, act) = (call.clone(), act.clone());
            spawn_local(async move {
                if let Err(failure) = act(call.clone()).await {
                    call.page.say(&failure.to_string());
                }
            });
        })
    }

    /// The room: who is here, and what they publish.
    async fn show_room(self) {
        let mut events = self.room.events();
        while let Some(event) = events.next().await {
            match event {
                RoomEvent::StateChanged { state, error, .. } => {
                    self.page.set_state(state.as_str());
                    if state == RoomState::Disconnected {
                        self.page.clear("people");
                    }
                    if let Some(error) = error {
                        self.page.say(&error.to_string());
                    }
                }
                RoomEvent::ParticipantJoined { id, display, .. } => self.welcome(&id, &display),
                RoomEvent::ParticipantLeft { id, .. } => self.page.remove(&tile(&id)),
                RoomEvent::TrackSubscribed { id, mid, track } => {
                    self.page.play(&tile(&id), &stream(&id, &mid), &track);
                }
                RoomEvent::TrackUnsubscribed { id, mid } => self.page.remove(&stream(&id, &mid)),
                RoomEvent::TrackPublished { id, .. } | RoomEvent::TrackMuted { id, .. } => {
                    self.mark(&id);
                }
                RoomEvent::LocalTrackPublished { local, .. } => {
                    self.mark_own();
                    // One's own voice is not played back; and it is told again when a connection was made anew.
                    if local.track().is_video() && local.track().attached().is_empty() {
                        self.page.add_tile("me", "You");
                        self.page.play("me", "my-camera", &local.track());
                    }
                }
                RoomEvent::LocalTrackMuted { .. } => self.mark_own(),
                RoomEvent::MediaError { source, failure } => {
                    self.page.say(&format!("{}: {failure}", source.as_str()));
                }
                RoomEvent::PlaybackChanged(allowed) => self.page.set_hidden("sound", allowed),
                _ => {}
            }
        }
    }

    /// What people say beside media.
    async fn show_words(self) {
        let mut events = self.exchange.events();
        let call = self.clone();
        // Answers for as long as it is kept.
        let _waving = self.exchange.on_request("wave", move |request| call.clone().answer(request));
        while let Some(event) = events.next().await {
            match event {
                ExchangeEvent::ChatMessage(message) => {
                    self.page.say(&format!(
                        "{}: {}",
                        self.name(message.sender.as_ref()),
                        message.text
                    ));
                }
                ExchangeEvent::HandRaised { id: Some(id), .. } => self.mark(&id),
                ExchangeEvent::HandRaised { id: None, .. } => self.mark_own(),
                ExchangeEvent::FileOffered(file) => spawn_local(self.clone().receive(file)),
                _ => {}
            }
        }
    }

    /// Somebody's tile; to click on it waves at them.
    fn welcome(&self, id: &Id, display: &str) {
        self.page.add_tile(&tile(id), display);
        self.mark(id);
        let whom = id.clone();
        let wave = async move |call: Self| -> Result<(), Failure> {
            let hello = Json::write(&"Hello!");
            let answer = call.exchange.request(&whom, "wave", hello, Millis(5_000)).await?;
            let (name, answer) = (call.name(Some(&whom)), answer.read::<String>()?);
            call.page.say(&format!("{name} waves back: {answer}"));
            Ok(())
        };
        self.on(&tile(id), "click", wave).ok();
    }

    /// Somebody waves: what they say is theirs, and may be anything.
    async fn answer(self, request: IncomingRequest) -> Result<Json, Failure> {
        let words: String = request.payload.read()?;
        self.page.say(&format!("{} waves: {words}", self.name(Some(&request.sender))));
        Ok(Json::write(&format!("{words} to you, too")))
    }

    async fn receive(self, file: IncomingFile) {
        match file.blob().await {
            Ok(blob) => self.page.offer(&blob, file.name()),
            Err(failure) => self.page.say(&format!("{}: {failure}", file.name())),
        }
    }

    /// What is off at somebody's, and whether their hand is up: it can be read at any time.
    fn mark(&self, id: &Id) {
        let people = self.room.participants();
        let Some((_, person)) = people.iter().find(|(one, _)| one == id) else { return };
        for stream in person.streams.values() {
            let is_off = if stream.muted { "off" } else { "on" };
            self.page.set(&tile(id), &format!("data-{}", stream.source.as_str()), is_off);
        }
        let hand = if self.exchange.is_hand_raised(id) { "up" } else { "down" };
        self.page.set(&tile(id), "data-hand", hand);
    }

    fn mark_own(&self) {
        self.page.press("camera", self.is_on(Source::Camera));
        self.page.press("microphone", self.is_on(Source::Microphone));
        self.page.press("hand", self.is_hand_raised());
    }

    fn is_on(&self, source: Source) -> bool {
        let ours = self.room.local_publications();
        ours.iter().any(|one| one.track().source() == source && !one.is_muted())
    }

    fn is_hand_raised(&self) -> bool {
        self.exchange.attributes().contains_key("hand")
    }

    fn name(&self, of: Option<&Id>) -> String {
        let people = self.room.participants();
        let found = people.into_iter().find(|(id, _)| Some(id) == of);
        found.map_or_else(|| "Somebody".to_owned(), |(_, person)| person.display)
    }
}

/// What somebody's place in the page is found by.
fn tile(id: &Id) -> String {
    format!("person-{id}")
}

/// What the element that plays a stream is found by.
fn stream(id: &Id, mid: &str) -> String {
    format!("stream-{id}-{mid}")
}
