/** What a message may have, bytes. The server's limit is 65,535; 60,000 is what was seen to pass everywhere. @internal */
export const MAX_FRAME_BYTES = 60_000;

/** `JWX` and a byte that says of what kind: what the library itself says in a room, in one frame. @internal */
export const ENVELOPE = 0x4a575800;

/** Whether a message is one that the library sent of itself. @internal */
export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes.length > 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) - bytes[3]! === ENVELOPE;
}
