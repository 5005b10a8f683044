//! Who speaks, as the server says: its word is made up for where it was lost, and forgotten where the server forgot it.

use super::returning::{depart, listed, watching};
use super::*;
use crate::protocol::videoroom::answers::ParticipantInfo;

fn talking(id: u64, talking: bool) -> RoomEvent {
    RoomEvent::Talking { id: Id::from(id), mid: "0".to_owned(), mindex: None, level: None, talking }
}

fn speaks(id: u64, speaks: bool) -> Event {
    Event::Roster(Change::Speaking(Id::from(id), speaks))
}

/// On the list, with whether they speak where the server says so.
fn heard(id: u64, talking: Option<bool>) -> ParticipantInfo {
    ParticipantInfo { talking, ..listed(id, true) }
}

/// Who watches, and speaks like person 2.
fn both_speak() -> Conference {
    let mut conference = watching();
    conference.room_event(talking(1, true));
    conference.room_event(talking(2, true));
    let outputs = drain(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::LocalSpeaking(true), &speaks(2, true)]);
    conference
}

/// The connection is back, and these are here; what is told.
fn back(conference: &mut Conference, mut here: Vec<ParticipantInfo>) -> Vec<Event> {
    here.push(listed(50, false));
    conference.catch_up();
    conference.resynchronise(here, &[]);
    events(&drain(conference, HERE)).into_iter().cloned().collect()
}

#[test]
fn who_fell_silent_while_the_connection_was_away_is_silent() {
    for word in [Some(false), None] {
        let mut conference = both_speak();
        let told = back(&mut conference, vec![heard(1, word), heard(2, word)]);
        assert_eq!(told, [Event::LocalSpeaking(false), speaks(2, false)]);
        assert_eq!(back(&mut conference, vec![heard(1, word), heard(2, word)]), []);
    }
}

#[test]
fn who_began_while_the_connection_was_away_speaks() {
    let mut conference = watching();
    let here = || vec![heard(1, Some(true)), heard(2, Some(true))];
    let told = back(&mut conference, here());
    assert_eq!(told, [Event::LocalSpeaking(true), speaks(2, true)]);
    assert_eq!(back(&mut conference, here()), [], "it is known");
}

#[test]
fn a_room_that_announces_nobody_says_nothing_of_anybody() {
    let mut conference = watching();
    assert_eq!(back(&mut conference, vec![heard(1, Some(false)), heard(2, Some(false))]), []);
}

#[test]
fn what_was_told_since_it_was_asked_is_newer_than_the_answer() {
    let mut conference = both_speak();
    conference.catch_up();
    conference.room_event(talking(1, false));
    conference.room_event(talking(2, false));
    drain(&mut conference, HERE);
    let here = vec![heard(1, Some(true)), heard(2, Some(true)), listed(50, false)];
    conference.resynchronise(here, &[]);
    assert_eq!(events(&drain(&mut conference, HERE)).len(), 0);
}

#[test]
fn with_our_place_the_word_about_everybody_is_gone() {
    let mut conference = both_speak();
    let outputs = depart(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::LocalSpeaking(false), &speaks(2, false)]);
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    drain(&mut conference, HERE);
    assert!(!conference.roster().people().get(&Id::from(2)).unwrap().speaking);
    conference.room_event(talking(2, true));
    assert_eq!(
        events(&drain(&mut conference, HERE)),
        [&speaks(2, true)],
        "the server says so anew"
    );
}

#[test]
fn who_speaks_all_the_while_is_told_by_the_answer_to_joining() {
    let mut conference = both_speak();
    depart(&mut conference, HERE);
    let still = Publisher { talking: Some(true), ..publisher(2) };
    conference.answer(Asked::Join, Ok(joined(vec![still])));
    let outputs = drain(&mut conference, HERE);
    assert!(events(&outputs).contains(&&speaks(2, true)), "{outputs:?}");
}

#[test]
fn with_what_somebody_publishes_the_word_about_them_is_gone() {
    for event in [RoomEvent::Unpublished(someone(2)), RoomEvent::Leaving(someone(2))] {
        let mut conference = both_speak();
        conference.room_event(event);
        let outputs = drain(&mut conference, HERE);
        assert_eq!(events(&outputs).first(), Some(&&speaks(2, false)), "{outputs:?}");
    }
}

#[test]
fn with_the_connection_that_sends_the_word_about_us_is_gone() {
    let mut conference = in_with_an_offer();
    conference.room_event(talking(1, true));
    drain(&mut conference, HERE);
    conference.hangup(Role::Offerer, "DTLS alert");
    let outputs = drain(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::LocalSpeaking(false)]);
    assert!(outputs.iter().any(|output| matches!(output, Output::Renew(Role::Offerer))));
}
