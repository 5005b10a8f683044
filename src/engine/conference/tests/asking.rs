//! An application that says when something is tried again.

use super::returning::{depart, over, refused, returns, watching};
use super::*;
use crate::engine::{Attempt, Mending};

/// Who watches, and is asked; what is received comes up.
fn asked() -> Conference {
    let mut conference = watching();
    conference.set_policy(None, true);
    conference.signalling(true);
    conference.peer_state(HERE, Role::Answerer, PeerState::Connected);
    conference
}

/// What is asked: about which peer connection, if it is one, and of which attempt.
fn asks(outputs: &[Output]) -> Vec<(Option<Role>, Attempt)> {
    let mut all = Vec::new();
    for output in outputs {
        match output {
            Output::Ask(Asker::Peer(role), attempt) => all.push((Some(*role), *attempt)),
            Output::Ask(Asker::Room(_), attempt) => all.push((None, *attempt)),
            _ => {}
        }
    }
    all
}

fn media(number: u32, elapsed: u64) -> Vec<(Option<Role>, Attempt)> {
    let elapsed = Millis(elapsed);
    vec![(Some(Role::Answerer), Attempt { what: Mending::Media, number, elapsed })]
}

fn room(number: u32, elapsed: u64) -> Vec<(Option<Role>, Attempt)> {
    vec![(None, Attempt { what: Mending::Room, number, elapsed: Millis(elapsed) })]
}

/// The room that has no place.
fn full() -> Asker {
    Asker::Room(Error::new(ErrorCode::RoomFull, "not now"))
}

fn restarts(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Subscriber(Asked::Restart, _)))
}

fn renews(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Renew(Role::Answerer)))
}

/// Packets of what is received are missing from now on.
fn missing(conference: &mut Conference, now: Millis, state: PeerState) -> Vec<Output> {
    conference.peer_state(now, Role::Answerer, state);
    drain(conference, now)
}

/// The application answers; what is done about it at once.
fn answers(conference: &mut Conference, now: Millis, pause: Option<u64>) -> Vec<Output> {
    conference.retry(Asker::Peer(Role::Answerer), pause.map(Millis));
    drain(conference, now)
}

/// A restart is of no avail: the server does as it is asked.
fn in_vain(conference: &mut Conference, now: Millis) {
    let offer = Said { jsep: Some(Jsep::offer("again".to_owned())), ..said(RoomEvent::Done) };
    conference.answer(Asked::Restart, Ok(offer));
    drain(conference, now);
    answer_offer(conference);
    drain(conference, now);
}

#[test]
fn packets_that_are_missing_are_asked_about_and_a_cure_has_its_time() {
    let mut conference = asked();
    let mut now = HERE;
    let mut outputs = missing(&mut conference, now, PeerState::Disconnected);
    for (number, pause) in [(1, 700), (2, 0), (3, 2_500)] {
        assert_eq!(asks(&outputs), media(number, HERE.until(now).0));
        assert!(!restarts(&outputs));
        outputs = answers(&mut conference, now, Some(pause));
        if pause > 0 {
            assert!(outputs.is_empty(), "{outputs:?}");
            // The browser gives up; the application chose the time all the same.
            assert!(missing(&mut conference, now, PeerState::Failed).is_empty());
            assert_eq!(conference.deadline(), Some(now + Millis(pause)));
            now = now + Millis(pause);
            outputs = drain(&mut conference, now);
        }
        assert!(restarts(&outputs), "{number}: {outputs:?}");
        in_vain(&mut conference, now);
        assert_eq!(conference.deadline(), Some(now + Millis(6_000)));
        now = now + Millis(6_000);
        outputs = drain(&mut conference, now);
    }
    assert_eq!(asks(&outputs), media(4, HERE.until(now).0));
    assert!(renews(&answers(&mut conference, now, Some(0))));
    conference.renewed(Role::Answerer);
    drain(&mut conference, now);
    let began = now;
    now = now + Millis(1_000);
    let outputs = missing(&mut conference, now, PeerState::Failed);
    assert_eq!(asks(&outputs), media(5, HERE.until(now).0), "since {began:?} over another one");
    // It is well, and what comes later is another trouble.
    missing(&mut conference, now, PeerState::Connected);
    let outputs = missing(&mut conference, now + Millis(9_000), PeerState::Disconnected);
    assert_eq!(asks(&outputs), media(1, 0));
}

#[test]
fn what_is_given_up_is_left_until_packets_come_or_the_network_is_another_one() {
    let mut conference = asked();
    missing(&mut conference, HERE, PeerState::Disconnected);
    let outputs = answers(&mut conference, HERE, None);
    assert!(outputs.is_empty() && conference.deadline().is_none(), "{outputs:?}");
    let later = HERE + Millis(60_000);
    conference.network_changed(later);
    let outputs = drain(&mut conference, later);
    assert!(restarts(&outputs) && asks(&outputs).is_empty(), "a hint needs no leave: {outputs:?}");
    missing(&mut conference, later, PeerState::Connected);
    let outputs = missing(&mut conference, later + Millis(6_000), PeerState::Disconnected);
    assert_eq!(asks(&outputs), media(1, 0));
}

#[test]
fn what_is_given_up_is_asked_about_again_when_the_browser_gives_up_too() {
    let mut conference = asked();
    missing(&mut conference, HERE, PeerState::Disconnected);
    assert!(answers(&mut conference, HERE, None).is_empty());
    let later = HERE + Millis(9_000);
    let outputs = missing(&mut conference, later, PeerState::Failed);
    assert_eq!(asks(&outputs).len(), 1);
    assert!(answers(&mut conference, later, None).is_empty());
    assert_eq!(conference.deadline(), None);
}

#[test]
fn a_room_that_refuses_us_is_asked_when_the_application_says() {
    let mut conference = asked();
    depart(&mut conference, HERE);
    let mut now = HERE;
    for (number, pause) in [(1, 0), (2, 4_000), (3, 60_000)] {
        conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
        assert_eq!(asks(&drain(&mut conference, now)), room(number, HERE.until(now).0));
        conference.retry(full(), Some(Millis(pause)));
        now = now + Millis(pause);
        assert_eq!(conference.deadline(), Some(now));
        assert_eq!(returns(&drain(&mut conference, now)), 1);
        depart(&mut conference, now);
    }
    // Its time is up: nobody is asked any more.
    conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
    let outputs = drain(&mut conference, now);
    assert_eq!((over(&outputs), asks(&outputs).len()), (Some(Reason::JoinFailed), 0));
}

#[test]
fn whoever_gives_up_a_room_is_out_of_it_for_the_reason_there_is() {
    for (awaits, code, reason) in [
        (0, ErrorCode::RoomNotFound, Reason::JoinFailed),
        (60_000, ErrorCode::RoomNotFound, Reason::RoomDestroyed),
        (60_000, ErrorCode::RoomFull, Reason::JoinFailed),
    ] {
        let mut conference = asked();
        conference.await_room(Millis(awaits));
        depart(&mut conference, HERE);
        conference.answer(Asked::Join, refused(code));
        assert_eq!(asks(&drain(&mut conference, HERE)), room(1, 0));
        conference.retry(Asker::Room(Error::new(code, "not now")), None);
        assert_eq!(over(&drain(&mut conference, HERE)), Some(reason), "{code:?}");
    }
}

#[test]
fn a_room_that_lets_us_in_is_asked_anew_the_next_time() {
    let mut conference = asked();
    depart(&mut conference, HERE);
    for (number, later) in [(1, 0), (2, 500)] {
        conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
        let now = HERE + Millis(later);
        assert_eq!(asks(&drain(&mut conference, now)), room(number, later));
        conference.retry(full(), Some(Millis(500)));
        drain(&mut conference, now + Millis(500));
        depart(&mut conference, now + Millis(500));
    }
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    let now = HERE + Millis(1_000);
    drain(&mut conference, now);
    depart(&mut conference, now);
    conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
    assert_eq!(asks(&drain(&mut conference, now)), room(1, 0));
}

#[test]
fn whoever_leaves_while_asked_is_not_back() {
    let mut conference = asked();
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomFull));
    drain(&mut conference, HERE);
    conference.end(Reason::Left, None);
    conference.retry(full(), Some(Millis(0)));
    let outputs = drain(&mut conference, HERE);
    assert_eq!((over(&outputs), returns(&outputs)), (Some(Reason::Left), 0));
}
