//! What is subscribed to, and what is told of it.

use super::*;

#[test]
fn everybody_is_subscribed_to_in_one_request() {
    let (_, outputs) = listener(vec![publisher(2), publisher(3), publisher(4)]);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Join(request)] = requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.streams.len(), 6);
    assert_eq!(request.pin.as_deref(), Some("4321"));
    assert_eq!(request.private_id, Some(99));
}

#[test]
fn dummies_and_streams_without_codec_are_passed_over() {
    let mut dummy = publisher(2);
    dummy.dummy = true;
    let mut partly = publisher(3);
    partly.streams[0].disabled = true;
    partly.streams[1].codec = Some("none".to_owned());
    let (_, outputs) = listener(vec![dummy, partly]);
    assert!(subscriptions(&outputs).is_empty());
}

#[test]
fn tracks_are_told_once_the_browser_has_them() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    conference.answer(Asked::Subscribe, Ok(offered(&[Some((2, "0")), Some((2, "1"))], "offer")));
    let outputs = drain(&mut conference, HERE);
    assert!(subscribed(&outputs).is_empty());
    conference.described(Role::Answerer, Jsep::answer("mine".to_owned()), Map::new());
    let outputs = drain(&mut conference, HERE);
    let expected = [("2/0".to_owned(), "0".to_owned()), ("2/1".to_owned(), "1".to_owned())];
    assert_eq!(subscribed(&outputs), expected);
}

#[test]
fn twenty_who_come_during_a_round_cost_one_more() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    for id in 3..23 {
        conference.room_event(RoomEvent::Publishers(vec![publisher(id)]));
    }
    assert!(subscriptions(&drain(&mut conference, HERE)).is_empty(), "a request is under way");
    let outputs = receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Update(update)] = requests[..] else { panic!("{requests:?}") };
    assert_eq!(update.subscribe.len(), 40);
    assert!(update.unsubscribe.is_empty());
}

#[test]
fn somebody_kicked_is_unsubscribed_because_the_server_does_not() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Kicked(someone(2)));
    let outputs = drain(&mut conference, HERE);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Update(update)] = requests[..] else { panic!("{requests:?}") };
    assert!(update.subscribe.is_empty());
    assert_eq!(update.unsubscribe.len(), 2);
    let left = Event::Roster(Change::Left { id: Id::from(2), kicked: true });
    assert_eq!(events(&outputs).last(), Some(&&left));
}

#[test]
fn a_new_person_with_an_old_id_gets_new_m_lines() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Leaving(someone(2)));
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    let outputs = drain(&mut conference, HERE);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Update(update)] = requests[..] else { panic!("{requests:?}") };
    assert_eq!((update.subscribe.len(), update.unsubscribe.len()), (2, 2));
    let outputs = receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    assert_eq!(subscribed(&outputs).len(), 2, "the same m-lines, another person");
}

#[test]
fn the_servers_own_update_is_answered() {
    let (mut conference, _) = listener(vec![publisher(2), publisher(3)]);
    receive(&mut conference, &[Some((2, "1")), Some((3, "1"))]);
    conference.room_event(RoomEvent::Unpublished(someone(2)));
    conference.subscription_event(offered(&[None, Some((3, "1"))], "theirs"));
    let outputs = drain(&mut conference, HERE);
    let answers = outputs.iter().filter(|output| {
        matches!(output, Output::Peer(Role::Answerer, Step::Answer(jsep)) if jsep.sdp == "theirs")
    });
    assert_eq!(answers.count(), 1);
}

#[test]
fn an_updating_answer_waits_for_the_offer_that_follows() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Publishers(vec![publisher(3)]));
    drain(&mut conference, HERE);
    conference.answer(Asked::Subscribe, Ok(said(RoomEvent::Updating)));
    assert!(subscriptions(&drain(&mut conference, HERE)).is_empty(), "asked already");
    let all = [Some((2, "0")), Some((2, "1")), Some((3, "0")), Some((3, "1"))];
    conference.subscription_event(offered(&all, "late"));
    drain(&mut conference, HERE);
    conference.described(Role::Answerer, Jsep::answer("mine".to_owned()), Map::new());
    assert_eq!(subscribed(&drain(&mut conference, HERE)).len(), 2);
}

#[test]
fn an_offer_that_does_not_follow_is_not_waited_for_long() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Publishers(vec![publisher(3)]));
    drain(&mut conference, HERE);
    // One before it was lost with the connection, and is not answered.
    conference.answer(Asked::Subscribe, Ok(said(RoomEvent::Updating)));
    assert!(drain(&mut conference, HERE).is_empty());
    let due = conference.deadline().unwrap();
    assert!(due < HERE + Millis(10_000), "{due:?}");
    let outputs = drain(&mut conference, due);
    assert!(matches!(outputs[..], [Output::Renew(Role::Answerer)]), "{outputs:?}");
}

#[test]
fn an_offer_that_was_to_follow_another_is_not_waited_for_long_either() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.room_event(RoomEvent::Publishers(vec![publisher(3)]));
    drain(&mut conference, HERE);
    // The server's own crosses what we ask for, which it puts off.
    conference.subscription_event(offered(&[Some((2, "0")), Some((2, "1"))], "crossing"));
    conference.answer(Asked::Subscribe, Ok(said(RoomEvent::Updating)));
    drain(&mut conference, HERE);
    answer_offer(&mut conference);
    assert!(drain(&mut conference, HERE).is_empty());
    let due = conference.deadline().unwrap();
    assert!(due < HERE + Millis(10_000), "{due:?}");
    let outputs = drain(&mut conference, due);
    assert!(matches!(outputs[..], [Output::Renew(Role::Answerer)]), "{outputs:?}");
}

#[test]
fn one_bad_feed_does_not_cost_the_others() {
    let (mut conference, _) = listener(vec![publisher(2), publisher(3)]);
    let gone = || Err(Error::video_room(428, "No such feed", "join"));
    conference.answer(Asked::Subscribe, gone());
    let outputs = drain(&mut conference, HERE);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Join(request)] = requests[..] else { panic!("{requests:?}") };
    assert!(
        request.streams.iter().all(|stream| stream.feed == Some(Id::from(2))),
        "one at a time now"
    );
    // Then stream by stream: it may be one of them alone.
    for mid in ["0", "1"] {
        conference.answer(Asked::Subscribe, gone());
        let outputs = drain(&mut conference, HERE);
        let requests = subscriptions(&outputs);
        let [SubscriberRequest::Join(request)] = requests[..] else { panic!("{requests:?}") };
        let [stream] = &request.streams[..] else { panic!("{request:?}") };
        assert_eq!((&stream.feed, stream.mid.as_str()), (&Some(Id::from(2)), mid));
    }
    conference.answer(Asked::Subscribe, gone());
    let outputs = drain(&mut conference, HERE);
    let requests = subscriptions(&outputs);
    let [SubscriberRequest::Join(request)] = requests[..] else { panic!("{requests:?}") };
    assert!(request.streams.iter().all(|stream| stream.feed == Some(Id::from(3))));
    receive(&mut conference, &[Some((3, "0")), Some((3, "1"))]);
    // It announces itself again: another chance.
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    assert_eq!(subscriptions(&drain(&mut conference, HERE)).len(), 1);
}
