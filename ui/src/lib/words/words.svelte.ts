// The words of the interface, from the Fluent files that the programs in Rust read as well.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'
import { isWindow, speak } from '$lib/backend/native'

export type Language = 'de' | 'en'

const KEY = 'sla-desk.language'

const files: Record<Language, () => Promise<{ default: string }>> = {
  de: () => import('../../../../assets/locales/de.ftl?raw'),
  en: () => import('../../../../assets/locales/en.ftl?raw'),
}

let current = $state.raw<{ language: Language; bundle: FluentBundle } | null>(null)

export function language(): Language {
  return current?.language ?? 'en'
}

function preferred(): Language {
  const chosen = localStorage.getItem(KEY)
  if (chosen === 'de' || chosen === 'en') return chosen
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('de')) ? 'de' : 'en'
}

/** Loads the words of the language that was chosen, or that the system speaks. Nothing is shown before. */
export async function loadWords(): Promise<void> {
  await use(preferred())
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  await use(chosen)
  localStorage.setItem(KEY, chosen)
}

async function use(chosen: Language): Promise<void> {
  const text = (await files[chosen]()).default
  current = { language: chosen, bundle: bundleOf(chosen, text) }
  document.documentElement.lang = chosen
  // The tray is not part of the page. That it keeps its language is no reason to stop.
  if (isWindow) void speak(chosen).catch(() => undefined)
}

function bundleOf(chosen: Language, text: string): FluentBundle {
  const bundle = new FluentBundle(chosen === 'de' ? 'de-DE' : 'en-GB', { useIsolating: false })
  const errors = bundle.addResource(new FluentResource(text))
  if (errors.length > 0) throw errors[0]
  return bundle
}

/** Whether there are words for an id; asked only for names that the API may add to. */
export function knows(id: string): boolean {
  return current?.bundle.hasMessage(id) ?? false
}

/** The words for `id` in the chosen language. A test proves that both files have every id. */
export function t(id: string, values?: Record<string, FluentVariable>): string {
  const pattern = current?.bundle.getMessage(id)?.value
  if (current === null || pattern == null) return id
  return current.bundle.formatPattern(pattern, values)
}

/** Of Unicode's private use: no words have it. */
const MARK = '\ue000'

/** The words before and after one value that is drawn as an element of its own, such as one in another language. */
export function around(id: string, value: string, values?: Record<string, FluentVariable>): [string, string] {
  const [before = '', after = ''] = t(id, { ...values, [value]: MARK }).split(MARK)
  return [before, after]
}
