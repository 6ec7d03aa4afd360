// The interface's own words by their id, so that a journey speaks both languages and no name is typed twice.
import { readFileSync } from 'node:fs'
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'

export type Language = 'en' | 'de'
export type Words = (id: string, values?: Record<string, FluentVariable>) => string

export function wordsIn(language: Language): Words {
  const bundle = new FluentBundle(language === 'de' ? 'de-DE' : 'en-GB', { useIsolating: false })
  const file = new URL(`../../assets/locales/${language}.ftl`, import.meta.url)
  const errors = bundle.addResource(new FluentResource(readFileSync(file, 'utf8')))
  if (errors.length > 0) throw errors[0]
  return (id, values) => {
    const pattern = bundle.getMessage(id)?.value
    if (pattern == null) throw new Error(`${language}.ftl has no words for ${id}`)
    return bundle.formatPattern(pattern, values)
  }
}
