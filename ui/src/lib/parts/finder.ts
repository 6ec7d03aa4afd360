export interface Choice {
  id: string
  label: string
  /** Beside the label, quieter. */
  note?: string
  keys?: string[]
  run: () => void
}

export interface ChoiceGroup {
  title: string | null
  choices: Choice[]
}
