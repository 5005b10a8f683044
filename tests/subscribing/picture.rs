//! What is to be seen in the end, and what is.

use std::collections::BTreeMap;

use janus_wasm::engine::subscriptions::Terms;
use janus_wasm::protocol::videoroom::StreamKind;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::{DISABLED, Source, World};

impl World {
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(&self.trouble, &None);
        prop_assert!(self.asked.is_empty(), "still busy: {:?}", self.asked);
        if self.joined {
            prop_assert_eq!(self.paused, self.wants_pause);
        }
        let (mut media, mut data) = (BTreeMap::new(), Vec::new());
        for (person, published) in &self.people {
            for (line, (kind, _)) in published.iter().filter(|(_, (_, codec))| *codec != DISABLED) {
                let source = (*person, *line);
                let (wanted, terms) =
                    self.wishes.get(&source).cloned().unwrap_or((true, Terms::default()));
                if *kind == StreamKind::Data {
                    data.extend(wanted.then_some(*person));
                } else if wanted {
                    let spatial =
                        if *kind == StreamKind::Video { terms.spatial.unwrap_or(2) } else { 2 };
                    media.insert(source, (spatial, !terms.paused));
                }
            }
        }
        let carried: Vec<_> = self.lines.iter().filter_map(|line| line.source).collect();
        let got: BTreeMap<Source, (u32, bool)> = self
            .lines
            .iter()
            .filter_map(|line| {
                let spatial = if line.kind == StreamKind::Video { line.spatial } else { 2 };
                line.source.map(|source| (source, (spatial, line.send)))
            })
            .collect();
        prop_assert_eq!(carried.len(), got.len(), "a stream on two m-lines: {:?}", carried);
        prop_assert_eq!(&got, &media);
        let mut sources = self.data.clone();
        sources.sort_unstable();
        prop_assert_eq!(sources, data);
        let playing: Vec<Source> =
            self.playing.keys().copied().filter(|(_, line)| *line != 9).collect();
        let wanted: Vec<Source> = media.keys().copied().collect();
        prop_assert_eq!(playing, wanted);
        for (source, mid) in &self.playing {
            let line = mid.parse::<usize>().ok().and_then(|index| self.lines.get(index));
            prop_assert_eq!(line.and_then(|line| line.source), Some(*source), "the wrong tile");
        }
        Ok(())
    }
}
