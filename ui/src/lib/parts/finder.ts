export interface Choice {
  id: string
  label: string
  /** Beside the label, quieter. */
  note?: string
  /** Shown, but what it leads to cannot be done now; the note says why. */
  isBlocked?: boolean
  keys?: string[]
  run: () => void
}

export interface ChoiceGroup {
  title: string | null
  choices: Choice[]
}
