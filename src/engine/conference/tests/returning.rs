//! Sessions that are lost, and places in the room that are taken again.

use super::*;
use crate::protocol::videoroom::answers::ParticipantInfo;

const TWO: [Option<(u64, &str)>; 2] = [Some((2, "0")), Some((2, "1"))];

/// Its session is gone and another is there.
pub(super) fn depart(conference: &mut Conference, now: Millis) -> Vec<Output> {
    conference.depart();
    let mut outputs = drain(conference, now);
    conference.signal_ready(now, ROUND_TRIP);
    outputs.extend(drain(conference, now));
    outputs
}

/// A listener who received everything of person 2.
pub(super) fn watching() -> Conference {
    let (mut conference, _) = listener(vec![publisher(2)]);
    receive(&mut conference, &TWO);
    conference
}

pub(super) fn refused(code: ErrorCode) -> Result<Said, Error> {
    Err(Error::new(code, "not now"))
}

pub(super) fn returns(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Return)).count()
}

pub(super) fn over(outputs: &[Output]) -> Option<Reason> {
    events(outputs).iter().find_map(|event| match event {
        Event::Over(reason, _) => Some(*reason),
        _ => None,
    })
}

#[test]
fn the_same_place_is_asked_for_and_nobody_is_told_of_a_loss() {
    let mut conference = watching();
    let outputs = depart(&mut conference, HERE);
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    let [Output::Publisher(Asked::Join, PublisherRequest::Join(join, None))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(join.id, Some(Id::from(1)));
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    let outputs = drain(&mut conference, HERE);
    assert!(matches!(subscriptions(&outputs)[..], [SubscriberRequest::Join(_)]));
    let outputs = receive(&mut conference, &TWO);
    let told = events(&outputs);
    assert!(told.iter().all(|event| matches!(event, Event::Resubscribed(..))), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn those_who_are_missing_twice_have_their_time_twice() {
    let mut conference = watching();
    conference.signalling(true);
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    drain(&mut conference, HERE);
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    drain(&mut conference, HERE + Millis(1_000));
    // Before the time of the first return is up, the server starts again.
    let again = HERE + Millis(9_000);
    depart(&mut conference, again);
    let outputs = drain(&mut conference, again + Millis(3_000));
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    let outputs = drain(&mut conference, again + Millis(4_000));
    assert!(matches!(events(&outputs)[..], [Event::Joined(_)]), "{outputs:?}");
    assert_eq!(conference.deadline(), Some(again + Millis(33_000)));
}

#[test]
fn who_comes_back_later_is_the_same_person() {
    let mut conference = watching();
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    let outputs = drain(&mut conference, HERE);
    assert!(subscriptions(&outputs).is_empty(), "the server knows nobody");
    conference.resynchronise(vec![listed(1, false), listed(50, false)], &[]);
    let later = HERE + Millis(9_000);
    conference.room_event(RoomEvent::Publishers(vec![publisher(2)]));
    let outputs = drain(&mut conference, later);
    assert!(events(&outputs).is_empty(), "{outputs:?}");
    assert_eq!(subscriptions(&outputs).len(), 1);
    let outputs = drain(&mut conference, later + Millis(60_000));
    assert!(events(&outputs).is_empty(), "{outputs:?}");
}

#[test]
fn a_track_that_is_not_wanted_meanwhile_is_let_go() {
    let mut conference = watching();
    conference.depart();
    let stream = StreamRef { feed: Id::from(2), mid: "1".to_owned() };
    conference.subscribe(stream.clone(), false);
    let outputs = drain(&mut conference, HERE);
    assert_eq!(events(&outputs), [&Event::Unsubscribed(stream)]);
}

#[test]
fn our_own_ghost_is_waited_for_and_then_another_id_will_do() {
    let mut conference = watching();
    let mut outputs = depart(&mut conference, HERE);
    let mut now = HERE;
    let mut ids = Vec::new();
    for _ in 0..20 {
        if let Some(Output::Publisher(_, PublisherRequest::Join(join, _))) = outputs.last() {
            ids.push(join.id.clone());
        }
        conference.answer(Asked::Join, refused(ErrorCode::IdTaken));
        drain(&mut conference, now);
        now = conference.deadline().unwrap();
        let due = drain(&mut conference, now);
        if over(&due).is_some() || ids.last() == Some(&None) {
            break;
        }
        assert_eq!(returns(&due), 1);
        outputs = depart(&mut conference, now);
    }
    assert!(now >= HERE + Millis(5_000) && now < HERE + Millis(8_000), "{now:?}");
    assert_eq!(ids.first(), Some(&Some(Id::from(1))));
    assert_eq!(ids.last(), Some(&None));
}

/// Somebody who joins with an id that stays taken, at the first time; when that was given up.
fn taken_at_first(join: JoinRoom, prepare: impl Fn(&mut Conference)) -> (Millis, Vec<Option<Id>>) {
    let mut conference = Conference::new(join, false);
    prepare(&mut conference);
    conference.signal_ready(HERE, ROUND_TRIP);
    let (mut now, mut ids) = (HERE, Vec::new());
    let mut outputs = drain(&mut conference, now);
    loop {
        let [Output::Publisher(Asked::Join, PublisherRequest::Join(join, None))] = &outputs[..]
        else {
            panic!("{outputs:?}")
        };
        ids.push(join.id.clone());
        conference.answer(Asked::Join, refused(ErrorCode::IdTaken));
        let told = drain(&mut conference, now);
        if let Some(reason) = over(&told) {
            assert_eq!(reason, Reason::JoinFailed);
            return (now, ids);
        }
        assert!(told.is_empty(), "{told:?}");
        now = conference.deadline().unwrap();
        assert_eq!(returns(&drain(&mut conference, now)), 1);
        outputs = depart(&mut conference, now);
    }
}

fn as_one() -> JoinRoom {
    JoinRoom { id: Some(Id::from(1)), ..join() }
}

#[test]
fn who_joins_for_the_first_time_hears_at_once_that_the_id_is_taken() {
    let (at, ids) = taken_at_first(as_one(), |_| {});
    assert_eq!((at, ids.len()), (HERE, 1));
}

#[test]
fn a_ghost_from_the_page_before_is_waited_for_and_no_longer() {
    for budget in [120_000, 0] {
        let (at, ids) = taken_at_first(as_one(), |conference| {
            conference.set_policy(Some(Millis(budget)), false);
            conference.expect_ghost();
        });
        assert!(at >= HERE + Millis(5_000) && at < HERE + Millis(7_000), "{at:?}");
        // The page chose it, so that no other one will do.
        assert!(ids.len() > 4 && ids.iter().all(|id| *id == Some(Id::from(1))), "{ids:?}");
    }
}

#[test]
fn a_ghost_that_goes_lets_us_in() {
    let mut conference = Conference::new(as_one(), false);
    conference.expect_ghost();
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::IdTaken));
    assert!(drain(&mut conference, HERE).is_empty(), "nobody is told");
    let soon = conference.deadline().unwrap();
    assert!(soon < HERE + Millis(500), "{soon:?}");
    assert_eq!(returns(&drain(&mut conference, soon)), 1);
    depart(&mut conference, soon);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert!(matches!(events(&drain(&mut conference, soon))[..], [Event::Joined(_), ..]));
}

#[test]
fn a_ghost_excuses_no_other_refusal() {
    for code in [ErrorCode::RoomNotFound, ErrorCode::Unauthorized, ErrorCode::RoomFull] {
        let mut conference = Conference::new(as_one(), false);
        conference.expect_ghost();
        conference.signal_ready(HERE, ROUND_TRIP);
        drain(&mut conference, HERE);
        conference.answer(Asked::Join, refused(code));
        assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed), "{code:?}");
    }
}

/// Who is on the way back and always refused with this gives up, in half a minute.
pub(super) fn gives_up_in_time(code: ErrorCode) {
    let mut conference = watching();
    depart(&mut conference, HERE);
    let mut now = HERE;
    let reason = loop {
        conference.answer(Asked::Join, refused(code));
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
fn a_room_that_stays_away_is_given_up_in_time() {
    gives_up_in_time(ErrorCode::RoomNotFound);
}

#[test]
fn a_refusal_that_will_not_change_is_final() {
    let mut conference = watching();
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::Unauthorized));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
}

#[test]
fn a_room_that_is_not_there_is_made() {
    let mut conference = Conference::new(join(), false);
    conference.make_room();
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Create]));
    conference.created(Err(Error::new(ErrorCode::RoomExists, "somebody was faster")));
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Return]));
    let outputs = depart(&mut conference, HERE);
    assert_eq!(outputs.len(), 1);
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert!(matches!(events(&drain(&mut conference, HERE))[..], [Event::Joined(_), ..]));
}

#[test]
fn a_room_that_cannot_be_made_is_an_error() {
    let mut conference = Conference::new(join(), false);
    conference.make_room();
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    drain(&mut conference, HERE);
    conference.created(Err(Error::new(ErrorCode::Unauthorized, "not you")));
    assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
}

#[test]
fn an_offer_that_is_refused_does_not_keep_us_out() {
    for code in [ErrorCode::RoomFull, ErrorCode::InvalidSdp] {
        let mut conference = Conference::new(join(), false);
        conference.negotiate();
        drain(&mut conference, HERE);
        let offer = Jsep::offer("mine".to_owned());
        conference.described(Role::Offerer, offer, camera_and_microphone());
        conference.signal_ready(HERE, ROUND_TRIP);
        drain(&mut conference, HERE);
        conference.answer(Asked::Join, refused(code));
        let outputs = drain(&mut conference, HERE);
        assert!(matches!(events(&outputs)[..], [Event::PublishRefused(_)]), "{outputs:?}");
        assert_eq!(returns(&outputs), 1);
        let outputs = depart(&mut conference, HERE);
        let [Output::Publisher(Asked::Join, PublisherRequest::Join(_, None))] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        // A room that has no place for listeners either.
        conference.answer(Asked::Join, refused(code));
        assert_eq!(over(&drain(&mut conference, HERE)), Some(Reason::JoinFailed));
    }
}

#[test]
fn what_is_taken_back_before_it_is_offered_is_not_offered() {
    let (mut conference, _) = listener(vec![]);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("nothing".to_owned()), Map::new());
    // What was published meanwhile goes over another.
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Renew(Role::Offerer)]));
    conference.emptied();
    assert!(drain(&mut conference, HERE).is_empty(), "nothing was");
    conference.negotiate();
    assert!(matches!(
        drain(&mut conference, HERE)[..],
        [Output::Peer(Role::Offerer, Step::Offer { .. })]
    ));
}

pub(super) fn listed(id: u64, publisher: bool) -> ParticipantInfo {
    ParticipantInfo {
        id: Id::from(id),
        display: None,
        metadata: None,
        dummy: false,
        remote: false,
        publisher,
        talking: None,
    }
}

/// The connection is back, and the server lists these.
fn caught_up(here: Vec<ParticipantInfo>) -> Vec<Output> {
    let mut conference = watching();
    conference.catch_up();
    conference.resynchronise(here, &[]);
    drain(&mut conference, HERE)
}

#[test]
fn who_was_sent_out_unnoticed_does_not_come_back() {
    let outputs = caught_up(vec![listed(2, true)]);
    assert_eq!((over(&outputs), returns(&outputs)), (Some(Reason::Kicked), 0));
}

#[test]
fn a_place_that_was_lost_unnoticed_is_taken_again() {
    for here in [Vec::new(), vec![listed(9, true)]] {
        let outputs = caught_up(here);
        assert_eq!((over(&outputs), returns(&outputs)), (None, 1));
        assert!(events(&outputs).is_empty());
    }
}

#[test]
fn a_place_that_is_there_is_kept() {
    let outputs = caught_up(vec![listed(1, false), listed(2, true), listed(50, false)]);
    assert!(outputs.is_empty(), "{outputs:?}");
}

#[test]
fn time_in_which_nobody_could_be_asked_is_no_refusal() {
    let mut conference = watching();
    let mut now = HERE;
    depart(&mut conference, now);
    for _ in 0..5 {
        conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
        drain(&mut conference, now);
        conference.signalling(false);
        now = now + Millis(60_000);
        conference.signalling(true);
        let outputs = depart(&mut conference, now);
        assert_eq!(over(&outputs), None);
    }
}

#[test]
fn a_page_that_wants_no_second_connection_wants_no_second_place() {
    let mut conference = watching();
    assert!(conference.belongs());
    conference.set_policy(Some(Millis(0)), false);
    assert!(!conference.belongs());
}

/// Somebody watching whose room was just ended.
fn ended(patience: Millis) -> (Conference, Vec<Output>) {
    let mut conference = watching();
    conference.await_room(patience);
    conference.room_event(RoomEvent::Destroyed);
    let outputs = drain(&mut conference, HERE);
    (conference, outputs)
}

#[test]
fn a_room_that_is_ended_is_over_at_once() {
    let (_, outputs) = ended(Millis(0));
    assert_eq!(over(&outputs), Some(Reason::RoomDestroyed));
}

#[test]
fn a_room_that_is_ended_and_made_again_is_joined_again() {
    let (mut conference, outputs) = ended(Millis(5_000));
    assert!(matches!(outputs[..], [Output::Return]), "{outputs:?}");
    depart(&mut conference, HERE);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert!(drain(&mut conference, HERE).is_empty());
    let soon = HERE + Millis(1_000);
    assert_eq!(returns(&drain(&mut conference, soon)), 1);
    assert!(events(&depart(&mut conference, soon)).is_empty());
    conference.answer(Asked::Join, Ok(joined(vec![publisher(2)])));
    assert!(matches!(events(&drain(&mut conference, soon))[..], [Event::Joined(_), ..]));
    // The next end has its time anew.
    conference.room_event(RoomEvent::Destroyed);
    assert!(matches!(drain(&mut conference, soon + Millis(60_000))[..], [Output::Return]));
}

#[test]
fn a_room_that_is_ended_and_not_made_again_is_over_in_the_end() {
    let (mut conference, _) = ended(Millis(5_000));
    conference.make_room();
    let late = HERE + Millis(5_000);
    depart(&mut conference, late);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    // Not made by ourselves: somebody ended it on purpose.
    assert_eq!(over(&drain(&mut conference, late)), Some(Reason::RoomDestroyed));
}

#[test]
fn a_room_that_was_ended_while_we_were_away_is_waited_for_as_well() {
    let mut conference = watching();
    conference.await_room(Millis(5_000));
    conference.make_room();
    conference.catch_up();
    conference.resynchronise(Vec::new(), &[]);
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Return]));
    let late = HERE + Millis(5_000);
    depart(&mut conference, late);
    conference.answer(Asked::Join, refused(ErrorCode::RoomNotFound));
    assert_eq!(over(&drain(&mut conference, late)), Some(Reason::RoomDestroyed));
}
