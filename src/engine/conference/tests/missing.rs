//! People who are waited for after we took our place again.

use super::returning::{depart, listed, watching};
use super::*;
use crate::protocol::videoroom::answers::ParticipantInfo;
use crate::protocol::videoroom::event::Glimpse;

/// Back in a room in which nobody else is yet; when those who were there before are asked for.
fn back_alone() -> (Conference, Millis) {
    let mut conference = watching();
    conference.signalling(true);
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    drain(&mut conference, HERE);
    let due = conference.deadline().unwrap();
    (conference, due)
}

fn asks(outputs: &[Output]) -> usize {
    let whole = |output: &&Output| matches!(output, Output::LookAround { streams: true });
    outputs.iter().filter(whole).count()
}

fn here_again() -> Vec<ParticipantInfo> {
    vec![listed(1, false), listed(2, true), listed(50, false)]
}

/// The server says who is here, and what they publish.
fn told(conference: &mut Conference, here: Vec<ParticipantInfo>, seen: &[Glimpse]) -> Vec<Output> {
    conference.catch_up();
    assert!(!conference.caught_up(Ok(here), Ok(seen.to_vec()), false));
    let now = conference.now;
    drain(conference, now)
}

fn seen(mid: &str, kind: StreamKind, description: &str) -> Glimpse {
    Glimpse {
        kind,
        mid: mid.to_owned(),
        feed_id: Some(Id::from(2)),
        feed_display: Some("person 2".to_owned()),
        feed_mid: Some(mid.to_owned()),
        feed_description: Some(description.to_owned()),
        codec: Some("vp8".to_owned()),
        simulcast: None,
    }
}

fn microphone_and_camera() -> [Glimpse; 2] {
    [seen("0", StreamKind::Audio, "microphone"), seen("1", StreamKind::Video, "camera")]
}

fn left(outputs: &[Output]) -> usize {
    let left = |event: &&&Event| matches!(event, Event::Roster(Change::Left { .. }));
    events(outputs).iter().filter(left).count()
}

#[test]
fn who_has_not_come_is_asked_for_and_then_gone() {
    let (mut conference, due) = back_alone();
    assert_eq!(due, HERE + Millis(30_000));
    let outputs = drain(&mut conference, due);
    assert_eq!(asks(&outputs), 1, "{outputs:?}");
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    let outputs = told(&mut conference, vec![listed(1, false), listed(50, false)], &[]);
    let unsubscribed = |event: &&&Event| matches!(event, Event::Unsubscribed(_));
    assert_eq!(events(&outputs).iter().filter(unsubscribed).count(), 2);
    assert_eq!(left(&outputs), 1, "{outputs:?}");
    assert!(conference.roster().people().get(&Id::from(2)).is_none());
    assert_eq!(conference.deadline(), None);
}

#[test]
fn who_came_unheard_is_the_same_person() {
    let (mut conference, due) = back_alone();
    drain(&mut conference, due);
    let streams =
        [seen("0", StreamKind::Audio, "microphone"), seen("1", StreamKind::Video, "camera")];
    let outputs = told(&mut conference, here_again(), &streams);
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    assert_eq!(subscriptions(&outputs).len(), 1, "theirs is received again");
}

#[test]
fn nobody_is_given_up_while_nobody_can_be_asked() {
    let (mut conference, due) = back_alone();
    conference.signalling(false);
    assert_eq!(conference.deadline(), None);
    let late = due + Millis(60_000);
    assert!(drain(&mut conference, late).is_empty());
    conference.signalling(true);
    assert_eq!(asks(&drain(&mut conference, late)), 1);
    // The answer is lost on its way; what is asked when the way is there again says it as well.
    conference.catch_up();
    let lost = || Err(ErrorCode::ConnectionLost);
    conference.signalling(false);
    assert!(!conference.caught_up(lost().map(|()| Vec::new()), Ok(Vec::new()), false));
    assert!(drain(&mut conference, late).is_empty());
    conference.signalling(true);
    let outputs = told(&mut conference, vec![listed(1, false)], &[]);
    assert_eq!(left(&outputs), 1 + 1, "and who only watched: {outputs:?}");
}

#[test]
fn where_nobody_will_say_they_are_given_up() {
    let (mut conference, due) = back_alone();
    drain(&mut conference, due);
    conference.catch_up();
    assert!(conference.caught_up(Err(ErrorCode::Timeout), Ok(Vec::new()), false), "once more");
    conference.catch_up();
    assert!(!conference.caught_up(Err(ErrorCode::Timeout), Ok(Vec::new()), true));
    assert_eq!(left(&drain(&mut conference, due)), 1);
}

#[test]
fn where_everybody_is_back_nobody_is_asked_for() {
    let (mut conference, due) = back_alone();
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    drain(&mut conference, HERE);
    assert_eq!(asks(&drain(&mut conference, due + Millis(1_000))), 0);
}

#[test]
fn what_a_moderator_muted_stays_muted_though_the_server_does_not_repeat_it() {
    let mut conference = watching();
    conference.signalling(true);
    let (id, mid) = (Id::from(2), "1".to_owned());
    conference.room_event(RoomEvent::Moderated { id: id.clone(), mid, muted: true });
    let streams = microphone_and_camera();
    drain(&mut conference, HERE);
    let outputs = told(&mut conference, here_again(), &streams);
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    let person = conference.roster().people().get(&id).unwrap();
    let moderated = |mid: &str| person.streams.get(mid).unwrap().moderated;
    assert_eq!((moderated("0"), moderated("1")), (false, true));
}
