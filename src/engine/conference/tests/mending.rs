//! Ways that are looked for anew, and wishes for what is no more.

use super::*;
use crate::engine::subscriptions::Terms;

const TWO: [Option<(u64, &str)>; 2] = [Some((2, "0")), Some((2, "1"))];

fn restarts(outputs: &[Output]) -> usize {
    let restart = |output: &&Output| matches!(output, Output::Subscriber(Asked::Restart, _));
    outputs.iter().filter(restart).count()
}

#[test]
fn a_second_restart_waits_for_the_offer_of_the_first() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    conference.signalling(true);
    conference.network_changed(HERE);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 1);
    conference.network_changed(HERE);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 0);

    let offer = Said { jsep: Some(Jsep::offer("again".to_owned())), ..said(RoomEvent::Done) };
    conference.answer(Asked::Restart, Ok(offer));
    assert_eq!(restarts(&drain(&mut conference, HERE)), 0, "it is not answered yet");
    answer_offer(&mut conference);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 1);
}

#[test]
fn a_restart_is_asked_for_again_if_it_was_lost_with_the_connection_and_else_is_not() {
    for (code, wanted) in [(ErrorCode::ConnectionLost, 1), (ErrorCode::Timeout, 0)] {
        let (mut conference, _) = listener(vec![publisher(2)]);
        receive(&mut conference, &TWO);
        conference.signalling(true);
        conference.network_changed(HERE);
        assert_eq!(restarts(&drain(&mut conference, HERE)), 1);
        conference.answer(Asked::Restart, Err(Error::new(code, "nobody knows")));
        assert_eq!(restarts(&drain(&mut conference, HERE + Millis(2_500))), wanted, "{code:?}");
    }
}

#[test]
fn a_restart_waits_for_the_offer_that_is_being_answered() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    conference.signalling(true);
    conference.answer(Asked::Subscribe, Ok(offered(&TWO, "offer")));
    drain(&mut conference, HERE);
    conference.network_changed(HERE);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 0);
    answer_offer(&mut conference);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 1);
}

#[test]
fn what_is_wished_of_a_stream_that_is_gone_is_not_wished_of_the_next() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    let camera = StreamRef { feed: Id::from(2), mid: "1".to_owned() };
    let who = Attendee { id: Id::from(2), display: None, metadata: None };
    conference.room_event(RoomEvent::Unpublished(who));
    drain(&mut conference, HERE);
    receive(&mut conference, &[None, None]);
    conference.subscribe(camera.clone(), false);
    conference.terms(camera.clone(), Terms { paused: true, ..Terms::default() });
    assert_eq!(conference.terms_of(&camera), Terms::default());
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    let outputs = drain(&mut conference, HERE);
    let asked: Vec<String> = subscriptions(&outputs)
        .into_iter()
        .filter_map(|request| match request {
            SubscriberRequest::Update(update) => Some(&update.subscribe),
            _ => None,
        })
        .flatten()
        .map(|entry| entry.mid.clone())
        .collect();
    assert!(asked.contains(&camera.mid), "{asked:?}");
}

fn pauses(outputs: &[Output]) -> usize {
    let pause = |it: &&Output| matches!(it, Output::Subscriber(_, SubscriberRequest::Pause));
    outputs.iter().filter(pause).count()
}

#[test]
fn what_is_paused_stays_so_when_an_answer_makes_the_server_go_on() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    conference.pause(true);
    assert_eq!(pauses(&drain(&mut conference, HERE)), 1);
    conference.answer(Asked::Pause, Ok(said(RoomEvent::Done)));
    conference.room_event(RoomEvent::Publishers(vec![publisher(3)]));
    drain(&mut conference, HERE);
    let all = [TWO[0], TWO[1], Some((3, "0")), Some((3, "1"))];
    assert_eq!(pauses(&receive(&mut conference, &all)), 1);
    conference.answer(Asked::Pause, Ok(said(RoomEvent::Done)));
    assert_eq!(pauses(&drain(&mut conference, HERE)), 0);
}

#[test]
fn going_on_is_asked_for_again_when_the_connection_took_it_along() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    conference.pause(true);
    drain(&mut conference, HERE);
    conference.answer(Asked::Pause, Ok(said(RoomEvent::Done)));
    conference.pause(false);
    let going_on = |outputs: &[Output]| {
        let start = |it: &&Output| {
            matches!(it, Output::Subscriber(Asked::Pause, SubscriberRequest::Start(None)))
        };
        outputs.iter().filter(start).count()
    };
    assert_eq!(going_on(&drain(&mut conference, HERE)), 1);
    conference.answer(Asked::Pause, Err(Error::new(ErrorCode::ConnectionLost, "gone")));
    assert_eq!(going_on(&drain(&mut conference, HERE)), 1);
    conference.answer(Asked::Pause, Ok(said(RoomEvent::Done)));
    assert_eq!(going_on(&drain(&mut conference, HERE)), 0);
}

fn configured(outputs: &[Output]) -> Vec<(String, Option<i32>)> {
    let entries = outputs.iter().filter_map(|output| match output {
        Output::Subscriber(Asked::Configure, SubscriberRequest::Configure(entries)) => {
            Some(&entries.streams)
        }
        _ => None,
    });
    entries.flatten().map(|entry| (entry.mid.clone(), entry.min_delay)).collect()
}

#[test]
fn an_m_line_that_changes_hands_loses_the_delay_it_had() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    let camera = StreamRef { feed: Id::from(2), mid: "1".to_owned() };
    conference
        .terms(camera, Terms { min_delay: Some(60), max_delay: Some(60), ..Terms::default() });
    assert_eq!(configured(&drain(&mut conference, HERE)), [("1".to_owned(), Some(60))]);
    conference.answer(Asked::Configure, Ok(said(RoomEvent::Done)));
    conference.room_event(RoomEvent::Leaving(someone(2)));
    conference.room_event(RoomEvent::Publishers(vec![publisher(3)]));
    drain(&mut conference, HERE);
    let outputs = receive(&mut conference, &[Some((3, "0")), Some((3, "1"))]);
    assert_eq!(configured(&outputs), [("1".to_owned(), Some(-1))]);
}

#[test]
fn a_connection_that_breaks_is_no_reason_to_ask_for_less_at_once() {
    let people = || vec![publisher(2), publisher(3), publisher(4)];
    let (mut conference, _) = listener(people());
    conference.answer(Asked::Subscribe, Err(Error::new(ErrorCode::ConnectionLost, "gone")));
    drain(&mut conference, HERE);
    conference.renewed(Role::Answerer);
    let outputs = drain(&mut conference, HERE);
    let [SubscriberRequest::Join(watch)] = subscriptions(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(watch.streams.len(), 6);
}

#[test]
fn a_connection_over_which_nothing_comes_is_made_anew_unless_it_is_being_mended() {
    let renews = |conference: &mut Conference| {
        conference.nothing_comes(HERE + Millis(5_000));
        drain(conference, HERE).iter().any(|it| matches!(it, Output::Renew(Role::Answerer)))
    };
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    conference.signalling(true);
    assert!(!renews(&mut conference), "it has not come up");
    conference.peer_state(HERE, Role::Answerer, PeerState::Disconnected);
    assert!(!renews(&mut conference), "its packets do not get through");
    conference.peer_state(HERE, Role::Answerer, PeerState::Connected);
    conference.signalling(false);
    assert!(!renews(&mut conference), "nobody could be asked for another");
    conference.signalling(true);
    assert!(!conference.nothing_comes(HERE + Millis(1_000)), "it has only just come up");
    assert!(renews(&mut conference));
    assert!(!renews(&mut conference), "once");
}

#[test]
fn a_dead_subscriber_is_replaced_and_asks_for_everything_again() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    conference.hangup(Role::Answerer, "ICE failed");
    let outputs = drain(&mut conference, HERE);
    assert!(outputs.iter().any(|output| matches!(output, Output::Renew(Role::Answerer))));
    assert!(subscriptions(&outputs).is_empty(), "not before the new handle is there");
    conference.renewed(Role::Answerer);
    let outputs = drain(&mut conference, HERE);
    let requests = subscriptions(&outputs);
    assert!(matches!(requests[..], [SubscriberRequest::Join(_)]), "{requests:?}");
}

#[test]
fn a_connection_that_does_not_come_up_is_told_once_and_tried_for_ever() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &[Some((2, "0")), Some((2, "1"))]);
    let (mut now, mut told) = (HERE, Vec::new());
    for round in 0..8 {
        conference.hangup(Role::Answerer, "ICE failed");
        let mut outputs = drain(&mut conference, now);
        let renews = |outputs: &[Output]| outputs.iter().any(|it| matches!(it, Output::Renew(_)));
        assert_eq!(renews(&outputs), round < 3, "{round}");
        if round >= 3 {
            // What the old one still says means nothing.
            conference.hangup(Role::Answerer, "DTLS alert");
            conference.answer(Asked::Subscribe, Err(Error::new(ErrorCode::Timeout, "late")));
            outputs.extend(drain(&mut conference, now));
            now = conference.deadline().unwrap();
            outputs.extend(drain(&mut conference, now));
            assert!(renews(&outputs), "{round}");
        }
        told.extend(events(&outputs).into_iter().cloned());
        conference.renewed(Role::Answerer);
        assert_eq!(subscriptions(&drain(&mut conference, now)).len(), 1);
    }
    assert!(matches!(&told[..], [Event::MediaFailed(_)]), "no track is taken away: {told:?}");
    assert!(now > HERE + Millis(30_000));
    conference.hangup(Role::Answerer, "ICE failed");
    drain(&mut conference, now);
    conference.network_changed(now);
    let outputs = drain(&mut conference, now);
    assert!(outputs.iter().any(|output| matches!(output, Output::Renew(_))), "another network");
}
