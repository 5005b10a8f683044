//! Session descriptions and ICE candidates as they travel.

use super::Json;
use super::wire::{wire, words};

/// The two kinds of session description Janus knows (no pranswer, no rollback).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdpType {
    /// An offer.
    Offer,
    /// An answer.
    Answer,
}

words!(SdpType { Offer = "offer", Answer = "answer" });

/// A session description with Janus's flags (`jsep`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jsep {
    /// Offer or answer.
    pub kind: SdpType,
    /// The SDP text.
    pub sdp: String,
    /// `false`: the SDP holds every candidate and none will be trickled. Absent means `true`.
    pub trickle: Option<bool>,
    /// The media is end-to-end encrypted.
    pub e2ee: Option<bool>,
    /// The SVC modes of an offer's m-lines (since 1.1.4, passed over before).
    pub svc: Option<Json>,
}

wire!(Jsep { kind = "type", sdp; optional trickle, e2ee, svc });

impl Jsep {
    /// An offer whose candidates will be trickled.
    pub fn offer(sdp: String) -> Self {
        Self { kind: SdpType::Offer, sdp, trickle: None, e2ee: None, svc: None }
    }

    /// An answer whose candidates will be trickled.
    pub fn answer(sdp: String) -> Self {
        Self { kind: SdpType::Answer, sdp, trickle: None, e2ee: None, svc: None }
    }
}

/// An offer of ours with all of Janus's flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The SDP text.
    pub sdp: String,
    /// `false`: the SDP holds every candidate and none will be trickled. Absent means `true`.
    pub trickle: Option<bool>,
    /// The media is end-to-end encrypted.
    pub e2ee: Option<bool>,
    /// Simulcast layers come from the best to the least (the server's default) or the other way round.
    pub rid_order: Option<RidOrder>,
    /// The server is to use TURN only, where it lets clients decide.
    pub force_relay: Option<bool>,
    /// The SVC modes of m-lines (since 1.1.4).
    pub svc: Vec<SvcMode>,
}

wire!(Offer { sdp; optional trickle, e2ee, rid_order, force_relay, svc });

impl Offer {
    /// Without flags.
    pub fn new(sdp: impl Into<String>) -> Self {
        Self { sdp: sdp.into(), ..Self::default() }
    }

    pub(crate) fn to_json(&self) -> Json {
        Json::write(self).with("type", SdpType::Offer.as_str())
    }
}

/// The order of simulcast layers in an SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RidOrder {
    /// High, medium, low.
    HighFirst,
    /// Low, medium, high.
    LowFirst,
}

words!(RidOrder { HighFirst = "hml", LowFirst = "lmh" });

/// The SVC mode of one m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SvcMode {
    /// The m-line's index.
    pub mindex: u32,
    /// A scalability mode of WebRTC-SVC, "L3T3" for example.
    pub svc: String,
}

wire!(SvcMode { mindex, svc });

/// One ICE candidate, or the end of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The candidate line.
    pub candidate: Option<String>,
    /// The m-line it belongs to, by mid. Never `null` on the wire: Janus refuses that.
    pub sdp_mid: Option<String>,
    /// The m-line it belongs to, by index.
    pub sdp_m_line_index: Option<u16>,
    /// `true`: no more candidates will come.
    pub completed: Option<bool>,
}

wire!(Candidate {
    ; optional candidate, sdp_mid = "sdpMid", sdp_m_line_index = "sdpMLineIndex", completed
});

impl Candidate {
    /// The end-of-candidates marker.
    pub fn end() -> Self {
        Self { completed: Some(true), ..Self::default() }
    }

    /// Whether this is the end-of-candidates marker.
    pub fn is_end(&self) -> bool {
        self.completed.is_some() || self.candidate.as_deref().is_none_or(str::is_empty)
    }
}
