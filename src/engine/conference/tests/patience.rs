//! For how long a room that refuses us is asked again, and how often.

use super::returning::{depart, over, refused, returns, watching};
use super::*;

/// Refused with these by turns until it is given up: why, when, and the pauses.
fn refused_by(conference: &mut Conference, codes: &[ErrorCode]) -> (Reason, Millis, Vec<u64>) {
    let (mut now, mut pauses) = (HERE, Vec::new());
    depart(conference, now);
    for code in codes.iter().cycle() {
        conference.answer(Asked::Join, refused(*code));
        let outputs = drain(conference, now);
        if let Some(reason) = over(&outputs) {
            return (reason, HERE.until(now), pauses);
        }
        let due = conference.deadline().unwrap();
        pauses.push(now.until(due).0);
        now = due;
        assert_eq!(returns(&drain(conference, now)), 1);
        depart(conference, now);
    }
    unreachable!()
}

/// The same of somebody whose page allows so much: for the way back, and for a room that was ended.
fn gives_up(budget: Option<u64>, awaits: u64, codes: &[ErrorCode]) -> (Reason, u64, Vec<u64>) {
    let mut conference = watching();
    conference.set_policy(budget.map(Millis), false);
    conference.await_room(Millis(awaits));
    let (reason, after, pauses) = refused_by(&mut conference, codes);
    // The last attempt is the first after the end.
    (reason, after.0 / 5_000 * 5, pauses)
}

const GONE: &[ErrorCode] = &[ErrorCode::RoomNotFound];
const FULL: &[ErrorCode] = &[ErrorCode::RoomFull];

#[test]
fn half_a_minute_is_the_time_where_the_page_chose_none_and_what_it_chose_counts() {
    for codes in [GONE, FULL, &[ErrorCode::IdTaken, ErrorCode::Timeout]] {
        for (budget, until) in [(None, 30), (Some(10_000), 10), (Some(90_000), 90)] {
            let (reason, after, _) = gives_up(budget, 0, codes);
            assert_eq!((reason, after), (Reason::JoinFailed, until), "{budget:?} {codes:?}");
        }
    }
}

#[test]
fn a_room_that_went_with_its_server_is_waited_for_like_one_that_was_ended() {
    for (budget, awaits, until) in [
        (None, 300_000, 300),
        (None, 5_000, 30),
        (Some(5_000), 20_000, 20),
        (Some(60_000), 20_000, 60),
    ] {
        let (reason, after, _) = gives_up(budget, awaits, GONE);
        assert_eq!((reason, after), (Reason::RoomDestroyed, until), "{budget:?} {awaits}");
        // It is there, and has no place for us.
        let until = budget.map_or(30, |budget| budget / 1_000);
        let (reason, after, _) = gives_up(budget, awaits, FULL);
        assert_eq!((reason, after), (Reason::JoinFailed, until), "{budget:?} {awaits}");
    }
}

#[test]
fn what_takes_long_is_asked_less_often() {
    for (budget, awaits, codes) in [(Some(60_000), 0, FULL), (None, 60_000, GONE)] {
        let (_, _, pauses) = gives_up(budget, awaits, codes);
        // A room that is awaited is asked less often soon.
        let quick = if codes == FULL { 30 } else { 1 };
        assert_eq!(pauses[..3], [250, 500, 1_000]);
        assert_eq!(pauses.iter().filter(|pause| **pause == 1_000).count(), quick);
        assert_eq!(pauses[quick + 2..][..4], [2_000, 4_000, 5_000, 5_000], "{pauses:?}");
    }
}

#[test]
fn time_in_which_nobody_could_be_asked_is_no_waiting_for_a_room() {
    let mut conference = watching();
    conference.await_room(Millis(60_000));
    let mut now = HERE;
    depart(&mut conference, now);
    for _ in 0..5 {
        conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
        assert_eq!(over(&drain(&mut conference, now)), None);
        conference.signalling(false);
        now = now + Millis(50_000);
        conference.signalling(true);
        depart(&mut conference, now);
    }
}

#[test]
fn who_makes_rooms_makes_none_that_was_ended_while_the_connection_is_away() {
    let mut conference = watching();
    conference.await_room(Millis(60_000));
    conference.make_room();
    conference.room_event(RoomEvent::Destroyed);
    drain(&mut conference, HERE);
    conference.signalling(false);
    conference.signalling(true);
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert!(drain(&mut conference, HERE).is_empty(), "it is waited for");
}

#[test]
fn who_may_make_the_room_does_not_wait_for_it() {
    let mut conference = watching();
    conference.await_room(Millis(60_000));
    conference.make_room();
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Create]));
}

#[test]
fn a_first_join_waits_for_no_room() {
    let mut conference = Conference::new(join(), false);
    conference.await_room(Millis(60_000));
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
}
