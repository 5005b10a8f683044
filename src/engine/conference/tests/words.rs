//! What we say of ourselves, whatever is under way when we say it: in the end the server has that.

use proptest::prelude::*;

use super::*;

fn words(number: u8) -> Json {
    Json::write(&u32::from(number))
}

/// What the server is told of us by these.
fn told(outputs: &[Output]) -> Vec<Json> {
    let words = outputs.iter().filter_map(|output| match output {
        Output::Publisher(_, PublisherRequest::Join(join, _)) => join.metadata.clone(),
        Output::Publisher(Asked::Words, PublisherRequest::Words(words)) => {
            Some(words.metadata.clone())
        }
        _ => None,
    });
    words.collect()
}

#[test]
fn words_that_change_while_a_join_is_under_way_follow_it() {
    let mut conference = Conference::new(join(), false);
    assert!(!conference.set_metadata(words(1)), "the join says it");
    conference.signal_ready(HERE, ROUND_TRIP);
    assert_eq!(told(&drain(&mut conference, HERE)), [words(1)]);
    for number in [2, 3] {
        assert!(!conference.set_metadata(words(number)), "the machine says it");
    }
    assert!(drain(&mut conference, HERE).is_empty(), "not before we are in");
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert_eq!(told(&drain(&mut conference, HERE)), [words(3)], "once");
    conference.answer(Asked::Words, Ok(said(RoomEvent::Done)));
    assert!(told(&drain(&mut conference, HERE)).is_empty());
    assert!(conference.set_metadata(words(4)), "whoever asks says it");
    assert!(told(&drain(&mut conference, HERE)).is_empty());
}

#[test]
fn words_that_change_during_the_way_back_follow_it() {
    let (mut conference, _) = listener(Vec::new());
    conference.depart();
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.set_metadata(words(1));
    // Who is refused and asks again says it with that.
    conference.answer(Asked::Join, Err(Error::new(ErrorCode::RoomNotFound, "not yet")));
    let due = conference.deadline().unwrap();
    assert!(matches!(drain(&mut conference, due)[..], [Output::Return]));
    conference.signal_ready(due, ROUND_TRIP);
    assert_eq!(told(&drain(&mut conference, due)), [words(1)]);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert!(told(&drain(&mut conference, due)).is_empty());
}

#[test]
fn what_is_not_taken_is_told_and_what_is_lost_is_said_again() {
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.set_metadata(words(1));
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert_eq!(told(&drain(&mut conference, HERE)), [words(1)]);
    for code in [ErrorCode::ConnectionLost, ErrorCode::Timeout] {
        conference.answer(Asked::Words, Err(Error::new(code, "gone")));
        assert_eq!(told(&drain(&mut conference, HERE)), [words(1)]);
    }
    let refusal = Error::video_room(429, "no", "configure");
    conference.answer(Asked::Words, Err(refusal.clone()));
    let outputs = drain(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::MediaFailed(refusal)]);
    assert!(told(&outputs).is_empty());
}

#[derive(Clone, Debug)]
enum Happening {
    Say(u8),
    /// The server answers the oldest request, or the connection takes it with it.
    Server {
        loses: bool,
    },
    Depart,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => any::<u8>().prop_map(Happening::Say),
        4 => prop::bool::weighted(0.3).prop_map(|loses| Happening::Server { loses }),
        1 => Just(Happening::Depart),
    ]
}

enum Request {
    Join(Option<Json>),
    Words(Json),
    /// The room asks for itself.
    Own(Json),
}

/// The driver, and a server that takes one request after the other.
struct World {
    conference: Conference,
    asked: VecDeque<Request>,
    has: Option<Json>,
}

impl World {
    fn pump(&mut self) {
        for output in drain(&mut self.conference, HERE) {
            match output {
                Output::Publisher(_, PublisherRequest::Join(join, _)) => {
                    self.asked.push_back(Request::Join(join.metadata));
                }
                Output::Publisher(_, PublisherRequest::Words(words)) => {
                    self.asked.push_back(Request::Words(words.metadata));
                }
                _ => {}
            }
        }
    }

    fn arrive(&mut self) {
        self.conference.signal_ready(HERE, Millis(0));
        self.pump();
    }

    /// A session of its own: nothing is heard of what was asked before.
    fn depart(&mut self) {
        self.conference.depart();
        self.asked.clear();
        self.has = None;
        self.arrive();
    }

    fn server(&mut self, loses: bool) {
        let lost = || Error::new(ErrorCode::ConnectionLost, "gone");
        match self.asked.pop_front() {
            Some(Request::Join(_)) if loses => self.depart(),
            Some(Request::Join(words)) => {
                self.has = words;
                self.conference.answer(Asked::Join, Ok(joined(Vec::new())));
            }
            Some(Request::Words(_)) if loses => self.conference.answer(Asked::Words, Err(lost())),
            Some(Request::Words(words)) => {
                self.has = Some(words);
                self.conference.answer(Asked::Words, Ok(said(RoomEvent::Done)));
            }
            // Whoever asked for it is told of what is lost.
            Some(Request::Own(words)) => self.has = Some(words),
            None => {}
        }
        self.pump();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_the_server_has_what_was_said_last(story in prop::collection::vec(happening(), 0..30)) {
        let conference = Conference::new(join(), false);
        let mut world = World { conference, asked: VecDeque::new(), has: None };
        world.arrive();
        let mut wished = None;
        for happening in story {
            match happening {
                Happening::Say(number) => {
                    wished = Some(words(number));
                    if world.conference.set_metadata(words(number)) {
                        world.asked.push_back(Request::Own(words(number)));
                    }
                    world.pump();
                }
                Happening::Server { loses } => world.server(loses),
                Happening::Depart => world.depart(),
            }
        }
        for _ in 0..100 {
            world.server(false);
        }
        prop_assert!(world.asked.is_empty());
        prop_assert_eq!(world.has, wished);
    }
}
