//! Rooms that are not there, or have no place, when somebody comes back.

use super::returning::{depart, listed, over, refused, returns, watching};
use super::*;

/// On the way back, where the room is not there any more and is asked for.
fn making(conference: &mut Conference, now: Millis) {
    depart(conference, now);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    let outputs = drain(conference, now);
    assert!(matches!(outputs[..], [Output::Create]), "{outputs:?}");
}

#[test]
fn a_room_whose_making_was_lost_with_the_connection_is_made_when_that_is_back() {
    for code in [
        ErrorCode::ConnectionLost,
        ErrorCode::Timeout,
        ErrorCode::SessionNotFound,
        ErrorCode::HandleNotFound,
    ] {
        let mut conference = watching();
        conference.make_room();
        making(&mut conference, HERE);
        conference.created(Err(Error::new(code, "nobody knows")));
        let outputs = drain(&mut conference, HERE);
        assert_eq!(over(&outputs), None, "{code:?}");
        let soon = conference.deadline().unwrap();
        assert_eq!(returns(&drain(&mut conference, soon)), 1);
        making(&mut conference, soon);
        conference.created(Ok(()));
        assert_eq!(returns(&drain(&mut conference, soon)), 1);
        depart(&mut conference, soon);
        conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
        assert!(conference.is_in());
    }
}

#[test]
fn a_room_that_may_not_be_made_again_is_an_error_at_once() {
    let mut conference = watching();
    conference.make_room();
    making(&mut conference, HERE);
    conference.created(Err(Error::new(ErrorCode::Unauthorized, "not you")));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
}

#[test]
fn a_first_join_whose_room_could_not_be_made_in_time_is_an_error() {
    let mut conference = Conference::new(join(), false);
    conference.make_room();
    making(&mut conference, HERE);
    conference.created(Err(Error::new(ErrorCode::ConnectionLost, "gone")));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
}

#[test]
fn a_server_that_starts_twice_has_the_room_made_twice() {
    let mut conference = watching();
    conference.make_room();
    making(&mut conference, HERE);
    conference.created(Ok(()));
    assert_eq!(returns(&drain(&mut conference, HERE)), 1);
    depart(&mut conference, HERE);
    // Before we are in, it starts again, without the room.
    conference.depart();
    conference.signalling(false);
    conference.signalling(true);
    making(&mut conference, HERE + Millis(3_000));
}

#[test]
fn a_server_that_makes_rooms_nobody_finds_is_not_asked_for_ever() {
    let mut conference = watching();
    conference.make_room();
    making(&mut conference, HERE);
    conference.created(Ok(()));
    assert_eq!(returns(&drain(&mut conference, HERE)), 1);
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert!(drain(&mut conference, HERE).is_empty(), "it is waited for");
}

/// Somebody who publishes, on the way back with all of it.
fn publishing() -> Conference {
    let mut conference = watching();
    offer(&mut conference);
    let answered = Said { jsep: Some(Jsep::answer("yes".to_owned())), ..said(RoomEvent::Done) };
    conference.answer(Asked::Offer, Ok(answered));
    conference.applied();
    drain(&mut conference, HERE);
    conference
}

/// The browser offers camera and microphone.
fn offer(conference: &mut Conference) -> Vec<Output> {
    conference.negotiate();
    drain(conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    drain(conference, HERE)
}

/// Departs, and is there again with an offer; the request to join.
fn back_with_offer(conference: &mut Conference, now: Millis) -> (JoinRoom, Option<Jsep>) {
    conference.depart();
    let mut outputs = offer(conference);
    conference.signal_ready(now, ROUND_TRIP);
    outputs.extend(drain(conference, now));
    match outputs.pop() {
        Some(Output::Publisher(Asked::Join, PublisherRequest::Join(join, offer))) => (join, offer),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_finds_no_place_to_publish_on_the_way_back_listens() {
    for code in [ErrorCode::RoomFull, ErrorCode::InvalidSdp] {
        let mut conference = publishing();
        let mut now = HERE;
        loop {
            let (_, offer) = back_with_offer(&mut conference, now);
            assert!(offer.is_some());
            conference.answer(Asked::Join, refused(code));
            let outputs = drain(&mut conference, now);
            if returns(&outputs) == 1 {
                // As at first, it is told that nothing can be published.
                assert!(matches!(events(&outputs)[..], [Event::PublishRefused(_)]), "{outputs:?}");
                break;
            }
            assert!(outputs.is_empty(), "a place may become free: {outputs:?}");
            now = conference.deadline().unwrap();
            assert_eq!(returns(&drain(&mut conference, now)), 1);
        }
        assert!(now >= HERE + Millis(30_000) && now < HERE + Millis(33_000), "{now:?}");
        // What is offered nevertheless waits until we are in.
        let (join, offer) = back_with_offer(&mut conference, now);
        assert_eq!((join.id, offer), (Some(Id::from(1)), None));
        conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
        let outputs = drain(&mut conference, now);
        assert_eq!(over(&outputs), None);
        assert!(conference.is_in());
        let published = |output: &Output| {
            matches!(output, Output::Publisher(Asked::Offer, PublisherRequest::Publish(..)))
        };
        assert!(outputs.iter().any(published), "{outputs:?}");
        // The next time there may be a place again.
        assert!(back_with_offer(&mut conference, now).1.is_some());
    }
}

#[test]
fn who_finds_no_place_to_listen_either_is_out_in_the_end() {
    let mut conference = watching();
    depart(&mut conference, HERE);
    let mut now = HERE;
    let reason = loop {
        conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
        let outputs = drain(&mut conference, now);
        if let Some(reason) = over(&outputs) {
            break reason;
        }
        now = conference.deadline().unwrap();
        assert_eq!(returns(&drain(&mut conference, now)), 1);
        depart(&mut conference, now);
    };
    assert_eq!(reason, Reason::JoinFailed);
    assert!(now >= HERE + Millis(30_000) && now < HERE + Millis(33_000), "{now:?}");
}

#[test]
fn who_is_not_listed_in_a_room_that_is_waited_for_returns() {
    let mut conference = watching();
    conference.await_room(Millis(5_000));
    conference.catch_up();
    // The others may be in a room made anew, under the ids they had.
    conference.resynchronise(vec![listed(2, true)], &[]);
    let outputs = drain(&mut conference, HERE);
    assert_eq!((over(&outputs), returns(&outputs)), (None, 1));
}

#[test]
fn data_does_not_keep_us_out_of_a_room_without_a_place_to_publish() {
    let mut conference = Conference::new(join(), false);
    conference.data_opened();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("data".to_owned()), Map::new());
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
    let outputs = drain(&mut conference, HERE);
    assert!(matches!(events(&outputs)[..], [Event::PublishRefused(_)]), "{outputs:?}");
    assert_eq!(returns(&outputs), 1);
    conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed), "once");
}

#[test]
fn a_stream_that_does_not_mix_with_others_is_told() {
    let (mut conference, _) = listener(vec![publisher(2), publisher(3)]);
    let mut refusals = 0;
    let mut told = Vec::new();
    while conference.receiving.subscriptions.is_busy() && refusals < 20 {
        refusals += 1;
        conference.answer(Asked::Subscribe, refused(ErrorCode::InvalidFeed));
        let outputs = drain(&mut conference, HERE);
        told.extend(events(&outputs).into_iter().cloned());
    }
    assert_eq!(told.len(), 4, "one by one: {told:?}");
    assert!(told.iter().all(|event| matches!(event, Event::MediaFailed(_))), "{told:?}");
}

#[test]
fn what_was_played_and_is_refused_on_the_next_connection_has_ended() {
    let mut conference = watching();
    conference.hangup(Role::Answerer, "gone");
    drain(&mut conference, HERE);
    conference.renewed(Role::Answerer);
    let mut told = Vec::new();
    for _ in 0..10 {
        told.extend(events(&drain(&mut conference, HERE)).into_iter().cloned());
        if conference.receiving.subscriptions.is_busy() {
            conference.answer(Asked::Subscribe, refused(ErrorCode::FeedNotFound));
        }
    }
    let unsubscribed = told.iter().filter(|event| matches!(event, Event::Unsubscribed(_)));
    assert_eq!((unsubscribed.count(), told.len()), (2, 2), "{told:?}");
}
