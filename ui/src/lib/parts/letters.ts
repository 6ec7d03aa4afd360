// How much text fits. What is longer is said while it is typed, and never cut: a field that swallows the end of what was pasted
// loses it without a word.
import { count } from '$lib/format'
import { t } from '$lib/words'

/** What the API takes with a step. */
export const MOST_LETTERS_OF_NOTE = 4_000
/** What the ledger takes with the decision of a request. */
export const MOST_LETTERS_OF_DECISION = 2_000
/** What the catalogue takes as the reason of an exclusion. */
export const MOST_LETTERS_OF_EXCLUSION = 500

/** That a text is too long; letters are counted as the API counts them, without the space around the text. */
export function tooLong(text: string, most: number): string | null {
  const letters = [...text.trim()].length
  return letters > most ? t('text-too-long', { letters: count(letters), most: count(most) }) : null
}
