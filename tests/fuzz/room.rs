//! What the VideoRoom plugin says, taken apart, and told to a conference with a browser that does as it
//! is asked.

use janus_wasm::engine::Millis;
use janus_wasm::engine::conference::{
    Asked, Conference, Event, LocalStream, Output, PeerState, Reason, Said,
};
use janus_wasm::engine::negotiation::{Role, Step};
use janus_wasm::engine::requests::JoinRoom;
use janus_wasm::protocol::codec::decode_all;
use janus_wasm::protocol::description::Source;
use janus_wasm::protocol::message::{HandleEvent, Incoming, Message};
use janus_wasm::protocol::videoroom::RoomData;
use janus_wasm::protocol::videoroom::event::{OwnStreams, SubStreams};
use janus_wasm::protocol::{Candidate, HandleId, Jsep, Json};
use janus_wasm::{Error, ErrorCode, Map};

use crate::chance::Chance;

/// More than this from one word of a server is an endless loop.
const MANY: usize = 5_000;

struct Stay {
    conference: Conference,
    now: u64,
    /// Requests without an answer.
    asked: Vec<Asked>,
    /// A room is to be made.
    creating: bool,
    over: u32,
}

/// What a room may say to a request.
const REFUSALS: [ErrorCode; 7] = [
    ErrorCode::RoomNotFound,
    ErrorCode::RoomFull,
    ErrorCode::IdTaken,
    ErrorCode::Unauthorized,
    ErrorCode::MissingElement,
    ErrorCode::InvalidFeed,
    ErrorCode::ConnectionLost,
];

/// What becomes of making a room.
const MAKING: [Option<ErrorCode>; 6] = [
    None,
    Some(ErrorCode::RoomExists),
    Some(ErrorCode::ConnectionLost),
    Some(ErrorCode::Timeout),
    Some(ErrorCode::SessionNotFound),
    Some(ErrorCode::Unauthorized),
];

/// Tells the texts to a conference.
pub(crate) fn hear(texts: &[String], chance: &mut Chance) {
    let mut stay = Stay::new(chance);
    for text in texts {
        for message in decode_all(text).unwrap_or_default() {
            stay.hear(message, chance);
            stay.live(chance);
        }
    }
    stay.finish();
}

/// As `room::wire` does it.
fn said(role: Role, data: &Json, jsep: Option<Jsep>, answer: bool) -> Result<Said, Error> {
    let event = data.read::<RoomData>()?.classify(answer).into_result("event")?;
    let (own, mapping) = match role {
        Role::Offerer => (data.read::<OwnStreams>().ok().and_then(|own| own.streams), None),
        Role::Answerer => (None, data.read::<SubStreams>()?.streams),
    };
    Ok(Said { event, jsep, own, mapping })
}

fn role_of(asked: Asked) -> Role {
    match asked {
        Asked::Join | Asked::Offer | Asked::Describe | Asked::Words => Role::Offerer,
        Asked::Subscribe
        | Asked::Compare
        | Asked::Configure
        | Asked::Restart
        | Asked::Pause
        | Asked::Start => Role::Answerer,
    }
}

impl Stay {
    fn new(chance: &mut Chance) -> Self {
        let display = Some("Ada".to_owned());
        let join = JoinRoom { display, ..JoinRoom::new(1234) };
        let mut conference = Conference::new(join, false);
        if chance.one_in(2) {
            conference.make_room();
        }
        if chance.one_in(4) {
            conference.await_room(Millis(60));
        }
        conference.set_policy(None, chance.one_in(2));
        let mut stay = Self { conference, now: 1_000, asked: Vec::new(), creating: false, over: 0 };
        if chance.one_in(2) {
            stay.conference.negotiate();
        }
        stay.conference.signal_ready(Millis(stay.now), Millis(80));
        stay.pump();
        if chance.below(4) > 0 {
            // Otherwise the first word of the server is the answer to `join`.
            let text = r#"{"videoroom":"joined","room":1234,"id":1,"private_id":2,"publishers":[
                {"id":2,"streams":[{"type":"audio","mindex":0,"mid":"0"}]}]}"#;
            let joined = Json::parse(text).unwrap();
            stay.answer(0, said(Role::Offerer, &joined, None, true));
        }
        stay
    }

    fn hear(&mut self, message: Message, chance: &mut Chance) {
        match message.classify() {
            Incoming::Handle(handle, HandleEvent::Plugin { data, jsep, .. }) => {
                self.plugin(handle, &data, jsep, chance);
            }
            Incoming::Handle(handle, event) => self.handle_event(handle, event),
            Incoming::Success(message) => {
                if let Some(plugin) = message.plugindata {
                    self.plugin(HandleId(9), &plugin.data, message.jsep, chance);
                }
            }
            Incoming::Error(info) if !self.asked.is_empty() => {
                self.answer(chance.below(self.asked.len()), Err(Error::core(info.code, "", "x")));
            }
            _ => {}
        }
        self.pump();
    }

    fn plugin(&mut self, from: HandleId, data: &Json, jsep: Option<Jsep>, chance: &mut Chance) {
        if !self.asked.is_empty() && chance.one_in(2) {
            let at = chance.below(self.asked.len());
            return self.answer(at, said(role_of(self.asked[at]), data, jsep, true));
        }
        let role = if from == HandleId(10) { Role::Answerer } else { Role::Offerer };
        let Ok(said) = said(role, data, jsep, false) else { return };
        match role {
            Role::Offerer => self.conference.room_event(said.event),
            Role::Answerer => self.conference.subscription_event(said),
        }
    }

    fn handle_event(&mut self, from: HandleId, event: HandleEvent) {
        let role = if from == HandleId(10) { Role::Answerer } else { Role::Offerer };
        match event {
            HandleEvent::WebrtcUp => self.conference.webrtc_up(role),
            HandleEvent::Hangup { reason } => self.conference.hangup(role, &reason),
            HandleEvent::Trickle(candidate) => self.conference.remote_candidate(role, candidate),
            _ => {}
        }
    }

    fn answer(&mut self, at: usize, said: Result<Said, Error>) {
        let asked = self.asked.remove(at);
        self.conference.answer(asked, said);
        self.pump();
    }

    fn live(&mut self, chance: &mut Chance) {
        let role = *chance.pick(&[Role::Offerer, Role::Answerer]);
        if self.creating && chance.one_in(2) {
            self.creating = false;
            let refused = chance.pick(&MAKING).map(|code| Error::new(code, "no"));
            self.conference.created(refused.map_or(Ok(()), Err));
            self.pump();
        }
        match chance.below(16) {
            0 => self.conference.negotiate(),
            1 => self.conference.mute("0", chance.one_in(2)),
            2 => self.conference.local_candidate(Millis(self.now), role, Candidate::end()),
            3 => {
                let error = Error::new(ErrorCode::Negotiation, "no");
                self.conference.step_failed(role, error);
            }
            4 => self.now += 30,
            10 => {
                let states = [PeerState::Connected, PeerState::Disconnected, PeerState::Failed];
                self.conference.peer_state(Millis(self.now), role, *chance.pick(&states));
            }
            5 if chance.one_in(4) => self.return_to_room(),
            6 => {
                self.conference.set_credentials(Some("1815".to_owned()), None);
            }
            7 => {
                self.conference.catch_up();
                let code = *chance.pick(&[ErrorCode::Unauthorized, ErrorCode::Timeout]);
                let here = if chance.one_in(2) { Ok(Vec::new()) } else { Err(code) };
                self.conference.caught_up(here, Err(code), chance.one_in(2));
            }
            8 if !self.asked.is_empty() => {
                let code = *chance.pick(&REFUSALS);
                self.answer(chance.below(self.asked.len()), Err(Error::new(code, "no")));
            }
            9 => {
                self.now += 5_000;
                self.conference.signalling(chance.one_in(2));
            }
            _ => {}
        }
        self.pump();
    }

    /// Everything the machine wants, done by a browser that succeeds in it.
    fn pump(&mut self) {
        for _ in 0..MANY {
            self.conference.advance(Millis(self.now));
            let Some(output) = self.conference.poll() else { return };
            assert!(self.over == 0, "after the end comes {output:?}");
            match output {
                Output::Publisher(asked, _) | Output::Subscriber(asked, _) => {
                    self.asked.push(asked);
                }
                Output::Peer(role, step) => self.step(role, &step),
                Output::Renew(role) => self.conference.renewed(role),
                Output::Create => self.creating = true,
                Output::Return => self.return_to_room(),
                Output::Ask(asker, attempt) => {
                    // At once, later, or no more: by how often it was asked.
                    let pause =
                        (attempt.number < 6).then(|| Millis(u64::from(attempt.number - 1) * 20));
                    self.conference.retry(asker, pause);
                }
                Output::Event(Event::Over(..)) => self.over += 1,
                Output::LookAround { .. } => {
                    self.conference.catch_up();
                }
                Output::Event(_) => {}
            }
        }
        panic!("an endless loop");
    }

    fn return_to_room(&mut self) {
        self.conference.depart();
        self.asked.clear();
        self.creating = false;
        self.conference.signal_ready(Millis(self.now), Millis(20));
    }

    fn step(&mut self, role: Role, step: &Step) {
        let camera = LocalStream { source: Source::Camera, name: None, muted: false, off: false };
        match step {
            Step::Offer { .. } => {
                let streams: Map<_, _> = [("0".to_owned(), camera)].into_iter().collect();
                self.conference.described(role, Jsep::offer("mine".to_owned()), streams);
            }
            Step::Answer(_) => {
                self.conference.described(role, Jsep::answer("mine".to_owned()), Map::new());
            }
            Step::Apply(_) => self.conference.applied(),
            Step::Send(_) | Step::Trickle(_) | Step::AddCandidates(_) => {}
        }
    }

    /// It ends once, and then there is nobody left and nothing to do.
    fn finish(mut self) {
        self.conference.end(Reason::Left, None);
        self.pump();
        assert_eq!(self.over, 1, "the end is told once");
        assert!(self.conference.roster().people().is_empty());
    }
}
