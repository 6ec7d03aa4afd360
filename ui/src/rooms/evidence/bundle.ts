// What the window knows of bundles before it sends one, and the words for what is wrong with one.
import type { Schemas } from '$lib/backend/api'
import { count } from '$lib/format'

/** The largest bundle that the API takes; a test holds it against the API's own. Whoever has a larger one is told so before it is sent. */
export const MOST_UPLOAD_BYTES = 64 * 1024 * 1024

export const isTooLarge = (file: Pick<File, 'size'>): boolean => file.size > MOST_UPLOAD_BYTES

/** Letters of a public key's line. */
const KEY_LETTERS = 56

/** The line of a public key, also where somebody brought its whole file: a field of one line puts both of its lines into one. */
export function lineOfKey(typed: string): string {
  const text = typed.trim()
  return text.startsWith('untrusted comment:') ? text.slice(-KEY_LETTERS) : text
}

export const dashed = (name: string): string => name.replaceAll('_', '-')

export interface FlawWords {
  id: string
  values: Record<string, string>
  /** What a program says of it, in English; the value of `reason` in the words. */
  reason: string | null
}

/** Where the words for a flaw stand, and its own fields as they name them. */
export function wordsOfFlaw({ code, ...fields }: Schemas['Flaw']): FlawWords {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'number' ? count(value) : String(value),
    ]),
  )
  return { id: `bundle-flaw-${dashed(code)}`, values, reason: values['reason'] ?? null }
}
