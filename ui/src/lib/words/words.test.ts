import { beforeAll, expect, test, vi } from 'vitest'
import { around, chooseLanguage, knows, t } from './words.svelte'

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  vi.stubGlobal('document', { documentElement: { lang: '' } })
  await chooseLanguage('en')
})

test('what stands around a value makes the whole with it', () => {
  const [before, after] = around('bundle-flaw-unreadable', 'reason', { file: 'manifest.json' })
  expect(before + 'cut off' + after).toBe(
    t('bundle-flaw-unreadable', { file: 'manifest.json', reason: 'cut off' }),
  )
  expect(before).toContain('manifest.json')
})

test('a value that the words do not name leaves them whole', () => {
  expect(around('bundle-agrees', 'reason')).toEqual([t('bundle-agrees'), ''])
})

test('words are known by their ids', () => {
  expect(knows('bundle-agrees')).toBe(true)
  expect(knows('problem-code-a-code-of-tomorrow')).toBe(false)
})
