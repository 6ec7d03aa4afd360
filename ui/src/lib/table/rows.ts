// Which rows are drawn. All rows are of one height, so the window follows from where one has scrolled to.

export const ROW_HEIGHT_PIXELS = 36
const OVERSCAN_ROWS = 10
/** Rows come and go in blocks, so that most frames of a scroll change nothing in the page. */
const BLOCK_ROWS = 10

export interface Window {
  first: number
  /** The first one that is not drawn any more. */
  end: number
}

export function windowOf(count: number, scrolledPixels: number, heightPixels: number): Window {
  const top = Math.floor(scrolledPixels / ROW_HEIGHT_PIXELS) - OVERSCAN_ROWS
  const bottom = Math.ceil((scrolledPixels + heightPixels) / ROW_HEIGHT_PIXELS) + OVERSCAN_ROWS
  const first = Math.min(count, Math.max(0, Math.floor(top / BLOCK_ROWS) * BLOCK_ROWS))
  return { first, end: Math.max(first, Math.min(count, Math.ceil(bottom / BLOCK_ROWS) * BLOCK_ROWS)) }
}

/** Where a key leads to from a row; null for keys that lead nowhere. */
export function stepTo(key: string, from: number, count: number, pageRows: number): number | null {
  if (count === 0) return null
  const to = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + pageRows,
    PageUp: from - pageRows,
    Home: 0,
    End: count - 1,
  }[key]
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to))
}

/** How far to scroll so that a row is seen below the head; null when it is. */
export function scrollFor(index: number, scrolledPixels: number, heightPixels: number): number | null {
  const top = index * ROW_HEIGHT_PIXELS
  if (top < scrolledPixels) return top
  const bottom = top + ROW_HEIGHT_PIXELS
  return bottom > scrolledPixels + heightPixels ? bottom - heightPixels : null
}
