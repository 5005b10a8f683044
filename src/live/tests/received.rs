//! What is made of a report about receiving.

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
    let reports =
        [report(0.0, std::slice::from_ref(&first)), report(1000.0, std::slice::from_ref(&then))];
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
    let at = |received, lost| inbound(json!({ "packetsReceived": received, "packetsLost": lost }));
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
    assert_eq!(last(&[at(1000.0, 1000), at(0.0, 2000)]).bitrate, None, "a clock that goes back");
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
    let fields = json!({ "kind": null, "trackId": "T", "mediaType": "audio", "framesDecoded": 3 });
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
    let source = json!({ "id": "S", "type": "media-source", "kind": "audio", "audioLevel": 0.2 });
    let sent = outbound(json!({ "kind": "audio", "mediaSourceId": "S" }));
    assert_eq!(last(&[report(0.0, &[source, sent])]).audio_level, Some(0.2));
}

#[test]
fn freezes_are_not_guessed() {
    let delays = json!({ "totalInterFrameDelay": 9, "totalSquaredInterFrameDelay": 3, "framesDecoded": 100 });
    let at = |ms| report(ms, &[inbound(delays.clone())]);
    assert_eq!(last(&[at(0.0), at(1000.0)]).freeze_count, None);
}
