//! A place held ready for a screen: taken and left by words alone, here and at the others'.

use super::*;
use crate::protocol::description::SCREEN_OFF;

fn screen(name: Option<&str>) -> LocalStream {
    LocalStream { off: false, name: name.map(str::to_owned), ..free() }
}

fn free() -> LocalStream {
    LocalStream::off()
}

fn with_place(place: LocalStream) -> Map<String, LocalStream> {
    camera_and_microphone().into_iter().chain([("2".to_owned(), place)]).collect()
}

/// What the server is told of the place; nothing else is asked of it.
fn told(outputs: &[Output]) -> Vec<&str> {
    let mut words = Vec::new();
    for output in outputs {
        match output {
            Output::Publisher(Asked::Describe, PublisherRequest::Describe(describe)) => {
                words.extend(describe.descriptions.get(2).map(|one| one.description.as_str()));
            }
            Output::Publisher(..) => panic!("{outputs:?}"),
            _ => {}
        }
    }
    words
}

fn published(outputs: &[Output]) -> Vec<&str> {
    let mut mids = Vec::new();
    for output in outputs {
        if let Output::Event(Event::LocalPublished(mid)) = output {
            mids.push(mid.as_str());
        }
    }
    mids
}

/// In the room with camera, microphone and a place, as said in the one offer there is.
fn on_air(place: &LocalStream) -> Conference {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), with_place(place.clone()));
    conference.signal_ready(HERE, ROUND_TRIP);
    let outputs = drain(&mut conference, HERE);
    let [Output::Publisher(_, PublisherRequest::Join(request, Some(_)))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    let said: Vec<&str> = request.descriptions.iter().map(|one| one.description.as_str()).collect();
    assert_eq!(said, ["microphone", "camera", if place.off { SCREEN_OFF } else { "screen" }]);
    let jsep = Some(Jsep::answer("theirs".to_owned()));
    conference.answer(Asked::Join, Ok(Said { jsep, ..joined(Vec::new()) }));
    let outputs = drain(&mut conference, HERE);
    let all = if place.off { vec!["0", "1"] } else { vec!["0", "1", "2"] };
    assert_eq!(published(&outputs), all, "a place is nothing that is published");
    conference.applied();
    drain(&mut conference, HERE);
    conference
}

fn heard(conference: &mut Conference) -> Vec<Output> {
    conference.answer(Asked::Describe, Ok(said(RoomEvent::Done)));
    drain(conference, HERE)
}

#[test]
fn a_screen_comes_and_goes_without_an_offer() {
    let mut conference = on_air(&free());
    for _ in 0..3 {
        assert!(conference.restate("2", screen(Some("Slides"))));
        let outputs = drain(&mut conference, HERE);
        assert_eq!((told(&outputs), published(&outputs)), (vec!["screen: Slides"], vec!["2"]));
        assert!(heard(&mut conference).is_empty());
        conference.mute("2", true);
        assert_eq!(told(&drain(&mut conference, HERE)), ["screen: Slides (muted)"]);
        assert!(heard(&mut conference).is_empty());
        assert!(conference.restate("2", free()));
        assert_eq!(told(&drain(&mut conference, HERE)), [SCREEN_OFF]);
        assert!(heard(&mut conference).is_empty());
    }
}

#[test]
fn wishes_faster_than_the_server_end_in_the_last() {
    let mut conference = on_air(&free());
    conference.restate("2", screen(None));
    assert_eq!(told(&drain(&mut conference, HERE)), ["screen"]);
    for _ in 0..3 {
        conference.restate("2", free());
        conference.restate("2", screen(None));
    }
    conference.restate("2", free());
    assert!(told(&drain(&mut conference, HERE)).is_empty(), "one at a time");
    assert_eq!(told(&heard(&mut conference)), [SCREEN_OFF]);
    // On again before that is heard, and another screen in the same breath.
    conference.restate("2", screen(None));
    conference.restate("2", free());
    conference.restate("2", screen(Some("Slides")));
    assert_eq!(told(&heard(&mut conference)), ["screen: Slides"]);
    assert!(heard(&mut conference).is_empty());
}

#[test]
fn what_is_taken_while_an_offer_is_under_way_is_told_behind_it() {
    let mut conference = on_air(&free());
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("more".to_owned()), with_place(free()));
    drain(&mut conference, HERE);
    conference.restate("2", screen(None));
    assert!(told(&drain(&mut conference, HERE)).is_empty());
    let jsep = Some(Jsep::answer("yes".to_owned()));
    conference.answer(Asked::Offer, Ok(Said { jsep, ..said(RoomEvent::Done) }));
    drain(&mut conference, HERE);
    conference.applied();
    assert_eq!(told(&drain(&mut conference, HERE)), ["screen"]);
}

#[test]
fn what_is_taken_before_the_server_has_the_place_is_published_with_it() {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), with_place(free()));
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    assert!(conference.restate("2", screen(None)));
    assert!(drain(&mut conference, HERE).is_empty());
    let jsep = Some(Jsep::answer("theirs".to_owned()));
    conference.answer(Asked::Join, Ok(Said { jsep, ..joined(Vec::new()) }));
    assert_eq!(published(&drain(&mut conference, HERE)), ["0", "1", "2"]);
    conference.applied();
    assert_eq!(told(&drain(&mut conference, HERE)), ["screen"]);
}

#[test]
fn words_that_are_lost_are_said_again() {
    let mut conference = on_air(&free());
    conference.restate("2", screen(None));
    drain(&mut conference, HERE);
    let lost = Error::new(ErrorCode::ConnectionLost, "gone");
    conference.answer(Asked::Describe, Err(lost));
    assert_eq!(told(&drain(&mut conference, HERE)), ["screen"]);
}

#[test]
fn a_fresh_peer_connection_says_what_there_is() {
    for place in [free(), screen(None)] {
        let mut conference = on_air(&free());
        conference.restate("2", place.clone());
        drain(&mut conference, HERE);
        conference.depart();
        conference.negotiate();
        drain(&mut conference, HERE);
        let jsep = Jsep::offer("again".to_owned());
        conference.described(Role::Offerer, jsep, with_place(place.clone()));
        conference.signal_ready(HERE, ROUND_TRIP);
        let outputs = drain(&mut conference, HERE);
        let [Output::Publisher(_, PublisherRequest::Join(request, Some(_)))] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        let word = if place.off { SCREEN_OFF } else { "screen" };
        assert_eq!(request.descriptions.last().unwrap().description, word);
    }
    assert_eq!(on_air(&screen(None)).local().len(), 3);
}

#[test]
fn of_an_offer_that_was_refused_the_place_is_of_no_use() {
    let mut conference = on_air(&free());
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("more".to_owned()), with_place(free()));
    drain(&mut conference, HERE);
    conference.answer(Asked::Offer, Err(Error::video_room(432, "full", "publish")));
    assert!(!conference.restate("2", screen(None)), "words are not enough");
}

#[test]
fn a_place_alone_is_never_offered() {
    let (mut conference, _) = listener(Vec::new());
    conference.negotiate();
    drain(&mut conference, HERE);
    let only = [("0".to_owned(), free())].into_iter().collect();
    conference.described(Role::Offerer, Jsep::offer("nothing".to_owned()), only);
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Renew(Role::Offerer)]));
}

/// Person 2 with a camera and a place.
fn sharer(word: &str) -> Publisher {
    let mut person = publisher(2);
    person.streams.push(stream(StreamKind::Video, "2", word));
    person
}

#[test]
fn others_subscribe_to_a_screen_and_not_to_its_place() {
    let (mut conference, outputs) = listener(vec![sharer(SCREEN_OFF)]);
    let both = [Some((2, "0")), Some((2, "1"))];
    let [SubscriberRequest::Join(request)] = subscriptions(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(request.streams.len(), 2);
    receive(&mut conference, &both);
    for _ in 0..3 {
        conference.room_event(RoomEvent::Publishers(vec![sharer("screen")]));
        let outputs = drain(&mut conference, HERE);
        let [Event::Roster(Change::Published(..))] = &events(&outputs)[..] else {
            panic!("{outputs:?}")
        };
        let [SubscriberRequest::Update(update)] = subscriptions(&outputs)[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!((update.subscribe.len(), update.unsubscribe.len()), (1, 0));
        let three = [both[0], both[1], Some((2, "2"))];
        assert_eq!(subscribed(&receive(&mut conference, &three)).len(), 1);

        conference.room_event(RoomEvent::Publishers(vec![sharer(SCREEN_OFF)]));
        let outputs = drain(&mut conference, HERE);
        let [Event::Unsubscribed(gone), Event::Roster(Change::Unpublished(..))] =
            &events(&outputs)[..]
        else {
            panic!("{outputs:?}")
        };
        assert_eq!(gone.mid, "2");
        // The stream goes on as far as the server knows: it is taken off by our asking.
        let [SubscriberRequest::Update(update)] = subscriptions(&outputs)[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!((update.subscribe.len(), update.unsubscribe.len()), (0, 1));
        assert!(subscribed(&receive(&mut conference, &[both[0], both[1], None])).is_empty());
    }
}
