// What one text says otherwise than another, line by line.

export interface Line {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Beyond so many lines that differ, everything between is told as replaced: nobody reads such a difference line by line. */
const MOST_LINES = 1_500

/** The lines of both texts in order, as a longest common subsequence has it. */
export function compareLines(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  const told = (kind: Line['kind']) => (text: string) => ({ kind, text })
  return [
    ...a.slice(0, start).map(told('same')),
    ...between(left, right),
    ...a.slice(a.length - end).map(told('same')),
  ]
}

function between(a: string[], b: string[]): Line[] {
  const removed = (text: string): Line => ({ kind: 'removed', text })
  const added = (text: string): Line => ({ kind: 'added', text })
  if (a.length === 0 || b.length === 0 || a.length > MOST_LINES || b.length > MOST_LINES)
    return [...a.map(removed), ...b.map(added)]
  // How long the common part of what follows is, from each pair of lines on.
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left })
      i += 1
      j += 1
    } else if (right === undefined || (left !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left ?? ''))
      i += 1
    } else {
      lines.push(added(right))
      j += 1
    }
  }
  return lines
}
