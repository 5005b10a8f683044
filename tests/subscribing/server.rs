//! What the server makes of each request: m-lines that are reused and never removed, switches that are passed over.

use janus_wasm::engine::conference::Said;
use janus_wasm::engine::requests::{Entry, Line};
use janus_wasm::protocol::videoroom::event::Layer;
use janus_wasm::protocol::videoroom::{RoomEvent, StreamKind, SubStream};
use janus_wasm::protocol::{Jsep, Json};
use janus_wasm::{Error, ErrorCode};

use super::{Asking, Carrying, DISABLED, Source, World, id, person_of, said};

impl World {
    fn mapping(&self) -> Vec<SubStream> {
        let line = |(index, line): (usize, &Carrying)| SubStream {
            active: line.source.is_some() || line.kind == StreamKind::Data,
            feed_id: line.source.map(|(person, _)| id(person)),
            feed_mid: line.source.map(|(_, mid)| mid.to_string()),
            raw: sources(line.kind, &self.data),
            ..SubStream::new(line.kind, u32::try_from(index).unwrap(), index.to_string())
        };
        self.lines.iter().enumerate().map(line).collect()
    }

    /// The words for a mapping, with an offer.
    pub(super) fn offer(&mut self, with_offer: bool) -> Said {
        let jsep = with_offer.then(|| Jsep::offer(format!("offer {}", self.offers)));
        if with_offer {
            self.offers += 1;
            self.answered = false;
            self.pending = false;
            self.lines.iter_mut().for_each(|line| line.offered = true);
        }
        Said { event: RoomEvent::Mapping, jsep, own: None, mapping: Some(self.mapping()) }
    }

    pub(super) fn answer(&mut self, asking: Asking) -> Result<Said, Error> {
        match asking {
            Asking::Start => {
                // With an answer to an offer or without.
                self.paused = false;
                Ok(said(RoomEvent::Done))
            }
            Asking::Pause => {
                self.paused = true;
                Ok(said(RoomEvent::Done))
            }
            Asking::Restart => {
                let jsep = self.offer(true).jsep;
                Ok(Said { jsep, ..said(RoomEvent::Done) })
            }
            Asking::Subscribe(entries, lines, first) => self.subscribe(&entries, &lines, first),
            Asking::Switch(entries) => self.switch(&entries),
            Asking::Configure(entries) => {
                self.configure(&entries);
                Ok(said(RoomEvent::Done))
            }
        }
    }

    fn subscribe(&mut self, entries: &[Entry], lines: &[Line], first: bool) -> Result<Said, Error> {
        let known = |entry: &Entry| self.is_known(source_of(entry));
        if !entries.iter().all(known) {
            return Err(Error::new(ErrorCode::FeedNotFound, "no such feed"));
        }
        let mut changed = self
            .lines
            .iter()
            .any(|line| line.source.is_none() && line.offered && line.kind != StreamKind::Data);
        for line in lines {
            changed |= self.unsubscribe(line);
        }
        for entry in entries {
            changed |= self.add(entry);
        }
        self.joined = true;
        if !changed && !first {
            return Ok(said(RoomEvent::Mapping));
        }
        if !self.answered {
            self.pending = true;
            return Ok(said(RoomEvent::Updating));
        }
        Ok(self.offer(true))
    }

    fn unsubscribe(&mut self, line: &Line) -> bool {
        if let Some(index) = line.sub_mid.as_ref().and_then(|mid| mid.parse::<usize>().ok()) {
            return self.lines.get_mut(index).is_some_and(|line| line.source.take().is_some());
        }
        let Some(feed) = &line.feed else { return false };
        let person = person_of(feed);
        if self.people.contains_key(&person) {
            self.data.retain(|who| *who != person);
        }
        false
    }

    fn add(&mut self, entry: &Entry) -> bool {
        let source = source_of(entry);
        let (kind, codec) = self.people[&source.0][&source.1];
        if codec == DISABLED {
            return false;
        }
        if kind == StreamKind::Data {
            if self.data.contains(&source.0) {
                self.trouble = Some(format!("data of {source:?} twice"));
            }
            self.data.push(source.0);
            if self.lines.iter().any(|line| line.kind == StreamKind::Data) {
                return false;
            }
        }
        let carrying = Carrying {
            kind,
            codec,
            source: Some(source).filter(|_| kind != StreamKind::Data),
            spatial: entry.substream.unwrap_or(2),
            send: entry.send.unwrap_or(true),
            offered: false,
        };
        let free = |line: &&mut Carrying| {
            line.source.is_none()
                && line.kind == kind
                && line.codec == codec
                && kind != StreamKind::Data
        };
        match self.lines.iter_mut().find(free) {
            Some(line) => *line = carrying,
            None => self.lines.push(carrying),
        }
        true
    }

    fn switch(&mut self, entries: &[Entry]) -> Result<Said, Error> {
        if !entries.iter().all(|entry| self.is_known(source_of(entry))) {
            return Err(Error::new(ErrorCode::FeedNotFound, "no such feed"));
        }
        for entry in entries {
            let source = source_of(entry);
            let (kind, codec) = self.people[&source.0][&source.1];
            let index = entry.sub_mid.as_ref().and_then(|mid| mid.parse::<usize>().ok());
            let Some(line) = index.and_then(|index| self.lines.get_mut(index)) else { continue };
            if line.kind == kind && line.codec == codec {
                let woken = line.source.is_none();
                *line = Carrying { source: Some(source), spatial: 2, send: true, ..line.clone() };
                self.pending |= woken && !self.answered;
                self.switches += 1;
            }
        }
        Ok(self.offer(false))
    }

    fn configure(&mut self, entries: &[Entry]) {
        for entry in entries {
            let index = entry.mid.parse::<usize>().ok();
            let Some(line) = index.and_then(|index| self.lines.get_mut(index)) else { continue };
            if let Some(send) = entry.send {
                line.send = send;
            }
            let Some(layer) = entry.substream else { continue };
            self.layer_requests += 1;
            if self.deaf > 0 {
                self.deaf -= 1;
                continue;
            }
            line.spatial = layer;
            let layer = Layer {
                mid: entry.mid.clone(),
                substream: Some(layer),
                temporal: None,
                spatial_layer: None,
                temporal_layer: None,
            };
            self.conference.subscription_event(said(RoomEvent::Layer(layer)));
        }
    }

    /// The server says which layer of somebody's stream comes.
    pub(crate) fn layer_comes(&mut self, person: u8, line: u8, layer: u32) {
        let index = self.lines.iter().position(|one| one.source == Some((person, line))).unwrap();
        let layer = Layer {
            mid: index.to_string(),
            substream: Some(layer),
            temporal: None,
            spatial_layer: None,
            temporal_layer: None,
        };
        self.conference.subscription_event(said(RoomEvent::Layer(layer)));
    }
}

fn sources(kind: StreamKind, data: &[u8]) -> Json {
    let ids: Vec<String> = data.iter().map(|person| id(*person).to_string()).collect();
    let text = match kind {
        StreamKind::Data => format!(r#"{{"source_ids":[{}]}}"#, ids.join(",")),
        StreamKind::Audio | StreamKind::Video => "{}".to_owned(),
    };
    Json::parse(text).unwrap()
}

fn source_of(entry: &Entry) -> Source {
    (person_of(entry.feed.as_ref().unwrap()), entry.mid.parse().unwrap())
}
