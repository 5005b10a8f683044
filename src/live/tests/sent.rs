//! What is made of a report about sending.

use super::*;

fn at(ms: f64, sent: u32, told: f64, lost: u32) -> Entries {
    let remote = json!({
        "id": "REMOTE", "type": "remote-inbound-rtp", "localId": "OUT", "timestamp": START + told,
        "packetsLost": lost, "jitter": 0.002, "roundTripTime": 0.03,
    });
    report(ms, &[outbound(json!({ "packetsSent": sent })), remote])
}

#[test]
fn the_receiver_tells_of_losses_and_its_last_word_stands_until_the_next() {
    let reports = [
        at(0.0, 100, 0.0, 4),
        at(1000.0, 200, 900.0, 14),
        at(2000.0, 300, 900.0, 14),
        at(3000.0, 400, 2900.0, 54),
    ];
    let seen: Vec<_> = (1..=4).map(|count| last(&reports[..count])).collect();
    let losses: Vec<_> = seen.iter().map(|stats| stats.loss_rate).collect();
    assert_eq!(losses, [None, Some(0.1), Some(0.1), Some(0.2)]);
    let lost: Vec<_> = seen.iter().map(|stats| stats.packets_lost).collect();
    assert_eq!(lost, [4.0, 14.0, 14.0, 54.0].map(Some));
    assert_eq!((seen[0].jitter, seen[0].round_trip_time), (Some(2.0), Some(30.0)));
}

#[test]
fn more_losses_than_packets_are_all_of_them() {
    let stats = last(&[at(0.0, 100, 0.0, 0), at(1000.0, 110, 1000.0, 50)]);
    assert_eq!(stats.loss_rate, Some(1.0));
}

/// Three layers, the biggest in the middle, each with more fields.
fn three(bytes: u32, more: &[Value; 3]) -> [Value; 3] {
    let layer =
        |rid: &str, ssrc: u32, size: (u32, u32), rates: (u32, u32), times: u32, at: usize| {
            let fields = json!({
                "id": rid, "rid": rid, "ssrc": ssrc, "frameWidth": size.0, "frameHeight": size.1,
                "framesPerSecond": rates.0, "framesSent": rates.1, "bytesSent": times * bytes,
            });
            with(outbound(fields), more[at].clone())
        };
    [
        layer("l", 3, (320, 180), (30, 90), 1, 0),
        layer("h", 1, (1280, 720), (25, 60), 5, 1),
        layer("m", 2, (640, 360), (30, 80), 2, 2),
    ]
}

fn configured(active: [bool; 3]) -> Line {
    let layers = move || {
        let all = ["h", "m", "l"].into_iter().zip(active);
        all.map(|(rid, active)| Encoding { rid: rid.to_owned(), active: Some(active) }).collect()
    };
    Line { encodings: Box::new(layers), ..line() }
}

/// `more`: of the layers l, h and m. `active`: of h, m and l, as configured.
fn simulcast(more: &[Value; 3], active: [bool; 3]) -> TrackStats {
    let reports = [0, 1000].map(|ms| report(f64::from(ms), &three(ms, more)));
    last_of(&reports, &[configured(active)])
}

fn nothing() -> [Value; 3] {
    [json!({}), json!({}), json!({})]
}

fn picture(stats: &TrackStats) -> [Option<f64>; 3] {
    [stats.frame_width, stats.frame_height, stats.frames_per_second]
}

const ALL: [bool; 3] = [true; 3];
const MIDDLE: [Option<f64>; 3] = [Some(640.0), Some(360.0), Some(30.0)];

#[test]
fn layers_are_added_up_and_the_biggest_gives_the_size() {
    let stats = simulcast(&nothing(), ALL);
    assert_eq!(stats.bitrate, Some(64_000.0));
    assert_eq!(picture(&stats), [1280.0, 720.0, 25.0].map(Some));
    assert_eq!(stats.frames, Some(90.0));
    let rates: Vec<_> = stats.layers.iter().map(|it| (it.rid.as_str(), it.bitrate)).collect();
    assert_eq!(rates, [("h", Some(40_000.0)), ("m", Some(16_000.0)), ("l", Some(8000.0))]);
    let least = LayerStats {
        rid: "l".to_owned(),
        bitrate: Some(8000.0),
        frame_width: Some(320.0),
        frame_height: Some(180.0),
        frames_per_second: Some(30.0),
        active: Some(true),
    };
    assert_eq!(stats.layers[2], least);
}

#[test]
fn layers_that_are_switched_off_give_no_size_as_the_browser_or_their_sender_says() {
    let on = json!({ "active": true });
    let said = simulcast(&[on.clone(), json!({ "active": false }), on], ALL);
    let configured = simulcast(&nothing(), [false, true, true]);
    for stats in [said, configured] {
        assert_eq!(picture(&stats), MIDDLE);
        let active: Vec<_> = stats.layers.iter().map(|layer| layer.active).collect();
        assert_eq!(active, [false, true, true].map(Some));
    }
    assert_eq!(picture(&simulcast(&nothing(), [false; 3])), [None; 3]);
    let off =
        json!({ "active": false, "frameWidth": 640, "frameHeight": 360, "framesPerSecond": 0 });
    assert_eq!(picture(&last(&[report(0.0, &[outbound(off)])])), [None; 3]);
}

#[test]
fn a_layer_that_is_held_back_has_no_size() {
    let held = json!({ "frameWidth": 0, "frameHeight": 0, "framesPerSecond": 0 });
    let stats = simulcast(&[json!({}), held, json!({})], ALL);
    assert_eq!(picture(&stats), MIDDLE);
    let LayerStats { frame_width, frame_height, frames_per_second, .. } = &stats.layers[0];
    assert_eq!([*frame_width, *frame_height, *frames_per_second], [None, None, Some(0.0)]);
    let still = simulcast(&[json!({}), json!({ "framesPerSecond": 0 }), json!({})], ALL);
    assert_eq!(picture(&still), MIDDLE);
}

#[test]
fn a_layer_that_begins_later_joins_the_sum_when_its_rate_is_known() {
    let ([l, h, _], [l1, h1, _]) = (three(0, &nothing()), three(1000, &nothing()));
    let rate = |first: &[Value], then: &[Value]| {
        last_of(&[report(0.0, first), report(1000.0, then)], &[configured(ALL)]).bitrate
    };
    assert_eq!(rate(std::slice::from_ref(&l), &[l1.clone(), h1.clone()]), Some(8000.0));
    assert_eq!(rate(&[l, h], &[l1, h1]), Some(48_000.0));
}

#[test]
fn what_limits_any_layer_limits_the_track() {
    let limited = |reason: &str| json!({ "qualityLimitationReason": reason });
    let of = |l, h, m| simulcast(&[l, h, m], ALL).limitation;
    let busy = of(limited("none"), limited("none"), limited("cpu"));
    assert_eq!(busy, Some(LimitedBy::Cpu));
    assert_eq!(of(json!({}), limited("none"), limited("none")), Some(LimitedBy::Nothing));
    assert_eq!(simulcast(&nothing(), ALL).limitation, None);
}
