const ASPECT = 16 / 9;
/** On a phone held upright tiles may grow taller than wide, up to this, before they leave space unused. */
const TALLEST = 3 / 4;
/** Narrower than this nobody is recognised: from here on the grid scrolls. */
const NARROWEST = 132;

/**
 * The size of `count` tiles, and how many stand side by side, so that they fill `width` by `height` best.
 */
export function arrange(count, width, height, gap) {
  return width < 600 && height > width
    ? arrangeUpright(count, width, height, gap)
    : arrangeWide(count, width, height, gap);
}

function arrangeUpright(count, width, height, gap) {
  const columns = count <= 3 ? 1 : 2;
  const rows = Math.ceil(count / columns);
  const tileWidth = share(width, columns, gap);
  const tileHeight = Math.min(Math.max(share(height, rows, gap), tileWidth / ASPECT), tileWidth / TALLEST);
  return { columns, width: tileWidth, height: tileHeight };
}

function arrangeWide(count, width, height, gap) {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tileWidth = Math.min(share(width, columns, gap), share(height, rows, gap) * ASPECT);
    if (tileWidth > best.width) best = { columns, width: tileWidth };
  }
  if (best.width < NARROWEST) {
    const columns = Math.max(1, Math.floor((width + gap) / (NARROWEST + gap)));
    best = { columns, width: share(width, columns, gap) };
  }
  return { ...best, height: best.width / ASPECT };
}

function share(length, parts, gap) {
  return (length - gap * (parts - 1)) / parts;
}

/** Keeps the tiles of a grid arranged; the returned function arranges them now. */
export function keepArranged(grid) {
  const apply = () => {
    const gap = Number.parseFloat(getComputedStyle(grid).rowGap) || 0;
    // Room for the speaking ring, which is drawn around the tiles.
    const edge = 4;
    const { clientWidth, clientHeight } = grid;
    const inside = clientWidth - 2 * edge;
    const tile = arrange(grid.childElementCount, inside, clientHeight - 2 * edge, gap);
    const width = Math.floor(tile.width);
    // The rows end where the plan says, even where one tile more would fit beside the others.
    const padding = Math.floor((inside - tile.columns * width - (tile.columns - 1) * gap) / 2) + edge;
    grid.style.setProperty('--tile-width', `${width}px`);
    grid.style.setProperty('--tile-height', `${Math.floor(tile.height)}px`);
    grid.style.setProperty('--grid-padding', `${Math.max(padding, edge)}px`);
    grid.dataset.size = width < 200 ? 'small' : width < 420 ? 'medium' : 'large';
  };
  // The border box: the padding set here is no new size to arrange for.
  new ResizeObserver(apply).observe(grid, { box: 'border-box' });
  return apply;
}
