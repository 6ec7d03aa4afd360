// A document that somebody changes: one text, whether a form or the editor writes into it, with one way back and forth. It is
// kept in the tab until it is saved or given up, so that leaving the page loses nothing.
import {
  defaultKeymap,
  history,
  historyField,
  historyKeymap,
  indentWithTab,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  foldGutter,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import {
  Compartment,
  EditorState,
  type Extension,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { mount } from 'svelte'
import type { Schemas } from '$lib/backend/api'
import WithCode from '$lib/parts/WithCode.svelte'
import type { Change } from './yaml'

type Finding = Schemas['FindingView']

/** What a draft began with. */
export interface Base {
  text: string
  /** The version that was read; none of a document that is new or stands in a file. */
  version: number | null
  /** Of what has no versions, what was read: its hash. */
  tag?: string | null
}

interface Kept {
  base: Base
  state: unknown
}

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--paper)', fontSize: '12px' },
  '&.cm-focused': { outline: '2px solid var(--brand)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--paper-sunk)',
    color: 'var(--ink-muted)',
    borderRight: '1px solid var(--rule)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent', boxShadow: 'inset 2px 0 var(--brand)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--paper-chosen)',
  },
  '.cm-tooltip': {
    background: 'var(--paper-raised)',
    color: 'var(--ink)',
    border: '1px solid var(--rule-strong)',
    borderRadius: 'var(--radius)',
  },
  '.cm-diagnostic': { padding: '4px 8px', maxWidth: '440px', whiteSpace: 'normal' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--breached)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--undecidable)' },
  '.cm-lint-marker': { content: '""', width: '10px', height: '10px', borderRadius: '5px', marginTop: '4px' },
  '.cm-lint-marker-error': { background: 'var(--breached)' },
  '.cm-lint-marker-warning': {
    background: 'var(--undecidable)',
    borderRadius: '1px',
    transform: 'rotate(45deg) scale(0.8)',
  },
  '.cm-changedLine': { backgroundColor: 'var(--met-tint) !important' },
  '.cm-changedText': {
    background: 'none !important',
    textDecoration: 'underline',
    textDecorationColor: 'var(--met)',
  },
  '.cm-deletedChunk': { backgroundColor: 'var(--breached-tint) !important' },
  '.cm-deletedChunk .cm-deletedText, .cm-deletedText': {
    background: 'none',
    textDecoration: 'line-through',
    textDecorationColor: 'var(--breached)',
  },
  '.cm-collapsedLines': { color: 'var(--ink-muted)', background: 'var(--paper-sunk)' },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '""' },
  // A sign beside the colour, which not everybody sees.
  '.cm-changedLine::before, .cm-insertedLine::before': { content: '"+ "', color: 'var(--met)' },
  '.cm-deletedChunk .cm-deletedLine::before': { content: '"− "', color: 'var(--breached)' },
})

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--brand)' },
  { tag: tags.comment, color: 'var(--ink-muted)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--met)' },
])

const bare: Extension[] = [
  syntaxHighlighting(colours),
  lineNumbers(),
  EditorView.lineWrapping,
  look,
  indentUnit.of('  '),
]

/** What every view of a document has, be it edited or compared. */
export const shown: Extension[] = [yaml(), bare]

/** Typing over a selection: left to the browser it brings styles along into the page, which the policy refuses. */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const isTyped = event.inputType === 'insertText' && event.data !== null && !event.isComposing
    if (!isTyped || view.state.selection.main.empty) return false
    const typed = view.state.replaceSelection(event.data ?? '')
    view.dispatch({ ...typed, userEvent: 'input.type', scrollIntoView: true })
    event.preventDefault()
    return true
  },
})

/** A message as it is drawn over the text, its code as code. */
function drawn(text: string): HTMLElement {
  const target = document.createElement('span')
  mount(WithCode, { target, props: { text } })
  return target
}

export class Draft {
  text = $state('')
  canUndo = $state(false)
  canRedo = $state(false)
  /** Whether it was brought back from an earlier visit. */
  wasKept = $state(false)
  base = $state.raw<Base>({ text: '', version: null })
  private state: EditorState
  private view: EditorView | null = null
  private readonly labels = new Compartment()

  constructor(
    private readonly key: string,
    base: Base,
    /** What is marked in the text. */
    language: Extension = yaml(),
  ) {
    const kept = readKept(key)
    this.base = kept?.base ?? base
    const config = {
      extensions: [
        language,
        bare,
        history(),
        foldGutter({ openText: '▾', closedText: '▸' }),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        lintGutter(),
        replacing,
        this.labels.of([]),
        // Tab leaves the editor after Escape, as everywhere where text is typed.
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      ],
    }
    this.state = EditorState.create({ ...config, doc: base.text })
    if (kept) {
      try {
        this.state = EditorState.fromJSON(kept.state, config, { history: historyField })
        this.wasKept = this.state.doc.toString() !== this.base.text
      } catch {
        // Kept by another version of the program: what was read is there.
        this.base = base
      }
    }
    this.tell()
  }

  get isChanged(): boolean {
    return this.text !== this.base.text
  }

  /** Shows it in a place of the page; gives what takes it away again. */
  mount(root: ShadowRoot, label: string, isLocked = false): () => void {
    // Reached by the keyboard also where it cannot be told from its being editable.
    const attributes = { 'aria-label': label, tabindex: '0' }
    const named = this.labels.reconfigure([
      EditorView.contentAttributes.of({ ...attributes, ...(isLocked ? { 'aria-readonly': 'true' } : {}) }),
      EditorState.readOnly.of(isLocked),
    ])
    this.state = this.state.update({ effects: named }).state
    const view = new EditorView({
      state: this.state,
      parent: root,
      root,
      dispatchTransactions: (transactions, one) => {
        one.update(transactions)
        this.state = one.state
        if (transactions.some((transaction) => transaction.docChanged)) this.tell()
      },
    })
    this.view = view
    return () => {
      this.view = null
      view.destroy()
    }
  }

  change(change: Change | null): void {
    if (change !== null) this.dispatch({ changes: change, userEvent: 'input.form' })
  }

  /** Takes another text in the place of all of it; the way back stays open. */
  replace(text: string): void {
    this.dispatch({ changes: { from: 0, to: this.state.doc.length, insert: text } })
  }

  undo(): void {
    undo({ state: this.state, dispatch: (transaction) => this.take(transaction) })
  }

  redo(): void {
    redo({ state: this.state, dispatch: (transaction) => this.take(transaction) })
  }

  /** Begins from another version that was read; the own text stays. */
  rebase(base: Base): void {
    this.base = base
    this.tell()
  }

  /** What was saved, or given up, is not kept. */
  forget(base: Base): void {
    this.wasKept = false
    this.rebase(base)
    sessionStorage.removeItem(this.key)
  }

  /** Marks what the linter found. */
  mark(findings: Finding[], told: (finding: Finding) => string): void {
    const diagnostics = findings.map((finding): Diagnostic => {
      const { from, to } = this.at(finding)
      const severity = finding.severity === 'error' ? 'error' : 'warning'
      const message = told(finding)
      return { from, to, severity, message, renderMessage: () => drawn(message) }
    })
    this.take(this.state.update(setDiagnostics(this.state, diagnostics)))
  }

  /** Goes to where a finding is. */
  jump(finding: Finding): void {
    const { from } = this.at(finding)
    this.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
    this.view?.focus()
  }

  private at({ line, column }: Finding): { from: number; to: number } {
    const found = this.state.doc.line(Math.min(Math.max(line, 1), this.state.doc.lines))
    const from = Math.min(found.from + column - 1, found.to)
    return { from, to: Math.max(from, found.to) }
  }

  private dispatch(spec: TransactionSpec): void {
    this.take(this.state.update(spec))
  }

  private take(transaction: Transaction): void {
    if (this.view) this.view.dispatch(transaction)
    else {
      this.state = transaction.state
      if (transaction.docChanged) this.tell()
    }
  }

  private tell(): void {
    this.text = this.state.doc.toString()
    this.canUndo = undoDepth(this.state) > 0
    this.canRedo = redoDepth(this.state) > 0
    const kept: Kept = { base: this.base, state: this.state.toJSON({ history: historyField }) }
    if (this.isChanged) keep(this.key, kept)
    else sessionStorage.removeItem(this.key)
  }
}

function readKept(key: string): Kept | null {
  try {
    const text = sessionStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as Kept)
  } catch {
    return null
  }
}

/** A tab may keep some megabytes; when they are full the text alone stays in the page. */
function keep(key: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept))
  } catch {
    sessionStorage.removeItem(key)
  }
}

export const draftKey = (account: string, name: string) => `sla-desk.draft.${account}.${name}`
