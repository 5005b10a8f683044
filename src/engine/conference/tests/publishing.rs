//! What we publish, while the peer connection it goes over is refused, hung up and made anew.

use super::*;

fn refused() -> Error {
    Error::video_room(432, "Maximum number of publishers", "publish")
}

fn answered(sdp: &str) -> Said {
    Said { jsep: Some(Jsep::answer(sdp.to_owned())), ..said(RoomEvent::Done) }
}

fn renewals(outputs: &[Output]) -> usize {
    let renewal = |output: &&Output| matches!(output, Output::Renew(Role::Offerer));
    outputs.iter().filter(renewal).count()
}

fn steps(outputs: Vec<Output>) -> Vec<Step> {
    let step = |output| match output {
        Output::Peer(Role::Offerer, step) => Some(step),
        _ => None,
    };
    outputs.into_iter().filter_map(step).collect()
}

/// The browser makes an offer of what the camera and the microphone bring; the requests that follow.
fn offer(conference: &mut Conference, sdp: &str, now: Millis) -> Vec<PublisherRequest> {
    let made = steps(drain(conference, now));
    assert!(matches!(made[..], [Step::Offer { .. }]), "{made:?}");
    conference.described(Role::Offerer, Jsep::offer(sdp.to_owned()), camera_and_microphone());
    let request = |output| match output {
        Output::Publisher(Asked::Offer, request) => Some(request),
        _ => None,
    };
    drain(conference, now).into_iter().filter_map(request).collect()
}

/// In the room, with camera and microphone published.
fn on_air() -> Conference {
    let (mut conference, _) = listener(Vec::new());
    conference.negotiate();
    offer(&mut conference, "first", HERE);
    conference.answer(Asked::Offer, Ok(answered("yes")));
    drain(&mut conference, HERE);
    conference.applied();
    conference.webrtc_up(Role::Offerer);
    drain(&mut conference, HERE);
    conference
}

#[test]
fn after_a_refusal_what_is_left_goes_over_a_fresh_peer_connection() {
    let mut conference = on_air();
    conference.negotiate();
    assert!(matches!(offer(&mut conference, "more", HERE)[..], [PublisherRequest::Offer(..)]));
    conference.answer(Asked::Offer, Err(refused()));
    conference.advance(HERE);
    assert!(matches!(conference.poll(), Some(Output::Event(Event::PublishRefused(_)))));
    assert_eq!(conference.local().len(), 2, "whoever hears it can see what was refused");
    conference.negotiate();
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
    conference.renewed(Role::Offerer);
    assert!(matches!(offer(&mut conference, "less", HERE)[..], [PublisherRequest::Publish(..)]));
}

#[test]
fn what_is_refused_with_nothing_new_in_it_is_offered_again_though_ever_later() {
    let mut conference = on_air();
    let (mut now, mut pauses, mut failures) = (HERE, Vec::new(), 0);
    conference.negotiate();
    for _ in 0..9 {
        offer(&mut conference, "the same", now);
        conference.answer(Asked::Offer, Err(refused()));
        drain(&mut conference, now);
        conference.publish_again(refused());
        let mut outputs = drain(&mut conference, now);
        let failed = |event: &&&Event| matches!(event, Event::PublishFailed(_));
        failures += events(&outputs).iter().filter(failed).count();
        let began = now;
        if renewals(&outputs) == 0 {
            now = conference.deadline().unwrap();
            assert!(drain(&mut conference, Millis(now.0 - 1)).is_empty());
            outputs = drain(&mut conference, now);
        }
        assert_eq!(renewals(&outputs), 1);
        pauses.push((now.0 - began.0) / 1_000);
        conference.renewed(Role::Offerer);
    }
    assert_eq!(pauses, [0, 0, 0, 2, 4, 8, 16, 16, 16]);
    assert_eq!(failures, 1, "it is told once");
}

#[test]
fn what_leaves_an_offer_empty_is_offered_ever_later_unless_it_is_gone() {
    let (mut conference, _) = listener(Vec::new());
    conference.negotiate();
    let mut now = HERE;
    let mut make = |conference: &mut Conference| {
        drain(conference, now);
        conference.described(Role::Offerer, Jsep::offer("nothing".to_owned()), Map::new());
        let (began, mut outputs) = (now, drain(conference, now));
        if renewals(&outputs) == 0 {
            now = conference.deadline().unwrap();
            outputs = drain(conference, now);
        }
        assert_eq!(renewals(&outputs), 1);
        (now.0 - began.0) / 1_000
    };
    let mut pauses = Vec::new();
    for _ in 0..6 {
        pauses.push(make(&mut conference));
        conference.renewed(Role::Offerer);
    }
    assert_eq!(pauses, [0, 0, 0, 2, 4, 8]);
    make(&mut conference);
    conference.emptied();
    conference.negotiate();
    assert_eq!(make(&mut conference), 0, "what was taken back is no failure");
}

#[test]
fn a_pause_ends_with_a_wish_and_not_without_signalling() {
    let mut conference = on_air();
    for _ in 0..4 {
        conference.step_failed(Role::Offerer, refused());
        if renewals(&drain(&mut conference, HERE)) == 1 {
            conference.renewed(Role::Offerer);
            drain(&mut conference, HERE);
        }
    }
    conference.signalling(false);
    assert_eq!(conference.deadline(), None);
    assert_eq!(renewals(&drain(&mut conference, HERE + Millis(60_000))), 0);
    conference.signalling(true);
    assert_eq!(renewals(&drain(&mut conference, HERE + Millis(60_000))), 1);

    conference.renewed(Role::Offerer);
    drain(&mut conference, HERE);
    conference.step_failed(Role::Offerer, refused());
    assert_eq!(renewals(&drain(&mut conference, HERE)), 0);
    conference.negotiate();
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
}

#[test]
fn a_channel_that_is_opened_on_each_of_them_is_no_new_wish() {
    let mut conference = on_air();
    conference.data_opened();
    offer(&mut conference, "with data", HERE);
    conference.answer(Asked::Offer, Ok(answered("yes")));
    let (mut now, mut pauses, mut failures) = (HERE, Vec::new(), 0);
    for _ in 0..6 {
        conference.step_failed(Role::Offerer, refused());
        let (began, mut outputs) = (now, drain(&mut conference, now));
        let failed = |event: &&&Event| matches!(event, Event::PublishFailed(_));
        failures += events(&outputs).iter().filter(failed).count();
        if renewals(&outputs) == 0 {
            now = conference.deadline().unwrap();
            outputs = drain(&mut conference, now);
        }
        assert_eq!(renewals(&outputs), 1);
        pauses.push((now.0 - began.0) / 1_000);
        conference.data_opened();
        conference.renewed(Role::Offerer);
    }
    assert_eq!((&pauses[..], failures), (&[0, 0, 0, 2, 4, 8][..], 1));
}

#[test]
fn a_pause_ends_with_another_network() {
    let mut conference = on_air();
    conference.signalling(true);
    for _ in 0..4 {
        conference.step_failed(Role::Offerer, refused());
        if renewals(&drain(&mut conference, HERE)) == 1 {
            conference.renewed(Role::Offerer);
            drain(&mut conference, HERE);
        }
    }
    assert_eq!(renewals(&drain(&mut conference, HERE)), 0);
    conference.network_changed(HERE);
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
}

#[test]
fn one_that_comes_up_is_mended_at_once_the_next_time() {
    let mut conference = on_air();
    for _ in 0..20 {
        conference.step_failed(Role::Offerer, refused());
        assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
        conference.renewed(Role::Offerer);
        drain(&mut conference, HERE);
        conference.webrtc_up(Role::Offerer);
    }
}

#[test]
fn while_it_is_made_anew_wishes_and_hang_ups_wait() {
    let mut conference = on_air();
    conference.hangup(Role::Offerer, "ICE failed");
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
    conference.hangup(Role::Offerer, "DTLS alert");
    conference.step_failed(Role::Offerer, refused());
    conference.negotiate();
    conference.mute("0", true);
    assert!(drain(&mut conference, HERE).is_empty());
    assert_eq!(conference.deadline(), None);

    conference.renewed(Role::Offerer);
    // The server says it late.
    conference.hangup(Role::Offerer, "DTLS alert");
    let requests = offer(&mut conference, "second", HERE);
    assert!(matches!(requests[..], [PublisherRequest::Publish(..)]), "once: {requests:?}");
    conference.hangup(Role::Offerer, "DTLS alert");
    assert!(drain(&mut conference, HERE).is_empty());
    conference.answer(Asked::Offer, Ok(answered("yes")));
    conference.hangup(Role::Offerer, "DTLS alert");
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1, "this one means it");
}

#[test]
fn an_answer_to_the_former_peer_connection_is_not_given_to_the_next() {
    for late in [Ok(answered("former")), Err(refused())] {
        let mut conference = on_air();
        conference.negotiate();
        offer(&mut conference, "former", HERE);
        conference.hangup(Role::Offerer, "ICE failed");
        assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
        conference.renewed(Role::Offerer);
        offer(&mut conference, "present", HERE);
        conference.answer(Asked::Offer, late);
        assert!(drain(&mut conference, HERE).is_empty());
        conference.answer(Asked::Offer, Ok(answered("present")));
        let applied = steps(drain(&mut conference, HERE));
        assert_eq!(applied, [Step::Apply("present".to_owned())]);
    }
}

#[test]
fn what_joining_offered_before_is_not_answered_to_the_next_either() {
    let mut conference = Conference::new(join(), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("former".to_owned()), camera_and_microphone());
    conference.signal_ready(HERE, ROUND_TRIP);
    drain(&mut conference, HERE);
    conference.step_failed(Role::Offerer, refused());
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
    conference.renewed(Role::Offerer);
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("present".to_owned()), camera_and_microphone());
    let jsep = Some(Jsep::answer("former".to_owned()));
    conference.answer(Asked::Join, Ok(Said { jsep, ..joined(Vec::new()) }));
    let outputs = drain(&mut conference, HERE);
    let is_publish =
        |output: &Output| matches!(output, Output::Publisher(_, PublisherRequest::Publish(..)));
    assert!(outputs.iter().any(is_publish), "{outputs:?}");
    assert!(steps(outputs).is_empty());
    conference.answer(Asked::Offer, Ok(answered("present")));
    assert_eq!(steps(drain(&mut conference, HERE)), [Step::Apply("present".to_owned())]);
}

#[test]
fn what_is_published_while_an_offer_is_made_that_holds_nothing_goes_over_the_next() {
    let (mut conference, _) = listener(Vec::new());
    conference.negotiate();
    let made = steps(drain(&mut conference, HERE));
    assert!(matches!(made[..], [Step::Offer { .. }]), "{made:?}");
    // Taken back, and published again, which the offer does not know of.
    conference.negotiate();
    conference.negotiate();
    conference.described(Role::Offerer, Jsep::offer("nothing".to_owned()), Map::new());
    assert_eq!(renewals(&drain(&mut conference, HERE)), 1);
    conference.renewed(Role::Offerer);
    assert!(matches!(offer(&mut conference, "again", HERE)[..], [PublisherRequest::Publish(..)]));
}

#[test]
fn where_nothing_is_left_to_publish_nothing_is_offered() {
    let mut conference = on_air();
    conference.hangup(Role::Offerer, "ICE failed");
    drain(&mut conference, HERE);
    conference.emptied();
    assert!(drain(&mut conference, HERE).is_empty());
    conference.negotiate();
    assert!(matches!(offer(&mut conference, "again", HERE)[..], [PublisherRequest::Publish(..)]));
}

/// The mids of what is added again, in the order in which that is done, where browsers number m-lines as they are added.
fn again(before: &[&str]) -> Vec<(String, usize)> {
    let (mut lines, mut added) = (0, Vec::new());
    for line in 0..=KEPT_LINES {
        let named = |mid: &&&str| line_again(Some(**mid).filter(|mid| *mid != "none")) == line;
        for mid in before.iter().filter(named) {
            lines = lines.max(line % KEPT_LINES);
            added.push(((*mid).to_owned(), lines as usize));
            lines += 1;
        }
    }
    added
}

#[test]
fn what_is_published_again_has_the_mids_it_had() {
    let mid = |mid: &str, line: usize| (mid.to_owned(), line);
    assert_eq!(again(&["0", "1"]), [mid("0", 0), mid("1", 1)]);
    // Data had the first m-line, and what had the third is published no longer.
    assert_eq!(again(&["1", "3"]), [mid("1", 1), mid("3", 3)]);
    // Published first, and moved when its codec was another.
    assert_eq!(again(&["4", "1"]), [mid("1", 1), mid("4", 4)]);
    assert_eq!(again(&[]), []);
}

#[test]
fn what_had_no_mid_follows_in_its_order() {
    let told = again(&["none", "2", "", "0"]);
    let told: Vec<(&str, usize)> = told.iter().map(|(mid, line)| (mid.as_str(), *line)).collect();
    assert_eq!(told, [("0", 0), ("2", 2), ("none", 3), ("", 4)]);
    // No number, or one that would take as many m-lines.
    let told = again(&["camera", "200", "999999"]);
    assert_eq!(told.iter().map(|(_, line)| *line).collect::<Vec<usize>>(), [0, 1, 2]);
}

#[test]
fn whatever_was_there_comes_once_and_under_its_mid() {
    let names: Vec<String> = (0..8).map(|mid| mid.to_string()).collect();
    for present in 0_u32..256 {
        let there = |at: &usize| present >> at & 1 == 1;
        let mids = (0..8).filter(there).filter_map(|at| names.get(at)).map(String::as_str);
        // Last first, and what has no mid before them all.
        let before: Vec<&str> = mids.chain(["none"]).rev().collect();
        let told = again(&before);
        assert_eq!(told.len(), before.len());
        for (mid, line) in told.iter().filter(|(mid, _)| mid != "none") {
            assert_eq!(mid, &line.to_string(), "{before:?}");
        }
    }
}
