//! What is made of reports, by what browsers were seen to say.
//!
//! The same cases as in `tests/media/reports.test.mjs`.

use serde_json::{Value, json};

use super::digest::{Digest, Direction, LayerStats, LimitedBy, TrackStats, digest};
use super::report::{Encoding, Entries, Fields, Line};
use crate::protocol::videoroom::StreamKind;

impl Fields for &Value {
    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }
}

/// When made-up reports begin, ms since 1970, as browsers have it.
const START: f64 = 1_790_000_000_000.0;

/// An entry with others' fields over its own.
fn with(mut entry: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("an object") };
    for (name, value) in fields {
        entry[name] = value;
    }
    entry
}

fn inbound(fields: Value) -> Value {
    with(
        json!({ "id": "IN", "type": "inbound-rtp", "kind": "video", "mid": "0", "ssrc": 7 }),
        fields,
    )
}

fn outbound(fields: Value) -> Value {
    with(
        json!({ "id": "OUT", "type": "outbound-rtp", "kind": "video", "mid": "0", "ssrc": 7 }),
        fields,
    )
}

/// A report at so many ms.
fn report(ms: f64, entries: &[Value]) -> Entries {
    let at = |entry: &Value| with(json!({ "timestamp": START + ms }), entry.clone());
    let entries: Vec<Value> = entries.iter().map(at).collect();
    Entries::read(&entries)
}

fn line() -> Line {
    Line {
        mid: "0".to_owned(),
        kind: StreamKind::Video,
        sends: true,
        receives: true,
        sent_track: Some("sent".to_owned()),
        received_track: "received".to_owned(),
        sources: Box::new(Vec::new),
        encodings: Box::new(Vec::new),
    }
}

/// What the last of several reports comes to.
fn digests(reports: &[Entries], lines: &[Line]) -> Digest {
    let mut last = None;
    for report in reports {
        last = digest(report, lines, last.as_ref()).or(last);
    }
    last.expect("a report")
}

/// The track of the last of several reports.
fn last_of(reports: &[Entries], lines: &[Line]) -> TrackStats {
    digests(reports, lines).tracks.get("0").expect("a track").clone()
}

fn last(reports: &[Entries]) -> TrackStats {
    last_of(reports, &[line()])
}

fn rates(stats: &TrackStats) -> [Option<f64>; 4] {
    [stats.bitrate, stats.frames_per_second, stats.loss_rate, stats.jitter_buffer_delay]
}

mod received {
    use super::*;

    #[test]
    fn nothing_is_known_of_what_the_browser_leaves_out() {
        for (entry, direction) in
            [(inbound(json!({})), Direction::Receive), (outbound(json!({})), Direction::Send)]
        {
            let TrackStats { mid, direction: seen, kind, .. } = last(&[report(0.0, &[entry])]);
            assert_eq!((mid.as_str(), seen, kind), ("0", direction, StreamKind::Video));
        }
        let nothing = digests(&[report(0.0, &[])], &[]);
        assert_eq!(nothing.connection, crate::live::ConnectionStats::default());
        assert!(nothing.tracks.is_empty() && nothing.returned.is_empty());
    }

    #[test]
    fn rates_are_between_two_reads_and_unknown_at_the_first() {
        let first = inbound(json!({
            "bytesReceived": 1000, "framesDecoded": 10, "packetsReceived": 90, "packetsLost": 10,
            "jitterBufferDelay": 1, "jitterBufferEmittedCount": 10, "jitter": 0.004,
            "totalFreezesDuration": 0.5, "freezeCount": 1,
        }));
        let at_0 = last(&[report(0.0, std::slice::from_ref(&first))]);
        assert_eq!(rates(&at_0), [None; 4]);
        assert_eq!(
            [at_0.packets_lost, at_0.jitter, at_0.freeze_count, at_0.freeze_duration, at_0.frames],
            [10.0, 4.0, 1.0, 500.0, 10.0].map(Some)
        );
        let then = inbound(json!({
            "bytesReceived": 6000, "framesDecoded": 70, "packetsReceived": 120, "packetsLost": 20,
            "jitterBufferDelay": 4, "jitterBufferEmittedCount": 70,
        }));
        let at_2 = last(&[report(0.0, &[first]), report(2000.0, &[then])]);
        assert_eq!(rates(&at_2), [20_000.0, 30.0, 0.25, 50.0].map(Some));
    }

    #[test]
    fn the_browsers_own_pictures_per_second_count() {
        let at = |frames| inbound(json!({ "framesDecoded": frames, "framesPerSecond": 24 }));
        let stats = last(&[report(0.0, &[at(10)]), report(2000.0, &[at(70)])]);
        assert_eq!(stats.frames_per_second, Some(24.0));
    }

    #[test]
    fn counters_that_go_back_give_no_rates_and_never_negative_ones() {
        let at = |ms, count| {
            let fields = json!({
                "bytesReceived": count, "framesDecoded": count, "packetsReceived": count,
                "packetsLost": 0, "jitterBufferDelay": count, "jitterBufferEmittedCount": count,
            });
            report(ms, &[inbound(fields)])
        };
        assert_eq!(rates(&last(&[at(0.0, 1000), at(1000.0, 10)])), [None; 4]);
        let on = last(&[at(0.0, 1000), at(1000.0, 10), at(2000.0, 20)]);
        assert_eq!(rates(&on), [80.0, 10.0, 0.0, 1000.0].map(Some));
    }

    #[test]
    fn a_new_ssrc_begins_anew_also_when_its_counters_are_higher() {
        let first = inbound(json!({ "bytesReceived": 1000, "ssrc": 1 }));
        let then = inbound(json!({ "bytesReceived": 900_000, "ssrc": 2 }));
        let reports = [
            report(0.0, std::slice::from_ref(&first)),
            report(1000.0, std::slice::from_ref(&then)),
        ];
        assert_eq!(last(&reports).bitrate, None);
        let old = with(first, json!({ "id": "old", "lastPacketReceivedTimestamp": 1 }));
        let new = json!({ "id": "new", "lastPacketReceivedTimestamp": 2, "frameWidth": 320 });
        let new = with(then, new);
        for both in [[old.clone(), new.clone()], [new, old]] {
            assert_eq!(last(&[report(0.0, &both)]).frame_width, Some(320.0));
        }
    }

    #[test]
    fn packets_that_come_late_take_no_loss_back() {
        let at =
            |received, lost| inbound(json!({ "packetsReceived": received, "packetsLost": lost }));
        let stats = last(&[report(0.0, &[at(100, 5)]), report(1000.0, &[at(200, 3)])]);
        assert_eq!((stats.packets_lost, stats.loss_rate), (Some(3.0), Some(0.0)));
        let still = last(&[report(0.0, &[at(100, 5)]), report(1000.0, &[at(100, 5)])]);
        assert_eq!(still.loss_rate, None, "nothing was to arrive");
    }

    #[test]
    fn the_same_report_again_says_the_same() {
        let at = |ms, bytes| report(ms, &[inbound(json!({ "bytesReceived": bytes }))]);
        let stats = last(&[at(0.0, 1000), at(1000.0, 2000), at(1000.0, 2000)]);
        assert_eq!(stats.bitrate, Some(8000.0));
        assert_eq!(
            last(&[at(1000.0, 1000), at(0.0, 2000)]).bitrate,
            None,
            "a clock that goes back"
        );
    }

    #[test]
    fn times_may_be_microseconds() {
        let at = |ms: f64| {
            let time = (START + ms) * 1000.0;
            report(0.0, &[inbound(json!({ "bytesReceived": ms, "timestamp": time }))])
        };
        assert_eq!(last(&[at(0.0), at(2000.0)]).bitrate, Some(8000.0));
    }

    #[test]
    fn old_safari_keeps_half_of_it_in_entries_of_tracks() {
        let track =
            json!({ "id": "T", "type": "track", "frameWidth": 640, "frameHeight": 360, "ssrc": 1 });
        let fields =
            json!({ "kind": null, "trackId": "T", "mediaType": "audio", "framesDecoded": 3 });
        let stats = last(&[report(0.0, &[track, inbound(fields)])]);
        let numbers = [stats.frame_width, stats.frame_height, stats.frames];
        assert_eq!(numbers, [640.0, 360.0, 3.0].map(Some));
        assert_eq!(stats.kind, StreamKind::Audio);
    }

    #[test]
    fn a_codec_is_named_as_people_name_it() {
        let codec = json!({ "id": "C", "type": "codec", "mimeType": "video/VP8" });
        let stats = last(&[report(0.0, &[codec, inbound(json!({ "codecId": "C" }))])]);
        assert_eq!(stats.codec.as_deref(), Some("VP8"));
    }

    #[test]
    fn loudness_is_what_the_browser_says_or_what_the_energy_gives() {
        let audio = |fields| inbound(with(json!({ "kind": "audio" }), fields));
        let told = last(&[report(0.0, &[audio(json!({ "audioLevel": 0.3 }))])]);
        assert_eq!(told.audio_level, Some(0.3));
        let at = |ms, energy, seconds| {
            let fields = json!({ "totalAudioEnergy": energy, "totalSamplesDuration": seconds });
            report(ms, &[audio(fields)])
        };
        assert_eq!(last(&[at(0.0, 1.0, 10.0)]).audio_level, None);
        assert_eq!(last(&[at(0.0, 1.0, 10.0), at(2000.0, 1.5, 12.0)]).audio_level, Some(0.5));
        let source =
            json!({ "id": "S", "type": "media-source", "kind": "audio", "audioLevel": 0.2 });
        let sent = outbound(json!({ "kind": "audio", "mediaSourceId": "S" }));
        assert_eq!(last(&[report(0.0, &[source, sent])]).audio_level, Some(0.2));
    }

    #[test]
    fn freezes_are_not_guessed() {
        let delays = json!({ "totalInterFrameDelay": 9, "totalSquaredInterFrameDelay": 3, "framesDecoded": 100 });
        let at = |ms| report(ms, &[inbound(delays.clone())]);
        assert_eq!(last(&[at(0.0), at(1000.0)]).freeze_count, None);
    }
}

mod sent {
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
        let layer = |rid: &str,
                     ssrc: u32,
                     size: (u32, u32),
                     rates: (u32, u32),
                     times: u32,
                     at: usize| {
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
            all.map(|(rid, active)| Encoding { rid: rid.to_owned(), active: Some(active) })
                .collect()
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
}

mod lines {
    use super::*;

    fn both() -> Vec<Line> {
        let line = |mid: &str, ssrc: f64| Line {
            mid: mid.to_owned(),
            sent_track: Some(["sent ", mid].concat()),
            received_track: ["received ", mid].concat(),
            sources: Box::new(move || vec![ssrc]),
            ..line()
        };
        vec![line("a", 1.0), line("b", 2.0)]
    }

    fn nameless(entry: Value, fields: Value) -> Value {
        with(with(entry, json!({ "mid": null, "ssrc": null })), fields)
    }

    fn mids_among(entries: &[Value], lines: &[Line]) -> Vec<String> {
        digests(&[report(1.0, entries)], lines).tracks.keys().cloned().collect()
    }

    fn mids(entries: &[Value]) -> Vec<String> {
        mids_among(entries, &both())
    }

    #[test]
    fn the_browser_names_them_or_the_track_does() {
        let named = json!({ "mid": "b", "trackIdentifier": "received a" });
        assert_eq!(mids(&[inbound(named)]), ["b"]);
        let received = json!({ "trackIdentifier": "received b" });
        assert_eq!(mids(&[nameless(inbound(json!({})), received)]), ["b"]);
        let track = json!({ "id": "T", "type": "track", "trackIdentifier": "received b" });
        assert_eq!(mids(&[track, nameless(inbound(json!({})), json!({ "trackId": "T" }))]), ["b"]);
        let source = json!({ "id": "S", "type": "media-source", "trackIdentifier": "sent b" });
        let sent = nameless(outbound(json!({})), json!({ "mediaSourceId": "S" }));
        assert_eq!(mids(&[source, sent]), ["b"]);
    }

    #[test]
    fn or_the_ssrc_that_is_heard_or_was_there_before() {
        assert_eq!(mids(&[nameless(inbound(json!({})), json!({ "ssrc": 2 }))]), ["b"]);
        let earlier = report(0.0, &[outbound(json!({ "mid": "b", "ssrc": 9 }))]);
        let now = report(1.0, &[nameless(outbound(json!({})), json!({ "ssrc": 9 }))]);
        let found = digests(&[earlier, now], &both());
        assert_eq!(found.tracks.keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn or_it_is_the_only_one_there_is_or_none_that_is_known() {
        let mut lines = both();
        let audio = |mid: &str, sends| Line {
            mid: mid.to_owned(),
            kind: StreamKind::Audio,
            sends,
            ..line()
        };
        lines.extend([audio("d", false), audio("c", true)]);
        let sound = nameless(outbound(json!({})), json!({ "kind": "audio" }));
        assert_eq!(mids_among(&[sound], &lines), ["c"]);
        assert!(mids(&[nameless(inbound(json!({})), json!({}))]).is_empty());
        let twice: Vec<Line> = both()
            .into_iter()
            .map(|line| Line { sent_track: Some("same".to_owned()), ..line })
            .collect();
        let source = json!({ "id": "S", "type": "media-source", "trackIdentifier": "same" });
        let sent = nameless(outbound(json!({})), json!({ "mediaSourceId": "S" }));
        assert!(mids_among(&[source, sent], &twice).is_empty());
    }

    #[test]
    fn both_ways_are_kept_apart() {
        let other = inbound(json!({ "id": "X", "mid": "1" }));
        let entries = [inbound(json!({})), outbound(json!({})), other];
        let found = digests(&[report(0.0, &entries)], &both());
        let way = |(mid, stats): (&String, &TrackStats)| (mid.clone(), stats.direction);
        let tracks: Vec<_> = found.tracks.iter().map(way).collect();
        let expected = [("0".to_owned(), Direction::Send), ("1".to_owned(), Direction::Receive)];
        assert_eq!(tracks, expected);
        let returned: Vec<_> = found.returned.iter().map(way).collect();
        assert_eq!(returned, [("0".to_owned(), Direction::Receive)]);
    }
}

mod connections {
    use super::*;
    use crate::live::ConnectionStats;

    fn pair(id: &str, fields: Value) -> Value {
        let pair = json!({
            "id": id, "type": "candidate-pair", "localCandidateId": "L", "remoteCandidateId": "R",
            "state": "succeeded", "nominated": false,
        });
        with(pair, fields)
    }

    fn candidates(local: Value, remote: Value) -> [Value; 2] {
        let ours = json!({ "id": "L", "type": "local-candidate", "candidateType": "host", "protocol": "udp" });
        let theirs = json!({ "id": "R", "type": "remote-candidate", "candidateType": "srflx", "protocol": "udp" });
        [with(ours, local), with(theirs, remote)]
    }

    fn transport(pair: &str, fields: Value) -> Value {
        with(json!({ "id": "T", "type": "transport", "selectedCandidatePairId": pair }), fields)
    }

    fn connection(entries: &[Value]) -> ConnectionStats {
        digests(&[report(0.0, entries)], &[]).connection
    }

    #[test]
    fn as_chromium_has_it() {
        let fields = json!({
            "currentRoundTripTime": 0.02, "responsesReceived": 3, "availableOutgoingBitrate": 3e5, "bytesSent": 1,
        });
        let [ours, theirs] = candidates(json!({}), json!({}));
        let transport = transport("P2", json!({ "bytesSent": 500, "bytesReceived": 60 }));
        let pairs = [pair("P1", json!({ "nominated": true })), pair("P2", fields)];
        let [first, second] = pairs;
        let expected = ConnectionStats {
            round_trip_time: Some(20.0),
            available_outgoing_bitrate: Some(3e5),
            bytes_sent: Some(500.0),
            bytes_received: Some(60.0),
            local_candidate_type: Some("host".to_owned()),
            remote_candidate_type: Some("srflx".to_owned()),
            protocol: Some("udp".to_owned()),
            relayed: Some(false),
        };
        assert_eq!(connection(&[first, second, transport, ours, theirs]), expected);
    }

    #[test]
    fn as_firefox_has_it_bytes_by_pair_and_no_time_before_an_answer() {
        let fields = json!({
            "bytesSent": 10, "bytesReceived": 20, "currentRoundTripTime": 0, "responsesReceived": 0,
        });
        let remote = json!({ "id": "X", "type": "remote-inbound-rtp", "roundTripTime": 0.007 });
        let pairs = ["P1", "P2"].map(|id| pair(id, fields.clone()));
        let [first, second] = pairs;
        let seen = connection(&[first, second, transport("P2", json!({})), remote]);
        let numbers = [seen.bytes_sent, seen.bytes_received, seen.round_trip_time];
        assert_eq!(numbers, [20.0, 40.0, 7.0].map(Some));
    }

    #[test]
    fn without_a_transport_the_pair_that_is_selected_or_else_nominated() {
        let nominated = json!({ "nominated": true, "currentRoundTripTime": 0.001 });
        let mut pairs = vec![pair("P1", json!({})), pair("P2", nominated)];
        assert_eq!(connection(&pairs).round_trip_time, Some(1.0));
        let selected = json!({ "selected": true, "currentRoundTripTime": 0.002 });
        pairs.push(pair("P3", selected));
        assert_eq!(connection(&pairs).round_trip_time, Some(2.0));
    }

    #[test]
    fn a_relay_at_either_end() {
        let via = |local, remote| {
            let [ours, theirs] = candidates(local, remote);
            let seen = connection(&[pair("P", json!({})), transport("P", json!({})), ours, theirs]);
            (seen.relayed, seen.protocol)
        };
        let near = via(json!({ "candidateType": "relay", "relayProtocol": "tls" }), json!({}));
        assert_eq!(near, (Some(true), Some("tls".to_owned())));
        let far = via(json!({}), json!({ "candidateType": "relay" }));
        assert_eq!(far, (Some(true), Some("udp".to_owned())));
    }
}
