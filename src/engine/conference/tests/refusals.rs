//! Rooms that are not there, or have no place, when somebody comes back.

use super::returning::{depart, gives_up_in_time, listed, over, refused, returns, watching};
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
    gives_up_in_time(ErrorCode::RoomFull);
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

fn pin_of(outputs: &[Output]) -> Option<&str> {
    let pin = outputs.iter().find_map(|output| match output {
        Output::Publisher(_, PublisherRequest::Join(join, _)) => Some(&join.pin),
        Output::Subscriber(_, SubscriberRequest::Join(watch)) => Some(&watch.pin),
        _ => None,
    });
    pin?.as_deref()
}

fn other_pin(conference: &mut Conference) -> bool {
    conference.set_credentials(Some("1815".to_owned()), None)
}

#[test]
fn another_pin_is_said_wherever_one_is_asked_for() {
    let mut conference = watching();
    assert!(!other_pin(&mut conference), "nothing is amiss");
    assert!(drain(&mut conference, HERE).is_empty());
    conference.catch_up();
    let glance = conference.glance(&[listed(2, true)]).unwrap();
    assert_eq!(glance.pin.as_deref(), Some("1815"));
    // A connection that receives is made anew.
    conference.hangup(Role::Answerer, "gone");
    drain(&mut conference, HERE);
    conference.renewed(Role::Answerer);
    assert_eq!(pin_of(&drain(&mut conference, HERE)), Some("1815"));
    assert_eq!(pin_of(&depart(&mut conference, HERE)), Some("1815"));
    // What was not given stays as it was.
    conference.set_credentials(None, Some("token".to_owned()));
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    let outputs = drain(&mut conference, HERE);
    let [SubscriberRequest::Join(watch)] = subscriptions(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!((watch.pin.as_deref(), watch.token.as_deref()), (Some("1815"), Some("token")));
}

#[test]
fn what_was_refused_for_want_of_a_pin_is_asked_again_at_once_when_there_is_one() {
    let mut conference = watching();
    conference.hangup(Role::Answerer, "gone");
    let mut renewals = 0;
    while drain(&mut conference, HERE).iter().any(|it| matches!(it, Output::Renew(_))) {
        renewals += 1;
        conference.renewed(Role::Answerer);
        drain(&mut conference, HERE);
        conference.answer(Asked::Subscribe, refused(ErrorCode::Unauthorized));
    }
    assert!(renewals > 1, "and then ever later");
    other_pin(&mut conference);
    let outputs = drain(&mut conference, HERE);
    assert!(matches!(outputs[..], [Output::Renew(Role::Answerer)]), "{outputs:?}");
    conference.renewed(Role::Answerer);
    assert_eq!(pin_of(&drain(&mut conference, HERE)), Some("1815"));
}

#[test]
fn who_waits_to_be_let_in_is_let_in_with_the_pin_that_comes() {
    let mut conference = watching();
    depart(&mut conference, HERE);
    // The room had no pin when it was joined.
    conference.answer(Asked::Join, refused(ErrorCode::MissingElement));
    assert!(drain(&mut conference, HERE).is_empty());
    other_pin(&mut conference);
    assert_eq!(returns(&drain(&mut conference, HERE)), 1);
    assert_eq!(pin_of(&depart(&mut conference, HERE)), Some("1815"));
}

#[test]
fn a_pin_that_comes_while_the_one_before_is_refused_is_tried() {
    for code in [ErrorCode::Unauthorized, ErrorCode::MissingElement] {
        let mut conference = watching();
        depart(&mut conference, HERE);
        other_pin(&mut conference);
        conference.answer(Asked::Join, refused(code));
        let outputs = drain(&mut conference, HERE);
        assert_eq!((over(&outputs), returns(&outputs)), (None, 1));
        assert_eq!(pin_of(&depart(&mut conference, HERE)), Some("1815"));
        conference.answer(Asked::Join, refused(ErrorCode::Unauthorized));
        assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed), "once");
    }
}

#[test]
fn people_are_right_where_what_they_publish_cannot_be_seen() {
    for (code, last) in [
        (ErrorCode::Unauthorized, false),
        (ErrorCode::MissingElement, false),
        (ErrorCode::InvalidFeed, false),
        (ErrorCode::FeedNotFound, true),
        (ErrorCode::Timeout, true),
    ] {
        let mut conference = watching();
        conference.catch_up();
        let here = vec![listed(1, false), listed(3, true)];
        assert!(!conference.caught_up(Ok(here), Err(code), last), "{code:?}");
        let people: Vec<Id> = conference.roster().people().keys().cloned().collect();
        assert_eq!(people, [Id::from(3)], "{code:?}: who went is gone, who came is there");
        drain(&mut conference, HERE);
        // With what lets us in now it is worth asking again.
        assert!(other_pin(&mut conference));
        conference.catch_up();
        conference.caught_up(Ok(vec![listed(1, false), listed(3, true)]), Ok(Vec::new()), false);
        assert!(!other_pin(&mut conference));
    }
}

#[test]
fn who_is_here_is_asked_again_unless_that_is_pointless() {
    for code in [ErrorCode::Timeout, ErrorCode::FeedNotFound] {
        let mut conference = watching();
        conference.catch_up();
        assert!(conference.caught_up(Err(code), Ok(Vec::new()), false), "{code:?}");
        assert!(conference.caught_up(Ok(Vec::new()), Err(code), false), "{code:?}");
        assert!(!conference.caught_up(Err(code), Ok(Vec::new()), true), "{code:?}");
        assert!(drain(&mut conference, HERE).is_empty());
    }
    for code in [ErrorCode::ConnectionLost, ErrorCode::SessionNotFound] {
        let mut conference = watching();
        let question = conference.catch_up();
        // Nobody seems to be here, and that is not said by anybody.
        assert!(!conference.caught_up(Ok(Vec::new()), Err(code), true), "{code:?}");
        assert!(drain(&mut conference, HERE).is_empty());
        assert!(!conference.is_catching_up(question), "what is heard is not kept any longer");
    }
}

#[test]
fn an_answer_to_an_earlier_question_is_of_no_use() {
    let mut conference = watching();
    let first = conference.catch_up();
    let second = conference.catch_up();
    assert!(!conference.is_catching_up(first) && conference.is_catching_up(second));
    depart(&mut conference, HERE);
    assert!(!conference.is_catching_up(second));
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

/// Played, and refused like this on the next connection; what is told of it.
fn refused_on_the_next(code: ErrorCode) -> (Conference, Vec<Event>) {
    let mut conference = watching();
    conference.hangup(Role::Answerer, "gone");
    drain(&mut conference, HERE);
    conference.renewed(Role::Answerer);
    let mut told = Vec::new();
    for _ in 0..10 {
        told.extend(events(&drain(&mut conference, HERE)).into_iter().cloned());
        if conference.receiving.subscriptions.is_busy() {
            conference.answer(Asked::Subscribe, refused(code));
        }
    }
    (conference, told)
}

#[test]
fn what_was_played_and_does_not_mix_with_others_has_ended() {
    let (_, told) = refused_on_the_next(ErrorCode::InvalidFeed);
    let unsubscribed = told.iter().filter(|event| matches!(event, Event::Unsubscribed(_)));
    assert_eq!((unsubscribed.count(), told.len()), (2, 4), "{told:?}");
}

#[test]
fn what_was_played_and_is_not_there_yet_is_the_same_when_it_is() {
    let (mut conference, told) = refused_on_the_next(ErrorCode::FeedNotFound);
    assert!(told.is_empty(), "{told:?}");
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    drain(&mut conference, HERE);
    let outputs = receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    let again = |event: &&Event| matches!(event, Event::Resubscribed(..));
    assert_eq!(events(&outputs).into_iter().filter(again).count(), 2, "{outputs:?}");
}
