// A letter as people read it: headings, paragraphs, lists and strong words of its Markdown. Whatever else somebody wrote stays
// as it was written; the letter's own reader, which makes the mail, is the measure.

export interface Run {
  text: string
  isStrong: boolean
}

export interface Block {
  kind: 'heading' | 'paragraph' | 'list'
  /** Of a paragraph its lines, of a list its items. */
  lines: Run[][]
}

/** Numbers stay as they were written, each on a line of its own: a letter’s date begins like an item. */
const NUMBER = /^\d{1,9}[.)] /
const BREAK = /(?:\\| {2,})$/
const starts: [Block['kind'], RegExp][] = [
  ['heading', /^#{1,6} +/],
  ['list', /^[-*] +/],
]

/** Strong words told from others, and signs that stand for themselves without their backslash. */
function runsOf(line: string): Run[] {
  return line
    .split(/\*\*(?=\S)(.+?)\*\*/)
    .map((text, index) => ({ text: text.replace(/\\([!-/:-@[-`{-~])/g, '$1'), isStrong: index % 2 === 1 }))
    .filter(({ text }) => text !== '')
}

export function blocksOf(markdown: string): Block[] {
  const blocks: { kind: Block['kind']; lines: string[] }[] = []
  let isOpen = false
  for (const line of markdown.split('\n')) {
    const last = blocks.at(-1)
    const [kind, mark] = starts.find(([, mark]) => mark.test(line)) ?? ['paragraph' as const, null]
    if (line.trim() === '') isOpen = false
    else if (mark !== null) {
      const item = line.replace(mark, '')
      if (kind !== 'heading' && last?.kind === kind) last.lines.push(item)
      else blocks.push({ kind, lines: [item] })
      isOpen = kind !== 'heading'
    } else if (isOpen && last) {
      const before = last.lines.at(-1) ?? ''
      // A line goes on where the one before it does not end with a break.
      if (!BREAK.test(before) && !NUMBER.test(line))
        last.lines[last.lines.length - 1] = `${before} ${line.trim()}`
      else if (last.kind === 'paragraph') last.lines.push(line)
      else last.lines[last.lines.length - 1] = `${before.replace(BREAK, '')} ${line.trim()}`
    } else {
      blocks.push({ kind, lines: [line] })
      isOpen = true
    }
  }
  return blocks.map(({ kind, lines }) => ({
    kind,
    lines: lines.map((line) => runsOf(line.replace(BREAK, ''))),
  }))
}
