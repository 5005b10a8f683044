//! Peer connections that end without a word: the server's was lost on the way, or the browser tells of none.

use super::returning::listed;
use super::*;
use crate::protocol::videoroom::answers::ParticipantInfo;

/// In the room, with camera and microphone offered and answered, and person 2 received.
fn published() -> Conference {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.negotiate();
    publish(&mut conference);
    conference
}

/// The next offer is made and answered.
fn publish(conference: &mut Conference) {
    drain(conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    drain(conference, HERE);
    let jsep = Some(Jsep::answer("yes".to_owned()));
    conference.answer(Asked::Offer, Ok(Said { jsep, ..said(RoomEvent::Done) }));
    drain(conference, HERE);
    conference.applied();
    drain(conference, HERE);
}

fn on_air() -> Conference {
    let mut conference = published();
    comes_up(&mut conference);
    conference
}

fn comes_up(conference: &mut Conference) {
    for role in [Role::Offerer, Role::Answerer] {
        conference.peer_state(HERE, role, PeerState::Connected);
        conference.webrtc_up(role);
    }
}

/// What the server says of us, and of person 2.
fn is_told(conference: &mut Conference, publishes: bool) -> Vec<Output> {
    conference.resynchronise(vec![listed(1, publishes), listed(2, true)], &[]);
    drain(conference, HERE)
}

fn renewals(outputs: &[Output], of: Role) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Renew(role) if *role == of)).count()
}

fn questions(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::LookAround { .. })).count()
}

#[test]
fn what_the_server_has_no_longer_is_published_anew() {
    let mut conference = on_air();
    conference.signalling(false);
    conference.signalling(true);
    conference.catch_up();
    assert_eq!(renewals(&is_told(&mut conference, true), Role::Offerer), 0);
    conference.catch_up();
    let outputs = is_told(&mut conference, false);
    assert_eq!(renewals(&outputs, Role::Offerer), 1, "{outputs:?}");
    assert!(events(&outputs).is_empty(), "nobody needs to know");
}

#[test]
fn what_is_on_its_way_is_not_missed() {
    let mut conference = published();
    conference.catch_up();
    conference.webrtc_up(Role::Offerer);
    assert_eq!(renewals(&is_told(&mut conference, false), Role::Offerer), 0, "it was not up yet");
    conference.catch_up();
    conference.hangup(Role::Offerer, "DTLS alert");
    assert_eq!(renewals(&drain(&mut conference, HERE), Role::Offerer), 1);
    conference.renewed(Role::Offerer);
    publish(&mut conference);
    conference.webrtc_up(Role::Offerer);
    let outputs = is_told(&mut conference, false);
    assert_eq!(renewals(&outputs, Role::Offerer), 0, "it was said of the one before");
}

#[test]
fn who_only_listens_is_not_missed_among_those_who_publish() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    conference.catch_up();
    assert!(renewals(&is_told(&mut conference, false), Role::Offerer) == 0);
}

#[test]
fn who_looks_for_another_way_asks_whether_there_is_somebody_at_its_end() {
    let mut conference = on_air();
    conference.peer_state(HERE, Role::Offerer, PeerState::Failed);
    let outputs = drain(&mut conference, HERE);
    assert_eq!(questions(&outputs), 1, "{outputs:?}");
    conference.catch_up();
    publish(&mut conference);
    // The server answered, and has begun anew: the browser goes on with what it had, which leads nowhere.
    conference.peer_state(HERE, Role::Offerer, PeerState::Connected);
    assert_eq!(renewals(&is_told(&mut conference, false), Role::Offerer), 1);
}

#[test]
fn who_hears_nothing_of_another_way_to_receive_begins_anew() {
    let late = HERE + Millis(5_000);
    for heard in [false, true] {
        let mut conference = on_air();
        conference.peer_state(HERE, Role::Answerer, PeerState::Failed);
        let outputs = drain(&mut conference, HERE);
        let asked = |it: &Output| matches!(it, Output::Subscriber(Asked::Restart, _));
        assert!(outputs.iter().any(asked), "{outputs:?}");
        if heard {
            let jsep = Some(Jsep::offer("another".to_owned()));
            conference.answer(Asked::Restart, Ok(Said { jsep, ..said(RoomEvent::Done) }));
        }
        let outputs = drain(&mut conference, late);
        assert_eq!(renewals(&outputs, Role::Answerer), usize::from(!heard), "{outputs:?}");
    }
}

#[test]
fn who_is_here_is_not_asked_twice_at_once() {
    let mut conference = on_air();
    conference.catch_up();
    conference.network_changed(HERE);
    assert_eq!(questions(&drain(&mut conference, HERE)), 0);
}

#[test]
fn a_peer_connection_that_was_closed_is_made_anew_as_soon_as_somebody_can_be_asked() {
    for role in [Role::Offerer, Role::Answerer] {
        let mut conference = on_air();
        conference.signalling(false);
        conference.peer_closed(role);
        assert_eq!(renewals(&drain(&mut conference, HERE), role), 0);
        conference.signalling(true);
        conference.peer_closed(role);
        conference.peer_closed(role);
        let outputs = drain(&mut conference, HERE);
        assert_eq!(renewals(&outputs, role), 1, "{outputs:?}");
        conference.peer_closed(role);
        assert_eq!(renewals(&drain(&mut conference, HERE), role), 0, "it is being made");
    }
}

const TWO: [Option<(u64, &str)>; 2] = [Some((2, "0")), Some((2, "1"))];

/// Signalling was away, and is back.
fn comes_back(conference: &mut Conference) -> Vec<Output> {
    comes_back_to(conference, vec![listed(1, true), listed(2, true)])
}

/// These are here by now.
fn comes_back_to(conference: &mut Conference, here: Vec<ParticipantInfo>) -> Vec<Output> {
    conference.signalling(false);
    drain(conference, HERE);
    conference.signalling(true);
    assert_eq!(comparisons(&drain(conference, HERE)), 0, "who is here comes first");
    conference.catch_up();
    assert!(!conference.caught_up(Ok(here), Ok(Vec::new()), true));
    drain(conference, HERE)
}

/// How often the server is asked what it sends, by a stream it may know and an m-line there is none of.
fn comparisons(outputs: &[Output]) -> usize {
    let compares = |output: &&Output| match output {
        Output::Subscriber(Asked::Compare, SubscriberRequest::Switch(entries)) => {
            let [entry] = &entries.streams[..] else { panic!("{entries:?}") };
            assert_eq!(entry.feed, Some(Id::from(2)));
            assert_eq!(entry.sub_mid.as_deref(), Some("none"), "nothing is to change");
            true
        }
        _ => false,
    };
    outputs.iter().filter(compares).count()
}

/// The server says that it sends this.
fn sends(conference: &mut Conference, streams: &[Option<(u64, &str)>]) -> Vec<Output> {
    let mapping = Some(mapping(streams));
    conference.answer(Asked::Compare, Ok(Said { mapping, ..said(RoomEvent::Done) }));
    drain(conference, HERE)
}

#[test]
fn who_was_away_asks_what_is_sent_and_begins_anew_where_that_is_less() {
    let mut conference = on_air();
    assert_eq!(comparisons(&comes_back(&mut conference)), 1);
    let outputs = sends(&mut conference, &TWO);
    assert!(outputs.is_empty(), "nothing was lost: {outputs:?}");

    for less in [[TWO[0], None], [TWO[1], TWO[0]], [None, None]] {
        let mut conference = on_air();
        comes_back(&mut conference);
        let outputs = sends(&mut conference, &less);
        assert_eq!(renewals(&outputs, Role::Answerer), 1, "{outputs:?}");
        assert!(events(&outputs).is_empty(), "nobody needs to know");
        conference.renewed(Role::Answerer);
        drain(&mut conference, HERE);
        let outputs = receive(&mut conference, &TWO);
        let same = |event: &&Event| matches!(event, Event::Resubscribed(..));
        assert_eq!(events(&outputs).into_iter().filter(same).count(), 2, "{outputs:?}");
        assert_eq!(comparisons(&outputs), 0, "once");
    }
}

#[test]
fn who_left_meanwhile_is_not_missed() {
    let (mut conference, _) = listener(vec![publisher(2), publisher(3)]);
    let before = [TWO[0], TWO[1], Some((3, "0")), Some((3, "1"))];
    receive(&mut conference, &before);
    comes_up(&mut conference);
    let outputs = comes_back_to(&mut conference, vec![listed(1, false), listed(3, true)]);
    let asks = |output: &&Output| matches!(output, Output::Subscriber(Asked::Compare, _));
    assert_eq!(outputs.iter().filter(asks).count(), 1);
    let outputs = sends(&mut conference, &[None, None, before[2], before[3]]);
    assert_eq!(renewals(&outputs, Role::Answerer), 0, "{outputs:?}");
}

fn data(sources: &str) -> SubStream {
    SubStream {
        active: true,
        raw: Json::parse(format!(r#"{{"source_ids":[{sources}]}}"#)).unwrap(),
        ..SubStream::new(StreamKind::Data, 0, "0".to_owned())
    }
}

#[test]
fn data_that_is_published_anew_meanwhile_is_asked_for_again() {
    let streams = vec![stream(StreamKind::Data, "2", "")];
    let (mut conference, _) = listener(vec![Publisher { streams, ..publisher(2) }]);
    let jsep = Some(Jsep::offer("data".to_owned()));
    let mapping = Some(vec![data("2")]);
    conference.answer(Asked::Subscribe, Ok(Said { jsep, mapping, ..said(RoomEvent::Mapping) }));
    drain(&mut conference, HERE);
    answer_offer(&mut conference);
    drain(&mut conference, HERE);
    for (sources, asked) in [("2", 0), ("", 1)] {
        assert_eq!(comparisons(&comes_back(&mut conference)), 1);
        let mapping = Some(vec![data(sources)]);
        conference.answer(Asked::Compare, Ok(Said { mapping, ..said(RoomEvent::Done) }));
        let outputs = drain(&mut conference, HERE);
        assert_eq!(subscriptions(&outputs).len(), asked, "{outputs:?}");
        assert_eq!(renewals(&outputs, Role::Answerer), 0, "{outputs:?}");
    }
}

#[test]
fn what_is_sent_is_asked_for_after_signalling_was_away_alone_and_once() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    assert_eq!(comparisons(&comes_back(&mut conference)), 0, "nothing is received yet");

    let mut conference = on_air();
    conference.signalling(true);
    conference.network_changed(HERE);
    conference.look_around();
    assert_eq!(comparisons(&drain(&mut conference, HERE)), 0, "it was not away");

    let mut conference = on_air();
    assert_eq!(comparisons(&comes_back(&mut conference)), 1);
    assert_eq!(comparisons(&comes_back(&mut conference)), 1);
    conference.answer(Asked::Compare, Err(Error::new(ErrorCode::ConnectionLost, "gone")));
    let outputs = drain(&mut conference, HERE);
    assert_eq!((comparisons(&outputs), renewals(&outputs, Role::Answerer)), (0, 0), "{outputs:?}");
}

#[test]
fn what_is_sent_is_not_asked_for_while_an_offer_is_answered() {
    let mut conference = on_air();
    let more = Some(mapping(&[TWO[0], TWO[1], Some((2, "2"))]));
    let jsep = Some(Jsep::offer("more".to_owned()));
    conference.subscription_event(Said { jsep, mapping: more, ..said(RoomEvent::Mapping) });
    assert_eq!(comparisons(&comes_back(&mut conference)), 0);
    answer_offer(&mut conference);
    assert_eq!(comparisons(&drain(&mut conference, HERE)), 1);
}

#[test]
fn a_stream_that_is_asked_about_and_gone_was_taken_away_unless_that_was_heard_meanwhile() {
    for (code, heard, renews) in [
        (ErrorCode::FeedNotFound, false, 1),
        (ErrorCode::FeedNotFound, true, 0),
        (ErrorCode::Timeout, false, 0),
    ] {
        let mut conference = on_air();
        assert_eq!(comparisons(&comes_back(&mut conference)), 1);
        if heard {
            conference.room_event(RoomEvent::Unpublished(someone(2)));
        }
        drain(&mut conference, HERE);
        conference.answer(Asked::Compare, Err(Error::new(code, "no")));
        let outputs = drain(&mut conference, HERE);
        assert_eq!(renewals(&outputs, Role::Answerer), renews, "{code:?}: {outputs:?}");
    }
}
