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
    conference.described(Role::Answerer, Jsep::answer("mine".to_owned()), Map::new());
    drain(&mut conference, HERE);
    conference.answer(Asked::Start, Ok(said(RoomEvent::Done)));
    assert_eq!(restarts(&drain(&mut conference, HERE)), 1);
}

#[test]
fn a_restart_waits_for_the_offer_that_is_being_answered() {
    let (mut conference, _) = listener(vec![publisher(2)]);
    conference.signalling(true);
    conference.answer(Asked::Subscribe, Ok(offered(&TWO, "offer")));
    drain(&mut conference, HERE);
    conference.network_changed(HERE);
    assert_eq!(restarts(&drain(&mut conference, HERE)), 0);
    conference.described(Role::Answerer, Jsep::answer("answer".to_owned()), Map::new());
    drain(&mut conference, HERE);
    conference.answer(Asked::Start, Ok(said(RoomEvent::Done)));
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
