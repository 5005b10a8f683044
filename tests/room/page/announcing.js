/** When people of this page say words about themselves over data, ms: theirs are in envelopes of the library's. */

const times = [];
const decoder = new TextDecoder();
const { send } = RTCDataChannel.prototype;

RTCDataChannel.prototype.send = function spied(data) {
  if (typeof data !== 'string' && decoder.decode(data).includes('"attributes"')) times.push(performance.now());
  return send.call(this, data);
};

export const announced = () => ({ times, now: performance.now() });
