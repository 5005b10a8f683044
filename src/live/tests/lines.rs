//! To which m-line a stream belongs.

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
    let audio =
        |mid: &str, sends| Line { mid: mid.to_owned(), kind: StreamKind::Audio, sends, ..line() };
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
