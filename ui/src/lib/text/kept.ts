// Drafts of this tab by what they are of. Nobody looks at them but whoever takes one up again.

interface Kept {
  text: string
  /** What it was begun from. */
  basis: string
  past: string[]
  future: string[]
}

export const kept = new Map<string, Kept>()
