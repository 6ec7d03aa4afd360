// A text that somebody changes, with a way back and forth. It is kept while the tab is open, so that looking at something
// else, an error or signing in again loses nothing.

import { kept } from './kept'

/** Typing within so many milliseconds is one step back. */
const ONE_STEP_MILLISECONDS = 700
const MOST_STEPS = 200

export class Draft {
  text = $state('')
  private past = $state.raw<string[]>([])
  private future = $state.raw<string[]>([])
  private lastTyped = 0
  /** What it was begun from, such as a revision that may have been replaced since. */
  readonly basis: string

  constructor(
    private readonly key: string,
    private readonly begin: string,
    basis = '',
    private readonly now: () => number = Date.now,
  ) {
    const before = kept.get(key)
    this.text = before?.text ?? begin
    this.basis = before?.basis ?? basis
    this.past = before?.past ?? []
    this.future = before?.future ?? []
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** Whether it says something that nobody saved. */
  get isChanged(): boolean {
    return this.text !== this.begin
  }

  /** What somebody typed: letters typed in one go are one step. */
  type(text: string): void {
    const at = this.now()
    this.step(text, at - this.lastTyped < ONE_STEP_MILLISECONDS && this.past.length > 0)
    this.lastTyped = at
  }

  /** Another text as a whole, such as an earlier version: a step of its own. */
  put(text: string): void {
    this.step(text, false)
    this.lastTyped = 0
  }

  undo(): void {
    this.lastTyped = 0
    const before = this.past.at(-1)
    if (before === undefined) return
    this.future = [...this.future, this.text]
    this.past = this.past.slice(0, -1)
    this.text = before
    this.keep()
  }

  redo(): void {
    this.lastTyped = 0
    const after = this.future.at(-1)
    if (after === undefined) return
    this.past = [...this.past, this.text]
    this.future = this.future.slice(0, -1)
    this.text = after
    this.keep()
  }

  /** It was saved, or given up. */
  forget(): void {
    kept.delete(this.key)
  }

  private step(text: string, joins: boolean): void {
    if (text === this.text) return
    if (!joins) this.past = [...this.past, this.text].slice(-MOST_STEPS)
    this.future = []
    this.text = text
    this.keep()
  }

  private keep(): void {
    kept.set(this.key, { text: this.text, basis: this.basis, past: this.past, future: this.future })
  }
}
