//! Scenarios on virtual time: a server's words in, requests and events out.
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it looks for")]

mod ahead;
mod asking;
mod mending;
mod missing;
mod patience;
mod places;
mod publishing;
mod receiving;
mod refusals;
mod returning;
mod speaking;
mod unheard;
#[cfg(not(target_family = "wasm"))]
mod words;

use super::*;
use crate::engine::negotiation::Step;
use crate::protocol::description::Source;
use crate::protocol::videoroom::event::Joined;
use crate::protocol::videoroom::{Attendee, Publisher};
use crate::protocol::videoroom::{Stream, StreamKind, SubStream};

const HERE: Millis = Millis(1_000);
const ROUND_TRIP: Millis = Millis(80);

fn join() -> JoinRoom {
    JoinRoom {
        display: Some("Ada".to_owned()),
        pin: Some("4321".to_owned()),
        ..JoinRoom::new(1234)
    }
}

/// Everything the machine wants now.
fn drain(conference: &mut Conference, now: Millis) -> Vec<Output> {
    let mut all = Vec::new();
    loop {
        conference.advance(now);
        match conference.poll() {
            Some(output) => all.push(output),
            None => return all,
        }
    }
}

fn stream(kind: StreamKind, mid: &str, description: &str) -> Stream {
    Stream {
        description: Some(description.to_owned()),
        codec: Some("vp8".to_owned()),
        ..Stream::new(kind, 0, mid)
    }
}

fn publisher(id: u64) -> Publisher {
    Publisher {
        id: Id::from(id),
        display: Some(format!("person {id}")),
        metadata: None,
        dummy: false,
        talking: None,
        streams: vec![
            stream(StreamKind::Audio, "0", "microphone"),
            stream(StreamKind::Video, "1", "camera"),
        ],
    }
}

fn someone(id: u64) -> Attendee {
    Attendee { id: Id::from(id), display: None, metadata: None }
}

fn said(event: RoomEvent) -> Said {
    Said { event, jsep: None, own: None, mapping: None }
}

fn joined(publishers: Vec<Publisher>) -> Said {
    said(RoomEvent::Joined(Joined {
        audio_active_packets: None,
        audio_level_average: None,
        room: Id::from(1234),
        description: "Demo".to_owned(),
        id: Id::from(1),
        private_id: Some(99),
        publishers,
        attendees: vec![someone(50)],
    }))
}

/// A mapping that carries these streams on m-lines "0", "1", ... ; `None` is an inactive m-line.
fn mapping(streams: &[Option<(u64, &str)>]) -> Vec<SubStream> {
    let line = |(index, stream): (usize, &Option<(u64, &str)>)| SubStream {
        active: stream.is_some(),
        feed_id: stream.map(|(feed, _)| Id::from(feed)),
        feed_mid: stream.map(|(_, mid)| mid.to_owned()),
        ..SubStream::new(StreamKind::Video, u32::try_from(index).unwrap(), index.to_string())
    };
    streams.iter().enumerate().map(line).collect()
}

fn offered(streams: &[Option<(u64, &str)>], sdp: &str) -> Said {
    let jsep = Some(Jsep::offer(sdp.to_owned()));
    Said { event: RoomEvent::Mapping, jsep, own: None, mapping: Some(mapping(streams)) }
}

fn camera_and_microphone() -> Map<String, LocalStream> {
    let camera = LocalStream { source: Source::Camera, name: None, muted: false, off: false };
    let microphone =
        LocalStream { source: Source::Microphone, name: None, muted: false, off: false };
    [("0".to_owned(), microphone), ("1".to_owned(), camera)].into_iter().collect()
}

/// Camera and microphone were offered with joining, and the server took both.
fn in_with_an_offer() -> Conference {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    let jsep = Some(Jsep::answer("theirs".to_owned()));
    conference.answer(Asked::Join, Ok(Said { jsep, ..joined(Vec::new()) }));
    conference
}

/// In the room as a listener, with these people publishing.
fn listener(publishers: Vec<Publisher>) -> (Conference, Vec<Output>) {
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, Ok(joined(publishers)));
    let outputs = drain(&mut conference, HERE);
    (conference, outputs)
}

/// Brings the subscription up to this mapping, through offer, answer and `started`.
fn receive(conference: &mut Conference, streams: &[Option<(u64, &str)>]) -> Vec<Output> {
    conference.answer(Asked::Subscribe, Ok(offered(streams, "offer")));
    let mut outputs = drain(conference, HERE);
    outputs.extend(answer_offer(conference));
    outputs.extend(drain(conference, HERE));
    outputs
}

/// The browser answers the server's offer, and the server takes that; what was wanted before it did.
fn answer_offer(conference: &mut Conference) -> Vec<Output> {
    conference.described(Role::Answerer, Jsep::answer("answer".to_owned()), Map::new());
    let outputs = drain(conference, HERE);
    conference.answer(Asked::Start, Ok(said(RoomEvent::Done)));
    outputs
}

fn subscriptions(outputs: &[Output]) -> Vec<&SubscriberRequest> {
    let mut requests = Vec::new();
    for output in outputs {
        if let Output::Subscriber(Asked::Subscribe, request) = output {
            requests.push(request);
        }
    }
    requests
}

fn events(outputs: &[Output]) -> Vec<&Event> {
    let mut events = Vec::new();
    for output in outputs {
        if let Output::Event(event) = output {
            events.push(event);
        }
    }
    events
}

fn subscribed(outputs: &[Output]) -> Vec<(String, String)> {
    let wanted = |event: &&Event| match event {
        Event::Subscribed(stream, mid) => {
            Some((format!("{}/{}", stream.feed, stream.mid), mid.clone()))
        }
        _ => None,
    };
    events(outputs).iter().filter_map(wanted).collect()
}

#[test]
fn an_offer_that_is_ready_rides_in_the_join() {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    assert!(matches!(
        drain(&mut conference, HERE)[..],
        [Output::Peer(Role::Offerer, Step::Offer { .. })]
    ));
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    assert!(drain(&mut conference, HERE).is_empty(), "nothing leaves before there is a handle");
    conference.signal_ready(HERE, ROUND_TRIP);
    let outputs = drain(&mut conference, HERE);
    let [Output::Publisher(Asked::Join, PublisherRequest::Join(request, Some(jsep)))] =
        &outputs[..]
    else {
        panic!("{outputs:?}")
    };
    assert_eq!(jsep.sdp, "mine");
    let words: Vec<&str> = request.descriptions.iter().map(|d| d.description.as_str()).collect();
    assert_eq!(words, ["microphone", "camera"]);
}

#[test]
fn a_camera_that_opens_within_a_round_trip_is_waited_for() {
    let mut conference = Conference::new(join(), true);
    conference.signal_ready(HERE, ROUND_TRIP);
    assert!(drain(&mut conference, HERE).is_empty());
    assert_eq!(conference.deadline(), Some(HERE + ROUND_TRIP));
    conference.captured();
    conference.negotiate();
    drain(&mut conference, HERE + Millis(20));
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    let outputs = drain(&mut conference, HERE + Millis(30));
    let [Output::Publisher(Asked::Join, PublisherRequest::Join(_, Some(_)))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
}

#[test]
fn an_unanswered_prompt_delays_nobody() {
    let mut conference = Conference::new(join(), true);
    conference.signal_ready(HERE, Millis(60_000));
    let outputs = drain(&mut conference, HERE + MAX_GRACE);
    let [Output::Publisher(Asked::Join, PublisherRequest::Join(_, None))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    let outputs = drain(&mut conference, HERE + MAX_GRACE);
    assert_eq!(subscriptions(&outputs).len(), 1, "the others are received meanwhile");
    // The person answers after all.
    conference.captured();
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    let outputs = drain(&mut conference, HERE);
    let [Output::Publisher(Asked::Offer, PublisherRequest::Publish(configure, _))] = &outputs[..]
    else {
        panic!("{outputs:?}")
    };
    assert_eq!(configure.descriptions.len(), 2);
}

#[test]
fn a_join_without_devices_leaves_at_once() {
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(HERE, ROUND_TRIP);
    assert_eq!(drain(&mut conference, HERE).len(), 1);
}

#[test]
fn muting_is_described_to_the_others() {
    let mut conference = in_with_an_offer();
    let outputs = drain(&mut conference, HERE);
    let published = events(&outputs).into_iter().filter(|e| matches!(e, Event::LocalPublished(_)));
    assert_eq!(published.count(), 2);
    conference.applied();
    conference.mute("1", true);
    conference.mute("0", true);
    let outputs = drain(&mut conference, HERE);
    let described = outputs.iter().filter_map(|output| match output {
        Output::Publisher(Asked::Describe, PublisherRequest::Describe(configure)) => {
            Some(configure)
        }
        _ => None,
    });
    let described: Vec<_> = described.flat_map(|configure| &configure.descriptions).collect();
    let words: Vec<&str> = described.iter().map(|d| d.description.as_str()).collect();
    assert_eq!(words, ["microphone (muted)", "camera (muted)"], "both in one request");
}

#[test]
fn a_refused_join_is_over_and_says_why() {
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    let refusal = Error::video_room(432, "Maximum number of publishers", "join");
    conference.answer(Asked::Join, Err(refusal.clone()));
    let outputs = drain(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::Over(Reason::JoinFailed, Some(refusal))]);
    assert_eq!(conference.deadline(), None);
}

#[test]
fn the_end_is_told_in_order_and_once() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.end(Reason::Left, None);
    conference.end(Reason::ConnectionLost, None);
    conference.room_event(RoomEvent::Publishers(vec![publisher(9)]));
    let outputs = drain(&mut conference, HERE);
    let order: Vec<&str> = events(&outputs)
        .iter()
        .map(|event| match event {
            Event::Unsubscribed(..) => "unsubscribed",
            Event::Roster(Change::Unpublished(..)) => "unpublished",
            Event::Roster(Change::Left { .. }) => "left",
            Event::Over(Reason::Left, None) => "over",
            other => panic!("{other:?}"),
        })
        .collect();
    let expected =
        ["unsubscribed", "unsubscribed", "left", "unpublished", "unpublished", "left", "over"];
    assert_eq!(order, expected);
}

#[test]
fn candidates_leave_together() {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    drain(&mut conference, HERE);
    let candidate = Candidate { candidate: Some("candidate:1".to_owned()), ..Candidate::default() };
    conference.local_candidate(HERE, Role::Offerer, candidate.clone());
    conference.local_candidate(HERE + Millis(5), Role::Offerer, candidate.clone());
    assert!(drain(&mut conference, HERE + Millis(6)).is_empty());
    conference.local_candidate(HERE + Millis(7), Role::Offerer, Candidate::end());
    let outputs = drain(&mut conference, HERE + Millis(7));
    let [Output::Peer(Role::Offerer, Step::Trickle(all))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(all, &[candidate.clone(), candidate, Candidate::end()]);
}

#[test]
fn after_the_end_nothing_is_told() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    conference.end(Reason::Left, None);
    drain(&mut conference, HERE);
    conference.mute("0", true);
    conference.negotiate();
    conference.described(Role::Answerer, Jsep::answer("mine".to_owned()), Map::new());
    assert!(drain(&mut conference, HERE).is_empty());
}

#[test]
fn what_can_only_be_given_back_is_not_given_back_for_ever() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Leaving(someone(2)));
    assert_eq!(subscriptions(&drain(&mut conference, HERE)).len(), 1);
    let refused = Error::video_room(428, "No such feed", "update");
    conference.answer(Asked::Subscribe, Err(refused));
    let outputs = drain(&mut conference, HERE);
    assert!(subscriptions(&outputs).is_empty(), "the same again would be refused again");
    assert!(matches!(outputs[..], [Output::Renew(Role::Answerer)]), "{outputs:?}");
}

#[test]
fn what_the_connection_took_with_it_is_said_again() {
    let lost = || Error::new(ErrorCode::ConnectionLost, "gone");
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(Millis(0), Millis(80));
    drain(&mut conference, Millis(0));
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    conference.negotiate();
    drain(&mut conference, Millis(1));
    conference.described(Role::Offerer, Jsep::offer("first".to_owned()), camera_and_microphone());
    drain(&mut conference, Millis(2));
    conference.answer(Asked::Offer, Err(lost()));
    let outputs = drain(&mut conference, Millis(3));
    assert!(events(&outputs).is_empty(), "nobody needs to know");
    assert!(matches!(outputs[..], [Output::Renew(Role::Offerer)]), "{outputs:?}");

    conference.renewed(Role::Offerer);
    drain(&mut conference, Millis(4));
    conference.described(Role::Offerer, Jsep::offer("second".to_owned()), camera_and_microphone());
    let answered = Said { jsep: Some(Jsep::answer("yes".to_owned())), ..said(RoomEvent::Done) };
    drain(&mut conference, Millis(5));
    conference.answer(Asked::Offer, Ok(answered));
    conference.applied();
    drain(&mut conference, Millis(6));
    let mid = conference.local().keys().next().cloned().unwrap();
    conference.mute(&mid, true);
    drain(&mut conference, Millis(7));
    conference.applied();
    conference.mute(&mid, false);
    conference.mute(&mid, true);
    for error in [lost(), Error::new(ErrorCode::Timeout, "late")] {
        conference.answer(Asked::Describe, Err(error));
        let outputs = drain(&mut conference, Millis(8));
        let again = |output: &Output| matches!(output, Output::Publisher(Asked::Describe, _));
        assert!(outputs.iter().any(again), "{outputs:?}");
    }
}
