/** A picture that says whose it is: blocks of black and white for a number and a counter, under coloured bars. */

const BITS = 8;
/** Both numbers, and both once more inverted: what is torn or mixed does not read. */
const ROWS = 4;
const COLOURS = ['#c33', '#3c3', '#33c', '#cc3', '#3cc', '#c3c'];
const RATE = 15;

function drawBits(context, value, row, { width, height }) {
  const [w, h] = [width / BITS, height / (ROWS + 1)];
  for (let bit = 0; bit < BITS; bit += 1) {
    context.fillStyle = (value >> bit) & 1 ? '#fff' : '#000';
    context.fillRect(Math.floor(bit * w), Math.floor(row * h), Math.ceil(w), Math.ceil(h));
  }
}

export class Pattern {
  counter = 0;
  #timer;

  constructor(number, { width = 320, height = 180, rate = RATE } = {}) {
    this.number = number;
    this.canvas = Object.assign(document.createElement('canvas'), { width, height });
    this.context = this.canvas.getContext('2d');
    this.draw();
    [this.track] = this.canvas.captureStream(rate).getVideoTracks();
    this.#timer = setInterval(() => this.draw(), 1000 / rate);
  }

  draw() {
    this.counter = (this.counter + 1) % 256;
    const { context, canvas } = this;
    [this.number, this.number ^ 255, this.counter, this.counter ^ 255].forEach((value, row) => drawBits(context, value, row, canvas));
    const top = (canvas.height * ROWS) / (ROWS + 1);
    COLOURS.forEach((colour, index) => {
      context.fillStyle = colour;
      const at = (index + this.counter) % COLOURS.length;
      context.fillRect((at * canvas.width) / COLOURS.length, top, canvas.width / COLOURS.length, canvas.height - top);
    });
  }

  stop() {
    clearInterval(this.#timer);
    this.track.stop();
  }
}

const eye = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const SIDE = 5;

/** What a video element shows: its size and, if it is a pattern, whose and which picture. */
export function look(video) {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0) return { width, height };
  eye.canvas.width = BITS * SIDE;
  eye.canvas.height = (ROWS + 1) * SIDE;
  eye.drawImage(video, 0, 0, eye.canvas.width, eye.canvas.height);
  const { data } = eye.getImageData(0, 0, eye.canvas.width, eye.canvas.height);
  const bright = (bit, row) => {
    const at = ((row * SIDE + (SIDE >> 1)) * eye.canvas.width + bit * SIDE + (SIDE >> 1)) * 4;
    return data[at] + data[at + 1] + data[at + 2] > 380;
  };
  const value = (row) => Array.from({ length: BITS }, (_, bit) => (bright(bit, row) ? 1 << bit : 0)).reduce((a, b) => a | b);
  const [number, counter] = [value(0), value(2)];
  const isPattern = (number ^ value(1)) === 255 && (counter ^ value(3)) === 255;
  return isPattern ? { width, height, number, counter } : { width, height };
}
