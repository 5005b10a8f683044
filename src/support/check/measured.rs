//! The few of the browser's numbers that a check looks at.

use super::verdicts::Quality;
use crate::web::Record;

/// Packets that were awaited and those that did not come, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Losses {
    pub(super) passed: u64,
    pub(super) lost: u64,
}

/// How media did up to now.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Pictures that came back and were decoded.
    pub(super) frames: u64,
    /// Packets of sound that came back.
    pub(super) sound_packets: u64,
    pub(super) received: Losses,
    /// As the server reports it.
    pub(super) sent: Option<Losses>,
    /// ms
    pub(super) round_trip: Option<u64>,
    /// ms
    pub(super) jitter: Option<u64>,
    pub(super) local_type: Option<String>,
    pub(super) remote_type: Option<String>,
    pub(super) protocol: Option<String>,
}

impl Measured {
    pub(super) fn of(stats: &[Record]) -> Self {
        let mut measured = Self::default();
        let of_kind = |kind: &'static str| stats.iter().filter(move |entry| entry.kind() == kind);
        for entry in of_kind("inbound-rtp") {
            let packets = entry.count("packetsReceived").unwrap_or_default();
            if entry.text("kind").as_deref() == Some("audio") {
                measured.sound_packets += packets;
            } else {
                measured.frames += entry.count("framesDecoded").unwrap_or_default();
                let lost = entry.count("packetsLost").unwrap_or_default();
                measured.received = Losses { passed: packets, lost };
                measured.jitter = entry.millis("jitter");
            }
        }
        let sent = of_kind("outbound-rtp").filter(|it| it.text("kind").as_deref() == Some("video"));
        let sent = sent.filter_map(|entry| entry.count("packetsSent")).sum();
        let mut reported = of_kind("remote-inbound-rtp");
        let reported = reported.find(|entry| entry.text("kind").as_deref() == Some("video"));
        if let Some(reported) = reported {
            let lost = reported.count("packetsLost").unwrap_or_default();
            measured.sent = Some(Losses { passed: sent, lost });
            measured.round_trip = reported.millis("roundTripTime");
        }
        measured.pair(stats);
        measured
    }

    /// The candidates in use: those of the pair that was chosen, as browsers tell it in one of two ways.
    fn pair(&mut self, stats: &[Record]) {
        let by_id = |id: Option<String>| {
            let id = id?;
            stats.iter().find(|entry| entry.text("id").as_ref() == Some(&id))
        };
        let transport = stats.iter().find(|entry| entry.kind() == "transport");
        let chosen = transport.and_then(|it| by_id(it.text("selectedCandidatePairId")));
        let used = |entry: &&Record| {
            let is = |name| entry.flag(name) == Some(true);
            entry.kind() == "candidate-pair" && (is("selected") || is("nominated"))
        };
        let Some(pair) = chosen.or_else(|| stats.iter().find(used)) else { return };
        self.round_trip = pair.millis("currentRoundTripTime").or(self.round_trip);
        let (local, remote) =
            (by_id(pair.text("localCandidateId")), by_id(pair.text("remoteCandidateId")));
        self.local_type = local.and_then(|it| it.text("candidateType"));
        self.remote_type = remote.and_then(|it| it.text("candidateType"));
        self.protocol = local.and_then(|it| it.text("protocol"));
    }

    pub(super) fn is_relayed(&self) -> bool {
        [&self.local_type, &self.remote_type].into_iter().flatten().any(|it| it == "relay")
    }

    /// How well media passed since an earlier look.
    pub(super) fn quality_since(&self, earlier: &Self) -> Quality {
        let sent = self.sent.map(|now| now.since(earlier.sent.unwrap_or_default(), false));
        Quality {
            round_trip: self.round_trip,
            jitter: self.jitter,
            lost_sent: sent.flatten(),
            lost_received: self.received.since(earlier.received, true),
        }
    }
}

impl Losses {
    /// Of a thousand packets since then so many were lost. `apart`: those that passed are counted without the lost ones.
    fn since(self, earlier: Self, apart: bool) -> Option<u64> {
        let lost = self.lost.saturating_sub(earlier.lost);
        let passed = self.passed.saturating_sub(earlier.passed);
        let all = if apart { passed + lost } else { passed };
        (all > 0).then(|| (lost * 1000 / all).min(1000))
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn losses_are_of_what_was_sent_or_awaited_since() {
        let (first, last) = (Losses { passed: 100, lost: 10 }, Losses { passed: 190, lost: 20 });
        assert_eq!(last.since(first, true), Some(100));
        assert_eq!(last.since(first, false), Some(111));
        assert_eq!(first.since(first, true), None, "nothing passed");
        // What came late is lost no longer.
        assert_eq!(Losses { passed: 190, lost: 5 }.since(first, true), Some(0));
        assert_eq!(Losses { passed: 101, lost: 90 }.since(first, false), Some(1000));
    }
}
