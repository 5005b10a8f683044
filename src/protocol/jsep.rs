//! Session descriptions and ICE candidates as they travel.

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
}

wire!(Jsep { kind = "type", sdp; optional trickle, e2ee });

impl Jsep {
    /// An offer whose candidates will be trickled.
    pub fn offer(sdp: String) -> Self {
        Self { kind: SdpType::Offer, sdp, trickle: None, e2ee: None }
    }

    /// An answer whose candidates will be trickled.
    pub fn answer(sdp: String) -> Self {
        Self { kind: SdpType::Answer, sdp, trickle: None, e2ee: None }
    }
}

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
