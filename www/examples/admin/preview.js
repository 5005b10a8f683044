// What somebody sends, seen by the operator: a subscription of its own, with a peer connection of the page's.

/** Plays the streams of a publisher in a <video>; call `close()` on what comes back. */
export async function preview(rooms, { room, pin, publisher, privateId }, video) {
  const streams = publisher.streams.filter(({ type, disabled }) => type !== 'data' && !disabled)
    .map(({ mid }) => ({ feed: publisher.id, mid }));
  const peer = new RTCPeerConnection();
  const stream = new MediaStream();
  peer.addEventListener('track', ({ track }) => stream.addTrack(track));
  video.srcObject = stream;
  const { subscriber, jsep } = await rooms.joinSubscriber({ room, pin, privateId, streams }).catch((error) => {
    peer.close();
    throw error;
  });
  peer.addEventListener('icecandidate', ({ candidate }) => {
    // A subscription that is over needs no candidates.
    subscriber.trickle([candidate?.toJSON() ?? { completed: true }]).catch(() => {});
  });
  // One offer after the other: the server makes the next when this one is answered.
  let answered = Promise.resolve();
  const answer = (offer) => {
    answered = answered.then(async () => {
      if (!offer || peer.signalingState === 'closed') return;
      await peer.setRemoteDescription(offer);
      await peer.setLocalDescription();
      await subscriber.start({ jsep: peer.localDescription });
    });
    return answered;
  };
  subscriber.on('updated', ({ jsep: offer }) => answer(offer).catch(() => peer.close()));
  const close = async () => {
    peer.close();
    video.srcObject = null;
    await subscriber.leave();
  };
  try {
    await answer(jsep);
  } catch (error) {
    // Of no use, and it would stay in the room.
    await close().catch(() => {});
    throw error;
  }
  return { close };
}
