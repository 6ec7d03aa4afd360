// Words in which names of fields and values stand between backticks, as the linter and the API write them.

export interface Part {
  text: string
  isCode: boolean
}

/** The parts of a text, in their order. A backtick that nothing closes is a backtick. */
export function partsOf(text: string): Part[] {
  return text
    .split(/(`[^`\n]+`)/)
    .filter((part) => part !== '')
    .map((part) =>
      /^`[^`\n]+`$/.test(part) ? { text: part.slice(1, -1), isCode: true } : { text: part, isCode: false },
    )
}
