//! What is made of a report about the connection.

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
    let ours =
        json!({ "id": "L", "type": "local-candidate", "candidateType": "host", "protocol": "udp" });
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
