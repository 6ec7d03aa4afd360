// One value of a YAML text is read or changed; everything else stays as it was written, byte for byte.
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

export type Path = (string | number)[]

/** A stretch of the text that is replaced. */
export interface Change {
  from: number
  to: number
  insert: string
}

/** A text, read. Every value is text: `99.90` is no number that loses its zero. */
export class YamlText {
  private readonly document
  constructor(readonly text: string) {
    this.document = parseDocument(text, { schema: 'failsafe', version: '1.2', logLevel: 'silent' })
  }

  /** Whether it can be read as YAML; a form shows nothing of what cannot. */
  get isReadable(): boolean {
    return this.document.errors.length === 0 && isMap(this.document.contents)
  }

  private node(path: Path): Node | null {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    return (node as Node | null | undefined) ?? null
  }

  /** A single value; undefined where there is none, null where there is more than one. */
  scalar(path: Path): string | null | undefined {
    const node = this.node(path)
    if (node === null) return undefined
    if (!isScalar(node)) return null
    return node.value == null ? '' : String(node.value)
  }

  /** How many items a list has; none where there is no list. */
  count(path: Path): number {
    const node = this.node(path)
    return isSeq(node) ? node.items.length : 0
  }

  /** Whether something stands there that is no list of items. */
  isOther(path: Path): boolean {
    const node = this.node(path)
    return node !== null && !isSeq(node) && !(isScalar(node) && node.value == null)
  }

  /** Sets a single value, or takes it out when it is empty. */
  set(path: Path, value: string): Change | null {
    const node = this.node(path)
    const typed = value.trim()
    if (isScalar(node) && node.range) {
      if (typed === '') return this.remove(path)
      const [from, to] = node.range
      const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
      const insert = isQuoted ? JSON.stringify(typed) : written(typed)
      if (from !== to) return { from, to, insert }
      const colon = this.text.lastIndexOf(':', from)
      return { from: colon + 1, to: colon + 1, insert: ` ${insert}` }
    }
    if (node !== null || typed === '') return null
    return this.insert(path, written(typed), typed)
  }

  /** Adds an item to a list, in the way in which the others are written. */
  add(path: Path, item: [string, string][]): Change | null {
    const node = this.node(path)
    const flow = `{ ${item.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
    if (!isSeq(node)) return node === null || isEmpty(node) ? this.insert(path, `[${flow}]`, null) : null
    if (node.flow || node.items.length === 0) return inFlow(node, flow, this.text)
    const last = node.items.at(-1) as Node
    const dash = this.text.lastIndexOf('-', (last.range?.[0] ?? 0) - 1)
    const indent = ' '.repeat(columnOf(this.text, dash))
    const isFlow = isMap(last) && last.flow === true
    const lines = isFlow ? [flow] : item.map(([key, value]) => `${key}: ${value}`)
    const at = this.endOf(last)
    return { from: at, to: at, insert: `\n${indent}- ${lines.join(`\n${indent}  `)}` }
  }

  /** Takes a value, or an item of a list, out. */
  remove(path: Path): Change | null {
    const parent = this.node(path.slice(0, -1))
    const key = path.at(-1)
    if (isSeq(parent) && typeof key === 'number') {
      const spans = parent.items.map((item) => spanOf(item))
      return this.without(parent, spans, key, true)
    }
    if (!isMap(parent)) return null
    const index = parent.items.findIndex((pair) => keyOf(pair) === key)
    return index < 0 ? null : this.without(parent, parent.items.map(spanOf), index, false)
  }

  private without(
    parent: YAMLMap | YAMLSeq,
    spans: [number, number][],
    index: number,
    isItem: boolean,
  ): Change | null {
    const own = spans[index]
    if (own === undefined) return null
    const next = spans[index + 1]
    const before = spans[index - 1]
    if (parent.flow) {
      if (next) return { from: own[0], to: next[0], insert: '' }
      if (before) return { from: before[1], to: own[1], insert: '' }
      return { from: own[0], to: own[1], insert: '' }
    }
    if (spans.length === 1) {
      const [start, end] = parent.range ?? own
      const from = isItem ? this.text.lastIndexOf('-', own[0] - 1) : start
      return {
        from: isItem ? this.afterKey(from) : from,
        to: trimmed(this.text, end),
        insert: isItem ? ' []' : '{}',
      }
    }
    const start = isItem ? this.text.lastIndexOf('-', own[0] - 1) : own[0]
    const line = lineStart(this.text, start)
    const isFirstOnLine = this.text.slice(line, start).trim() === ''
    // The first key of a list's item shares its line with the dash.
    if (!isFirstOnLine) return next ? { from: start, to: next[0], insert: '' } : null
    const end = lineEnd(this.text, trimmed(this.text, own[1]))
    return line === 0
      ? { from: 0, to: Math.min(end + 1, this.text.length), insert: '' }
      : { from: line - 1, to: end, insert: '' }
  }

  /** Where the colon of the key ends whose list begins at a dash. */
  private afterKey(dash: number): number {
    return this.text.lastIndexOf(':', dash) + 1
  }

  /** Puts a value where nothing is yet, with every key that leads to it. */
  private insert(path: Path, raw: string, plain: string | null): Change | null {
    for (let depth = path.length - 1; depth >= 0; depth -= 1) {
      const parent = this.node(path.slice(0, depth))
      if (parent === null || isEmpty(parent)) continue
      if (!isMap(parent)) return null
      const rest = path.slice(depth)
      if (rest.some((key) => typeof key === 'number')) return null
      const own = this.node(path.slice(0, depth + 1))
      const value = plain === null ? raw : written(plain)
      if (own !== null && isScalar(own) && own.range && rest.length === 1) {
        const colon = this.text.lastIndexOf(':', own.range[0])
        return { from: colon + 1, to: own.range[1], insert: ` ${value}` }
      }
      const nested = rest.slice(1).reduceRight<string>((inner, key) => `{ ${key}: ${inner} }`, value)
      const pair = `${String(rest[0])}: ${nested}`
      if (parent.flow || parent.items.length === 0) return inFlow(parent, pair, this.text)
      const first = parent.items[0] as Pair
      const indent = ' '.repeat(columnOf(this.text, spanOf(first)[0]))
      const at = this.endOf(parent.items.at(-1) as Pair)
      return { from: at, to: at, insert: `\n${indent}${pair}` }
    }
    return null
  }

  /** The end of the line on which something ends, with a remark that stands there. */
  private endOf(node: Node | Pair): number {
    return lineEnd(this.text, trimmed(this.text, spanOf(node)[1]))
  }
}

const isEmpty = (node: Node) => isScalar(node) && node.value == null

const keyOf = (pair: Pair) => (isScalar(pair.key) ? String(pair.key.value) : null)

function spanOf(node: unknown): [number, number] {
  if (isPair(node)) {
    const key = (node.key as Node).range ?? [0, 0, 0]
    const value = (node.value as Node | null)?.range
    return [key[0], value ? Math.max(value[1], key[1]) : key[1]]
  }
  const range = (node as Node).range ?? [0, 0, 0]
  return [range[0], range[1]]
}

/** Into brackets, behind what stands there. */
function inFlow(node: YAMLMap | YAMLSeq, item: string, text: string): Change {
  const [start, end] = node.range ?? [0, 0]
  const close = end - 1
  const at = trimmed(text, close)
  const isOnly = node.items.length === 0
  if (isOnly) return { from: start + 1, to: close, insert: isMap(node) ? ` ${item} ` : item }
  return { from: at, to: at, insert: `, ${item}` }
}

function trimmed(text: string, end: number): number {
  let at = end
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at -= 1
  return at
}

const lineStart = (text: string, at: number) => text.lastIndexOf('\n', at - 1) + 1

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

const columnOf = (text: string, at: number) => at - lineStart(text, at)

/** A value as it can stand anywhere: in quotes where YAML would read something else. */
export function written(value: string): string {
  const isPlain = /^[\p{L}\p{N}][\p{L}\p{N} ._/%+()–-]*$/u.test(value) || /^\d{1,2}:\d{2}/.test(value)
  const isWord = /^(true|false|null|yes|no|on|off)$/i.test(value)
  const isTidy = value === value.trim() && !/[:#,[\]{}&*!|>'"`@]/.test(value.replace(/\d:\d/g, ''))
  return isPlain && isTidy && !isWord ? value : JSON.stringify(value)
}

export function applied(text: string, change: Change | null): string {
  return change === null ? text : text.slice(0, change.from) + change.insert + text.slice(change.to)
}
